/** The documents on a real node with the security plugin: what the roles let through, and what the page will ask. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, errors } from '@opensearch-project/opensearch';
import { type OpenSearchNode, prepareOpenSearch, startOpenSearch } from '../../harness/opensearch-node/node';
import { applyDocuments } from '../../lib/store/apply-documents';
import { storeClient } from '../../lib/store/client';
import { domainDocuments } from '../../lib/store/documents';

const [address, port] = ['127.77.93.31', 9200];
const arn = (name: string) => `arn:aws:iam::111111111111:role/${name}`;
const password = randomBytes(18).toString('base64url');
const skip = [
  'retention-policy/harbourline-spans',
  'dashboards-objects/harbourline',
  'dashboards-settings/harbourline',
];
const documents = Object.fromEntries(
  domainDocuments({
    retentionDays: 14,
    shards: 1,
    replicas: 0,
    codec: 'best_compression',
    refreshIntervalSeconds: 10,
    maximumFields: 300,
    roles: { writer: [arn('Writer')], reader: [arn('Reader')] },
  }).map(({ id, body }) => [id, JSON.stringify(body)]),
);

const directory = mkdtempSync(join(tmpdir(), 'harbourline-node-'));
let node: OpenSearchNode | undefined;
const as = {} as Record<'bootstrap' | 'writer' | 'reader' | 'nobody', Client>;

beforeAll(async () => {
  const prepared = await prepareOpenSearch();
  node = await startOpenSearch(prepared, {
    directory,
    address,
    port,
    users: (['bootstrap', 'writer', 'reader', 'nobody'] as const).map((name) => ({
      name,
      password,
      backendRoles: [arn(name.charAt(0).toUpperCase() + name.slice(1))],
    })),
  });
  const { endpoint, caFile } = node;
  for (const username of ['bootstrap', 'writer', 'reader', 'nobody'] as const) {
    as[username] = storeClient({ endpoint, caFile, auth: { kind: 'basic', username, password } });
  }
}, 300_000);

afterAll(async () => {
  await Promise.all(Object.values(as).map((client) => client.close()));
  await node?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Status of the answer, whatever it is. */
const statusOf = async (client: Client, method: string, path: string, body?: object): Promise<number | null> => {
  try {
    return (await client.transport.request({ method, path, ...(body ? { body } : {}) })).statusCode;
  } catch (error) {
    if (error instanceof errors.ResponseError) return error.statusCode ?? 0;
    throw error;
  }
};

const bulk = async (client: Client, index: string, sources: readonly Record<string, unknown>[]) => {
  const body = sources.flatMap((source) => [
    { index: { _index: index, _id: `${source.traceId ?? 'x'}/${source.spanId ?? 'x'}` } },
    source,
  ]);
  const { body: answer } = await client.bulk({ body });
  return answer.items.map(({ index: item }) => ({
    status: item?.status,
    error: item?.error && `${item.error.type}: ${item.error.reason} ${JSON.stringify(item.error.caused_by ?? '')}`,
  }));
};

const traceId = '0af7651916cd43dd8448eb211c80319c';
const group = (statusCode: number) => ({
  traceGroup: 'POST /payments',
  traceGroupFields: { endTime: '2026-03-01T08:00:00.250000007Z', durationInNanos: 250_000_007, statusCode },
});
/** A span as the writer makes it. */
const span = (spanId: string, parentSpanId: string, extra: Record<string, unknown> = {}) => ({
  traceId,
  spanId,
  parentSpanId,
  traceState: '',
  name: parentSpanId ? 'POST /settlements' : 'POST /payments',
  kind: parentSpanId ? 'SPAN_KIND_CLIENT' : 'SPAN_KIND_SERVER',
  startTime: '2026-03-01T08:00:00.000000000Z',
  endTime: '2026-03-01T08:00:00.250000007Z',
  durationInNanos: 250_000_007,
  serviceName: 'payment',
  ...group(2),
  'status.code': 2,
  'status.message': 'settlement refused',
  events: [
    {
      name: 'exception',
      time: '2026-03-01T08:00:00.1Z',
      attributes: { 'client@address': '203.0.113.7', a: 'b' },
      droppedAttributesCount: 0,
    },
  ],
  links: [],
  droppedAttributesCount: 0,
  'instrumentationScope.name': 'opentelemetry.instrumentation.fastapi',
  'resource.attributes.service@name': 'payment',
  'span.attributes.http@method': 'POST',
  'span.attributes.client@address': '203.0.113.7',
  ...extra,
});
const root = span('b7ad6b7169203331', '');
const child = span('00f067aa0ba902b7', root.spanId, { durationInNanos: 200_000_000 });

test('documents are applied once, and a second time there is nothing to do', async () => {
  const lines: string[] = [];
  const first = await applyDocuments(as.bootstrap, documents, { log: (line) => lines.push(line), skip });
  const expected = Object.keys(documents).map((id) => [
    id,
    // The plugin brings one of its own.
    skip.includes(id) ? 'skipped' : id.startsWith('audit-config/') ? 'updated' : 'created',
  ]);
  expect(first).toEqual(Object.fromEntries(expected));
  expect(lines).toContain('retention-policy/harbourline-spans: skipped');

  const second = await applyDocuments(as.bootstrap, documents, { log: () => {}, skip });
  expect(new Set(Object.values(second))).toEqual(new Set(['unchanged', 'skipped']));
});

test('what was changed by hand is put right, and what is not ours keeps its members', async () => {
  const api = '/_plugins/_security/api';
  const put = (path: string, body: object) => statusOf(as.bootstrap, 'PUT', `${api}/${path}`, body);
  const role = JSON.parse(documents['role/harbourline-writer']!);
  await put('roles/harbourline-writer', { ...role, cluster_permissions: ['*'] });
  await put('rolesmapping/harbourline-reader', { backend_roles: [arn('Reader'), arn('Stranger')] });
  await put('rolesmapping/opensearch_dashboards_user', { backend_roles: [arn('SomebodyElse')], users: ['who'] });

  const outcomes = await applyDocuments(as.bootstrap, documents, { log: () => {}, skip });
  expect(Object.keys(outcomes).filter((id) => outcomes[id] === 'updated')).toEqual([
    'role/harbourline-writer',
    'role-mapping/harbourline-reader',
    'role-mapping/opensearch_dashboards_user',
  ]);
  const { body } = await as.bootstrap.transport.request({ method: 'GET', path: `${api}/rolesmapping` });
  const mappings = body as unknown as Record<string, { backend_roles: string[]; users: string[] }>;
  expect(mappings['harbourline-reader']?.backend_roles).toEqual([arn('Reader')]);
  expect(mappings.opensearch_dashboards_user?.backend_roles.sort()).toEqual([arn('Reader'), arn('SomebodyElse')]);
  expect(mappings.opensearch_dashboards_user?.users).toEqual(['who']);
});

test('the writer writes in bulk to what exists, and can do nothing else', async () => {
  expect(await bulk(as.writer, 'otel-v1-apm-span', [root, child])).toEqual([{ status: 201 }, { status: 201 }]);
  expect(await bulk(as.writer, 'otel-v1-apm-span', [root])).toEqual([{ status: 200 }]);
  expect(await bulk(as.writer, 'otel-v1-apm-service-map', [{ hashId: 'a', serviceName: 'payment' }])).toEqual([
    { status: 201 },
  ]);
  // A refusal of an item stands inside an answer of 200.
  expect(await bulk(as.writer, 'otel-v1-apm-span-000002', [root])).toMatchObject([{ status: 403 }]);
  expect(await bulk(as.writer, 'secrets', [root])).toMatchObject([{ status: 403 }]);

  const id = encodeURIComponent(`${traceId}/${root.spanId}`);
  for (const [method, path, body] of [
    ['GET', '/otel-v1-apm-span/_search'],
    ['GET', `/otel-v1-apm-span-000001/_doc/${id}`],
    ['DELETE', `/otel-v1-apm-span-000001/_doc/${id}`],
    ['POST', `/otel-v1-apm-span-000001/_update/${id}`, { doc: { name: 'x' } }],
    ['DELETE', '/otel-v1-apm-span-000001'],
    ['PUT', '/otel-v1-apm-span-000002'],
    ['POST', '/otel-v1-apm-span/_rollover'],
    ['PUT', '/secrets'],
    ['GET', '/_plugins/_security/api/roles'],
    ['PUT', '/_plugins/_security/api/rolesmapping/all_access', { backend_roles: [arn('Writer')] }],
  ] as const) {
    expect([method, path, await statusOf(as.writer, method, path, body)]).toEqual([method, path, 403]);
  }
  const item = { delete: { _index: 'otel-v1-apm-span-000001', _id: `${traceId}/${root.spanId}` } };
  expect((await as.writer.bulk({ body: [item] })).body.items[0]?.delete?.status).toBe(403);
});

test('without a role, without a name or without TLS nobody is let in', async () => {
  expect(await statusOf(as.nobody, 'GET', '/otel-v1-apm-span/_search')).toBe(403);
  expect(await statusOf(as.nobody, 'GET', '/_cluster/health')).toBe(403);
  const anonymous = storeClient({
    endpoint: node!.endpoint,
    caFile: node!.caFile,
    auth: { kind: 'basic', username: 'writer', password: 'guessed' },
  });
  expect(await statusOf(anonymous, 'GET', '/')).toBe(401);
  await anonymous.close();
  const status = await new Promise((resolve, reject) =>
    get(node!.endpoint, { ca: readFileSync(node!.caFile), agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject),
  );
  expect(status).toBe(401);
  const plain = new Promise((resolve, reject) => request({ host: address, port }, resolve).on('error', reject).end());
  await expect(plain).rejects.toThrow(/socket hang up|ECONNRESET/);
});

test('no attribute costs a span: too long, nested, of another type, or not text', async () => {
  const spans = [
    { 'span.attributes.long': 'x'.repeat(40_000), 'resource.attributes.long': 'x'.repeat(40_000) },
    { 'span.attributes.first': 1 },
    { 'span.attributes.first': 'not a number' },
    { 'span.attributes.day': '2026-03-01' },
    { 'span.attributes.day': 'not a day' },
    { 'span.attributes.nested': { a: { b: 1 }, c: ['d'] } },
    { 'span.attributes.nested': { a: 'another shape' } },
    { 'span.attributes.list': ['a', 'b'] },
    { 'status.message': 'x'.repeat(40_000), name: 'x'.repeat(40_000) },
    { unknownField: { deep: { deeper: 1 } } },
  ].map((extra, index) => ({ ...span(`${index}`.padStart(16, 'f'), root.spanId, extra), traceId: 'f'.repeat(32) }));
  expect(await bulk(as.writer, 'otel-v1-apm-span', spans)).toEqual(spans.map(() => ({ status: 201 })));
});

test('fields cannot grow without end: the span that would exceed the limit is refused with the reason', async () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`span.attributes.key${index}`, 'v']));
  const [refused, accepted] = await bulk(as.writer, 'otel-v1-apm-span', [
    { ...span('e'.repeat(16), '', many), traceId: 'e'.repeat(32) },
    { ...span('d'.repeat(16), ''), traceId: 'e'.repeat(32) },
  ]);
  expect(refused).toMatchObject({ status: 400, error: expect.stringContaining('Limit of total fields [300]') });
  expect(accepted).toEqual({ status: 201 });
});

describe('the reader', () => {
  const search = async (body: object, index = 'otel-v1-apm-span-*') =>
    (await as.reader.search({ index, body })).body as unknown as {
      hits: { hits: { _source: Record<string, unknown> }[] };
      aggregations: Record<string, { value: number; buckets: Record<string, never>[] }>;
    };

  beforeAll(() => as.bootstrap.indices.refresh({ index: 'otel-v1-apm-*' }));

  test('gets the trace list as the page asks for it', async () => {
    const newest = (field: string, other: string) =>
      `if (doc.containsKey('${field}') && !doc['${field}'].empty) { return doc['${field}'].value.toInstant().toEpochMilli() } if (doc.containsKey('${other}') && !doc['${other}'].empty) { return doc['${other}'].value.toInstant().toEpochMilli() }`;
    const { aggregations } = await search({
      size: 0,
      query: { bool: { filter: [{ term: { traceId } }, { range: { startTime: { gte: '2026-03-01T07:55:00Z' } } }] } },
      aggs: {
        unique_traces: { cardinality: { field: 'traceId' } },
        traces: {
          terms: { field: 'traceId', size: 500, order: { _key: 'asc' } },
          aggs: {
            latency: {
              max: {
                script: {
                  source:
                    "if (doc.containsKey('traceGroupFields.durationInNanos') && !doc['traceGroupFields.durationInNanos'].empty) { return Math.round(doc['traceGroupFields.durationInNanos'].value / 10000) / 100.0 } return 0",
                  lang: 'painless',
                },
              },
            },
            trace_group: { terms: { field: 'traceGroup', size: 1 } },
            error_count: { filter: { term: { 'traceGroupFields.statusCode': '2' } } },
            last_updated: {
              max: { script: { source: newest('traceGroupFields.endTime', 'endTime'), lang: 'painless' } },
            },
          },
        },
      },
    });
    expect(aggregations.unique_traces?.value).toBe(1);
    expect(aggregations.traces?.buckets).toEqual([
      expect.objectContaining({
        key: traceId,
        doc_count: 2,
        latency: { value: 250 },
        trace_group: expect.objectContaining({ buckets: [{ key: 'POST /payments', doc_count: 2 }] }),
        error_count: { doc_count: 2 },
        last_updated: expect.objectContaining({ value: Date.parse('2026-03-01T08:00:00.250Z') }),
      }),
    ]);
  });

  test('finds roots by their empty parent, errors by status, and a whole trace with the flattened keys', async () => {
    const roots = await search({
      query: { bool: { filter: [{ term: { parentSpanId: '' } }, { term: { traceId } }] } },
    });
    expect(roots.hits.hits).toHaveLength(1);
    const failed = await search({
      query: { bool: { filter: [{ term: { 'status.code': 2 } }, { term: { traceId } }] } },
    });
    expect(failed.hits.hits).toHaveLength(2);
    const { hits } = await search({ size: 3000, query: { term: { traceId } } });
    expect(hits.hits.map(({ _source }) => _source['status.code'])).toEqual([2, 2]);
    const durations = await search({ size: 0, aggs: { p: { percentiles: { field: 'durationInNanos' } } } });
    expect(durations.aggregations.p).toBeDefined();
  });

  test('searches times and numbers that have a column alone', async () => {
    const found = async (...filter: object[]): Promise<number> =>
      (await search({ query: { bool: { filter: [{ term: { traceId } }, ...filter] } } })).hits.hits.length;
    for (const field of ['endTime', 'traceGroupFields.endTime']) {
      expect(await found({ range: { [field]: { gte: '2026-03-01T08:00:00.250000007Z' } } })).toBe(2);
      expect(await found({ range: { [field]: { gt: '2026-03-01T08:00:00.250000007Z' } } })).toBe(0);
    }
    expect(await found({ term: { droppedAttributesCount: 0 } })).toBe(2);
    expect(await found({ range: { droppedAttributesCount: { gt: 0 } } })).toBe(0);
  });

  test('gets services and the service map', async () => {
    const services = await search({ size: 0, aggs: { s: { terms: { field: 'serviceName' } } } });
    expect(services.aggregations.s?.buckets[0]).toMatchObject({ key: 'payment' });
    const pair = (side: string) => ({
      terms: { field: `${side}.resource` },
      aggs: { domain: { terms: { field: `${side}.domain` } } },
    });
    const edges = await search(
      {
        size: 0,
        aggs: { s: { terms: { field: 'serviceName' }, aggs: { t: pair('target'), d: pair('destination') } } },
      },
      'otel-v1-apm-service-map*',
    );
    expect(edges.aggregations.s?.buckets).toHaveLength(1);
    // How the page finds out which format a domain has.
    expect(await statusOf(as.reader, 'HEAD', '/otel-v1-apm-span-*?allow_no_indices=false')).toBe(200);
    expect(await statusOf(as.reader, 'HEAD', '/*jaeger-span-*?allow_no_indices=false')).toBe(404);
  });

  test('sees hashes where the address of a client stands', async () => {
    const { hits } = await search({ query: { term: { spanId: root.spanId } } });
    const [{ _source } = { _source: {} }] = hits.hits;
    expect(JSON.stringify(_source)).not.toContain('203.0.113.7');
    expect(_source['span.attributes.client@address']).toMatch(/^[0-9a-f]{64}$/);
    expect(_source['span.attributes.http@method']).toBe('POST');
    const { aggregations } = await search({
      size: 0,
      query: { term: { traceId } },
      aggs: { by: { terms: { field: 'span.attributes.client@address' } } },
    });
    expect(aggregations.by?.buckets).toEqual([{ key: expect.stringMatching(/^[0-9a-f]{64}$/), doc_count: 2 }]);
  });

  test('changes nothing and sees nothing else', async () => {
    const id = encodeURIComponent(`${traceId}/${root.spanId}`);
    for (const [method, path, body] of [
      ['PUT', `/otel-v1-apm-span-000001/_doc/${id}`, { name: 'x' }],
      ['DELETE', `/otel-v1-apm-span-000001/_doc/${id}`],
      ['POST', '/otel-v1-apm-span-000001/_delete_by_query', { query: { match_all: {} } }],
      ['DELETE', '/otel-v1-apm-span-000001'],
      ['PUT', '/otel-v1-apm-span-000001/_mapping', { properties: {} }],
      ['GET', '/.opendistro_security/_search'],
      ['GET', '/_plugins/_security/api/roles'],
    ] as const) {
      expect([method, path, await statusOf(as.reader, method, path, body)]).toEqual([method, path, 403]);
    }
    expect(await bulk(as.reader, 'otel-v1-apm-span', [root])).toMatchObject([{ status: 403 }]);
  });
});

test('a rolled-over alias goes on: templates hold for the new index, and the first one is not made again', async () => {
  await as.bootstrap.indices.rollover({ alias: 'otel-v1-apm-span' });
  await as.bootstrap.indices.delete({ index: 'otel-v1-apm-span-000001' });
  const outcomes = await applyDocuments(as.bootstrap, documents, { log: () => {}, skip });
  expect(outcomes['index/otel-v1-apm-span-000001']).toBe('unchanged');
  expect(await bulk(as.writer, 'otel-v1-apm-span', [root])).toEqual([{ status: 201 }]);
  const { body } = await as.bootstrap.indices.getSettings({ index: 'otel-v1-apm-span' });
  expect(body['otel-v1-apm-span-000002']?.settings?.index).toMatchObject({
    codec: 'best_compression',
    refresh_interval: '10s',
    plugins: { index_state_management: { rollover_alias: 'otel-v1-apm-span' } },
  });
});
