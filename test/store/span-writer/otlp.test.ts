import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { attributeValue } from '../../../lib/store/span-writer/attributes';
import { decodeRequest, requestType, signed, unsigned } from '../../../lib/store/span-writer/otlp';
import { flatten, isoNanos } from '../../../lib/store/span-writer/spans';

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
