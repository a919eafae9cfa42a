import { decodeRequest } from '../../../lib/store/span-writer/otlp';
import { ServiceMap } from '../../../lib/store/span-writer/service-map';
import { flatten } from '../../../lib/store/span-writer/spans';
import { TraceGroups } from '../../../lib/store/span-writer/trace-groups';
import { attribute, encode, type Json, map, Rig, service, span, spanId, start, traceId } from './support';

const [client, server, producer, consumer] = [3, 2, 4, 5];

let rig: Rig;
beforeEach(async () => {
  rig = await new Rig().start();
});
afterEach(async () => {
  await rig.stop();
  expect(rig.store.problems).toEqual([]);
});

const store = async (...resourceSpans: object[]): Promise<void> => {
  expect((await rig.post(encode(...resourceSpans))).status).toBe(200);
};

test('a span becomes the document that Trace Analytics reads', async () => {
  const full = span(2, 1, {
    name: 'GET /orders',
    kind: server,
    traceState: 'vendor=1',
    endTimeUnixNano: `${start + 7_000_000_001n}`,
    startTimeUnixNano: `${start}`,
    status: { code: 2, message: 'broken' },
    droppedAttributesCount: 1,
    droppedEventsCount: 2,
    droppedLinksCount: 3,
    attributes: [
      attribute('http.method', 'GET'),
      { key: 'count', value: { intValue: '-9007199254740993' } },
      { key: 'zero', value: { intValue: 0 } },
      { key: 'ratio', value: { doubleValue: 0.5 } },
      { key: 'odd', value: { doubleValue: Number.NaN } },
      { key: 'cached', value: { boolValue: false } },
      { key: 'empty', value: { stringValue: '' } },
      { key: 'nothing' },
      { key: 'raw', value: { bytesValue: Buffer.from([1, 2, 255]) } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 2 }] } } },
      { key: 'map', value: map({ 'a.b': { boolValue: true }, __proto__x: { intValue: '9007199254740993' } }) },
    ],
    events: [
      { timeUnixNano: `${start + 1n}`, name: 'retry', attributes: [attribute('x.y', '1')], droppedAttributesCount: 4 },
    ],
    links: [{ traceId: traceId(9), spanId: spanId(9), traceState: 'l=1', attributes: [attribute('p.q', '2')] }],
  });
  await store(service('orders', [full, span(1, undefined, { name: 'root' })], { name: 'django', version: '1.2' }));

  expect(rig.store.spans['GET /orders']).toEqual({
    traceId: traceId(1).toString('hex'),
    spanId: spanId(2).toString('hex'),
    parentSpanId: spanId(1).toString('hex'),
    traceState: 'vendor=1',
    name: 'GET /orders',
    kind: 'SPAN_KIND_SERVER',
    startTime: '2026-08-01T09:30:00.123456789Z',
    endTime: '2026-08-01T09:30:07.123456790Z',
    durationInNanos: 7_000_000_001,
    serviceName: 'orders',
    traceGroup: 'root',
    traceGroupFields: { endTime: '2026-08-01T09:30:00.123457790Z', durationInNanos: 1000, statusCode: 0 },
    'status.code': 2,
    'status.message': 'broken',
    events: [
      { name: 'retry', time: '2026-08-01T09:30:00.123456790Z', attributes: { 'x@y': '1' }, droppedAttributesCount: 4 },
    ],
    links: [
      {
        traceId: traceId(9).toString('hex'),
        spanId: spanId(9).toString('hex'),
        traceState: 'l=1',
        attributes: { 'p@q': '2' },
        droppedAttributesCount: 0,
      },
    ],
    droppedAttributesCount: 1,
    droppedEventsCount: 2,
    droppedLinksCount: 3,
    'instrumentationScope.name': 'django',
    'instrumentationScope.version': '1.2',
    'resource.attributes.service@name': 'orders',
    'span.attributes.http@method': 'GET',
    'span.attributes.count': '-9007199254740993',
    'span.attributes.zero': 0,
    'span.attributes.ratio': 0.5,
    'span.attributes.odd': 'NaN',
    'span.attributes.cached': 'false',
    'span.attributes.empty': '',
    'span.attributes.nothing': '',
    'span.attributes.raw': 'AQL/',
    'span.attributes.list': '["a",2]',
    'span.attributes.map': '{"a.b":true,"__proto__x":"9007199254740993"}',
  });
  expect([...rig.store.documents.keys()]).toContainEqual(
    expect.stringContaining(`otel-v1-apm-span ${traceId(1).toString('hex')}/${spanId(2).toString('hex')}/`),
  );
});

test('kinds and missing parts have their defaults', async () => {
  const kinds = [0, 1, server, client, producer, consumer, 99].map((kind, at) =>
    span(at, undefined, { name: `k${kind}`, kind }),
  );
  await store({ scopeSpans: [{ spans: kinds }] });
  expect(Object.values(rig.store.spans).map(({ name, kind }) => [name, kind])).toEqual([
    ['k0', 'SPAN_KIND_UNSPECIFIED'],
    ['k1', 'SPAN_KIND_INTERNAL'],
    ['k2', 'SPAN_KIND_SERVER'],
    ['k3', 'SPAN_KIND_CLIENT'],
    ['k4', 'SPAN_KIND_PRODUCER'],
    ['k5', 'SPAN_KIND_CONSUMER'],
    ['k99', 'SPAN_KIND_UNSPECIFIED'],
  ]);
  expect(rig.store.spans.k1).toMatchObject({ serviceName: 'unknown_service', parentSpanId: '', 'status.code': 0 });
});

test('a span that ends before it starts lasts 0', async () => {
  await store(service('a', [span(1, undefined, { endTimeUnixNano: '0' })]));
  expect(rig.store.spans['span 1']).toMatchObject({ durationInNanos: 0, endTime: '1970-01-01T00:00:00.000000000Z' });
});

describe('trace groups', () => {
  const groups = () =>
    Object.fromEntries(Object.values(rig.store.spans).map(({ name, traceGroup }) => [name, traceGroup]));

  test('every span of a trace has its root, each trace its own', async () => {
    const other = { traceId: traceId(2) };
    await store(
      service('b', [span(3, 2), span(2, 1), span(12, 11, other)]),
      service('a', [span(1, undefined, { status: { code: 2 } }), span(11, undefined, other)]),
    );
    expect(groups()).toEqual({
      'span 1': 'span 1',
      'span 2': 'span 1',
      'span 3': 'span 1',
      'span 11': 'span 11',
      'span 12': 'span 11',
    });
    for (const name of ['span 1', 'span 2', 'span 3']) {
      expect(rig.store.spans[name].traceGroupFields).toEqual({
        endTime: '2026-08-01T09:30:00.123457790Z',
        durationInNanos: 1000,
        statusCode: 2,
      });
    }
  });

  test('without a root: the earliest span whose parent is elsewhere', async () => {
    await store(service('a', [span(5, 4), span(4, 90), span(3, 5), span(6, 91)]));
    expect(new Set(Object.values(groups()))).toEqual(new Set(['span 4']));
  });

  test('spans that are each other’s parents still get one', async () => {
    await store(service('a', [span(5, 4), span(4, 5)]));
    expect(new Set(Object.values(groups()))).toEqual(new Set(['span 4']));
  });

  test('late spans get the group of their trace', async () => {
    await store(service('a', [span(1, undefined), span(2, 1)]));
    await store(service('b', [span(7, 2)]));
    expect(groups()['span 7']).toBe('span 1');
    expect(rig.store.spans['span 7'].traceGroupFields).toEqual(rig.store.spans['span 1'].traceGroupFields);
  });

  test('a root that comes late takes the place of a local one', async () => {
    await store(service('b', [span(7, 2)]));
    await store(service('a', [span(1, undefined), span(2, 1)]));
    await store(service('b', [span(8, 2)]));
    expect(groups()).toEqual({ 'span 7': 'span 7', 'span 1': 'span 1', 'span 2': 'span 1', 'span 8': 'span 1' });
  });

  test('what is remembered is bounded', () => {
    const flat = (...spans: object[]) => flatten(decodeRequest(encode(service('a', spans))));
    const traceGroups = new TraceGroups(1);
    traceGroups.of(flat(span(1, undefined)));
    traceGroups.of(flat(span(11, undefined, { traceId: traceId(2) })));
    expect(traceGroups.of(flat(span(3, 1))).get(traceId(1).toString('hex'))?.traceGroup).toBe('span 3');
  });
});

describe('service map', () => {
  const index = 'otel-v1-apm-service-map';
  const call = () => [
    service('web', [span(1, undefined, { name: 'GET /', kind: server }), span(2, 1, { name: 'call', kind: client })]),
    service('orders', [span(3, 2, { name: 'GET /orders', kind: server }), span(4, 3, { name: 'inside' })]),
    service('stock', [span(5, 4, { name: 'GET /orders', kind: consumer })]),
  ];

  /** The page's join: each target pair belongs to one service, destinations point at it. */
  const joined = (edges: Json[]) => {
    const key = (end: Json) => JSON.stringify([end.resource, end.domain]);
    const owners = new Map<string, string>();
    for (const { serviceName, target } of edges) {
      if (!target) continue;
      expect(owners.get(key(target)) ?? serviceName).toBe(serviceName);
      owners.set(key(target), serviceName);
    }
    return edges.flatMap(({ serviceName, destination }) =>
      destination ? [`${serviceName} → ${owners.get(key(destination))}`] : [],
    );
  };

  test('edges join by resource and domain, also where two services serve the same resource', async () => {
    await store(...call());
    const edges = rig.store.in(index);
    expect(joined(edges)).toEqual(['web → orders', 'orders → stock']);
    expect(edges).toContainEqual({
      serviceName: 'web',
      kind: 'SPAN_KIND_CLIENT',
      destination: { resource: 'GET /orders', domain: 'orders' },
      target: null,
      traceGroupName: 'GET /',
      hashId: expect.any(String),
      lastSeen: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(edges).toContainEqual(
      expect.objectContaining({
        serviceName: 'orders',
        kind: 'SPAN_KIND_SERVER',
        destination: null,
        target: { resource: 'GET /orders', domain: 'orders' },
      }),
    );
    for (const { hashId } of edges) expect([...rig.store.documents.keys()]).toContain(`${index} ${hashId}`);
    expect(new Set(edges.map(({ hashId }) => hashId)).size).toBe(5);
  });

  test('an edge is written once, and again by another process under the same id', async () => {
    await store(...call());
    const ids = rig.store.bulks[0]!.slice(5);
    expect(ids).toHaveLength(5);
    await store(...call());
    expect(rig.store.bulks[1]).toHaveLength(5);

    const other = await new Rig().start();
    await other.post(encode(...call()));
    expect(other.store.bulks[0]!.slice(5)).toEqual(ids);
    await other.stop();
  });

  test('an edge is written again after an hour', () => {
    let now = 0;
    const serviceMap = new ServiceMap(() => now);
    const spans = flatten(decodeRequest(encode(...call())));
    const edges = () => serviceMap.edges(spans, new TraceGroups().of(spans));
    serviceMap.remember(edges());
    expect(edges()).toEqual([]);
    now = 3_600_000;
    expect(edges()).toHaveLength(5);
  });

  test('an edge that was not stored is written again', async () => {
    rig.store.verdict = (into) => (into === index ? { status: 429, type: 'rejected_execution_exception' } : undefined);
    expect((await rig.post(encode(...call()))).status).toBe(429);
    rig.store.verdict = () => undefined;
    await store(...call());
    expect(rig.store.in(index)).toHaveLength(5);
  });
});

describe('what has no spans here is on the map', () => {
  const index = 'otel-v1-apm-service-map';
  const ends = () =>
    rig.store
      .in(index)
      .map(({ serviceName, destination, target, crossing }) => [
        serviceName,
        destination?.domain ?? null,
        target?.domain ?? null,
        crossing,
      ]);
  const calls = (fields: Json, ...attributes: Json[]) =>
    store(
      service('payment', [
        span(1, undefined, { name: 'POST /payments', kind: server }),
        span(2, 1, { name: 'POST', kind: client, attributes, ...fields }),
      ]),
    );

  test('a service that nobody calls is a node', async () => {
    await store(service('alone', [span(1, undefined)]));
    expect(ends()).toEqual([['alone', null, 'alone', undefined]]);
  });

  test.each<[string, Json[], string, string | undefined]>([
    [
      'the mainland by its service',
      [
        attribute('crossing', 'hk-cn'),
        attribute('peer.service', 'settlement'),
        attribute('server.address', '10.80.0.7'),
      ],
      'settlement (mainland)',
      'hk-cn',
    ],
    [
      'the mainland by its host',
      [attribute('crossing', 'hk-cn'), attribute('server.address', 'settle.cn.example')],
      'settle.cn.example (mainland)',
      'hk-cn',
    ],
    [
      'the mainland by an address alone',
      [attribute('crossing', 'hk-cn'), attribute('server.address', '10.80.0.7')],
      'mainland',
      'hk-cn',
    ],
    [
      'a database',
      [
        attribute('db.system', 'postgresql'),
        attribute('db.name', 'ledger'),
        attribute('server.address', 'db.internal'),
      ],
      'ledger (postgresql)',
      undefined,
    ],
    [
      'a database of the current conventions',
      [attribute('db.system.name', 'mysql'), attribute('server.address', 'db.internal')],
      'db.internal (mysql)',
      undefined,
    ],
    ['a host', [attribute('server.address', 'api.example.com')], 'api.example.com', undefined],
  ])('%s', async (_, attributes, name, crossing) => {
    await calls({}, ...attributes);
    expect(ends()).toContainEqual([name, null, name, crossing]);
    expect(ends()).toContainEqual(['payment', name, null, crossing]);
  });

  test('an address is no node, nor is a call that a service here answered', async () => {
    await calls({}, attribute('server.address', '10.0.0.7'));
    await store(
      service('web', [
        span(11, undefined, { name: 'a', kind: client, attributes: [attribute('server.address', 'orders.internal')] }),
      ]),
      service('orders', [span(12, 11, { name: 'b', kind: server })]),
    );
    expect(new Set(ends().map(([name]) => name))).toEqual(new Set(['payment', 'web', 'orders']));
  });

  test('whoever calls from the mainland is a node', async () => {
    await store(
      service('payment', [
        span(1, 90, { name: 'POST /refunds', kind: server, attributes: [attribute('crossing', 'cn-hk')] }),
      ]),
    );
    expect(ends()).toContainEqual(['mainland', 'payment', null, 'cn-hk']);
  });

  test('a call over the border has a far end in its trace, with its time and error', async () => {
    await calls({ status: { code: 2 } }, attribute('crossing', 'hk-cn'), attribute('peer.service', 'settlement'));
    const [inferred] = rig.store.in('otel-v1-apm-span').filter((document) => document['harbourline.inferred']);
    expect(inferred).toMatchObject({
      serviceName: 'settlement (mainland)',
      name: 'POST',
      parentSpanId: spanId(2).toString('hex'),
      durationInNanos: 1000,
      'status.code': 2,
    });
    await calls({ status: { code: 2 } }, attribute('crossing', 'hk-cn'), attribute('peer.service', 'settlement'));
    expect(rig.store.in('otel-v1-apm-span')).toHaveLength(3);
    expect(await rig.metrics()).toContain('documents_stored_total{index="otel-v1-apm-span"} 4');
  });

  test('3,000 operation names are 50 on the map', async () => {
    const names = Array.from({ length: 3_000 }, (_, n) => span(n, undefined, { name: `op ${n}`, traceId: traceId(n) }));
    await store(service('noisy', names));
    expect(rig.store.in(index)).toHaveLength(50);
  });
});

test('Zipkin: client and server share an id, and both are stored; the server is called by the client', async () => {
  const shared = { spanId: spanId(2), parentSpanId: spanId(1) };
  await store(
    service('web', [
      span(1, undefined, { name: 'root', kind: server }),
      span(2, 1, { ...shared, name: 'get', kind: client }),
    ]),
    service('orders', [
      span(2, 1, { ...shared, name: 'get', kind: server, status: { code: 2 } }),
      span(3, 2, { name: 'inside' }),
    ]),
  );
  const stored = rig.store.in('otel-v1-apm-span');
  expect(stored.map((one) => [one.serviceName, one.kind, one['status.code']])).toEqual([
    ['web', 'SPAN_KIND_SERVER', 0],
    ['web', 'SPAN_KIND_CLIENT', 0],
    ['orders', 'SPAN_KIND_SERVER', 2],
    ['orders', 'SPAN_KIND_INTERNAL', 0],
  ]);
  expect(rig.store.in('otel-v1-apm-service-map')).toContainEqual(
    expect.objectContaining({ serviceName: 'web', destination: { resource: 'get', domain: 'orders' } }),
  );
});
