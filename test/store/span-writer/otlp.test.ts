import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { attributeValue } from '../../../lib/store/span-writer/attributes';
import {
  decodeParts,
  decodeRequest,
  decodeSkeleton,
  requestType,
  signed,
  unsigned,
} from '../../../lib/store/span-writer/otlp';
import { flatten, isoNanos } from '../../../lib/store/span-writer/spans';
import { attribute, encode, service, span } from './support';

type SdkSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

test('what another implementation encodes is read whole', () => {
  const context = (digit: string) => ({ traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: 1 });
  const sdkSpan = {
    name: 'GET /注文',
    kind: 1, // SERVER in the SDK's numbering, which has no UNSPECIFIED
    spanContext: () => ({ ...context('a'), traceState: { serialize: () => 'vendor=1' } }),
    parentSpanContext: { ...context('b'), isRemote: true },
    startTime: [1785576600, 123456789],
    endTime: [1785576601, 1],
    duration: [0, 876543212],
    ended: true,
    status: { code: 2, message: 'broken' },
    attributes: { text: 'x', int: -5, double: 0.1, bool: true, list: ['a', 'b'] },
    links: [{ context: context('c'), attributes: { linked: 'y' }, droppedAttributesCount: 7 }],
    events: [{ name: 'retry', time: [1785576600, 999999999], attributes: { at: 1 }, droppedAttributesCount: 6 }],
    resource: { attributes: { 'service.name': 'orders' } },
    instrumentationScope: { name: 'django', version: '1.2' },
    droppedAttributesCount: 3,
    droppedEventsCount: 4,
    droppedLinksCount: 5,
  } as unknown as SdkSpan;

  const [flat] = flatten(decodeRequest(Buffer.from(ProtobufTraceSerializer.serializeRequest([sdkSpan])!)));
  expect(flat).toMatchObject({
    traceId: 'a'.repeat(32),
    spanId: 'a'.repeat(16),
    parentSpanId: 'b'.repeat(16),
    start: 1785576600123456789n,
    end: 1785576601000000001n,
    serviceName: 'orders',
    inherited: {
      json: ',"resource.attributes.service@name":"orders","instrumentationScope.name":"django","instrumentationScope.version":"1.2"',
    },
  });
  const { span } = flat!;
  expect(span).toMatchObject({
    name: 'GET /注文',
    kind: 2,
    traceState: 'vendor=1',
    status: { code: 2, message: 'broken' },
    droppedAttributesCount: 3,
    droppedEventsCount: 4,
    droppedLinksCount: 5,
  });
  const values = ({ attributes }: typeof span) =>
    Object.fromEntries(attributes.map(({ key, value }) => [key, attributeValue(value)]));
  expect(values(span)).toEqual({
    text: 'x',
    int: -5,
    double: 0.1,
    bool: 'true',
    list: '["a","b"]',
  });
  expect(span.links[0]).toMatchObject({ traceId: Buffer.alloc(16, 0xcc), droppedAttributesCount: 7 });
  expect(values(span.links[0] as never)).toEqual({ linked: 'y' });
  expect(isoNanos(unsigned(span.events[0]!.timeUnixNano))).toBe('2026-08-01T09:30:00.999999999Z');
});

test('texts are read as they came, though many are remembered', () => {
  const encoded = (names: readonly string[]): Buffer =>
    Buffer.from(
      requestType.encode({ resourceSpans: [{ scopeSpans: [{ spans: names.map((name) => ({ name })) }] }] }).finish(),
    );
  const names = (body: Buffer): string[] =>
    decodeRequest(body).resourceSpans[0]!.scopeSpans[0]!.spans.map(({ name }) => name);
  // What tells two of them apart is nowhere that is looked at first; what is not ASCII is as long, in bytes or as a text.
  const alike = [
    'axbcdxend',
    'aybcdyend',
    'a\u00e9cdxend',
    '\u4e2dcdxend',
    'axbcdxend',
    'x'.repeat(48),
    'x'.repeat(49),
    '',
    'a',
  ];
  expect(names(encoded([...alike, ...alike.toReversed()]))).toEqual([...alike, ...alike.toReversed()]);
  // Bytes that are no text are not taken for the text whose characters have their numbers.
  const [broken, marks] = [encoded(['abcdefgh']), encoded(['abc\u00ffefg'])];
  broken[broken.indexOf('d')] = 0xff;
  expect(names(broken)).toEqual(['abc\ufffdefgh']);
  expect(names(broken)).toEqual(['abc\ufffdefgh']);
  expect(names(marks)).toEqual(['abc\u00ffefg']);
});

test('64-bit integers keep every bit', () => {
  expect(unsigned({ low: -1, high: -1 })).toBe(2n ** 64n - 1n);
  expect(signed({ low: -1, high: -1 })).toBe(-1n);
  expect(signed({ low: 0, high: -(2 ** 31) })).toBe(-(2n ** 63n));
});

describe('a request in parts', () => {
  const body = encode(
    service('a', [span(1, undefined), span(2, 1), span(3, 1)], { name: 's', attributes: [attribute('of', 'scope')] }),
    service('b', [span(4, 1, { attributes: [attribute('large', 'x'.repeat(500))] })]),
    service('c', []),
    service('d', [span(5, 1), span(6, 1)]),
  );
  const named = (request: ReturnType<typeof decodeRequest>) =>
    request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ scope, spans }) => spans.map((one) => ({ resource, scope, span: one }))),
    );
  const whole = named(decodeRequest(body));

  test.each([1, 100, 150, 300, 10_000])(
    'of at most %i bytes has every span once, with its service and scope',
    (limit) => {
      const parts = [...decodeParts(body, limit)].map(named);
      expect(JSON.stringify(parts.flat())).toBe(JSON.stringify(whole));
      for (const part of parts) expect(part.length).toBeGreaterThan(0);
    },
  );

  test('has as many parts as it needs: a span that is larger than the limit is one alone', () => {
    const sizes = (limit: number) => [...decodeParts(body, limit)].map((part) => named(part).length);
    expect(sizes(1)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(sizes(body.length)).toEqual([6]);
    const [first] = whole;
    const one = requestType.root
      .lookupType('Span')
      .encode(first!.span as never)
      .finish().length;
    // The parent's id makes the second one longer.
    expect(sizes(3 * one)[0]).toBe(2);
  });

  test('that is cut off is no request, wherever it was cut', () => {
    const cuts = Array.from({ length: 40 }, (_, n) => body.length - 1 - n * 7);
    for (const cut of cuts) expect(() => [...decodeParts(body.subarray(0, cut), 100)]).toThrow();
  });

  test('without what makes it large has every span, and nothing of its attributes', () => {
    const skeleton = named(decodeSkeleton(body));
    expect(skeleton.map(({ span: { spanId, name } }) => [spanId.toString('hex'), name])).toEqual(
      whole.map(({ span: { spanId, name } }) => [spanId.toString('hex'), name]),
    );
    expect(skeleton[3]!.span).toMatchObject({ attributes: [], events: [], links: [] });
  });
});

test('texts that look alike where they are looked at are told apart: one is never read as another', () => {
  // Their first, middle and last characters, and their lengths, are the same; the last is the beginning of the first.
  const texts = [
    'alpha-beta-gamma',
    'alphX-beta-gamma',
    'alpha-beta-gaXma',
    'alpha',
    '订单-beta-gam',
    'abc',
    'x'.repeat(60),
  ];
  const random = [...texts, ...texts.toReversed(), ...texts];
  const names = decodeRequest(
    encode(
      service(
        'a',
        random.map((name, n) => span(n + 1, undefined, { name })),
      ),
    ),
  );
  expect(names.resourceSpans[0]!.scopeSpans[0]!.spans.map(({ name }) => name)).toEqual(random);
});
