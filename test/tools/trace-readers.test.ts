/** What `npm run trace -- --export` writes, read by receivers of OpenTelemetry: the real ones, in the binary that is deployed. */
import { waitFor } from '../../harness/wait';
import { exporters } from '../../tools/trace/export';
import type { StoredSpan } from '../../tools/trace/fetch';
import { spansOf, straight, withCollector } from '../collector/with-collector';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

const traceId = '0af7651916cd43dd8448eb211c80319c';
const [root, call, served] = ['b7ad6b7169203331', '00f067aa0ba902b7', '53995c3f42cd8ad8'] as const;
const span = (spanId: string, parentSpanId: string, more: Partial<StoredSpan>): StoredSpan => ({
  spanId,
  parentSpanId,
  name: 'POST /payments',
  kind: 'SPAN_KIND_SERVER',
  serviceName: 'payment',
  startTime: '2026-03-01T08:00:00.000001000Z',
  durationInNanos: 250_000_000,
  traceGroup: 'POST /payments',
  'status.code': 0,
  'status.message': '',
  'resource.attributes.service@name': more.serviceName ?? 'payment',
  ...more,
});
const stored: StoredSpan[] = [
  span(root, '', {
    'span.attributes.http@response@status_code': 502,
    'span.attributes.payment@amount': 99.5,
    'span.attributes.retried': true,
    'span.attributes.http@request@header@x-request-id': ['a', 'b'],
    'status.code': 2,
    'status.message': 'limit exceeded',
    events: [
      { name: 'exception', time: '2026-03-01T08:00:00.200000000Z', attributes: { 'exception@type': 'Timeout' } },
    ],
    links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), attributes: {} }],
  }),
  span(call, root, { kind: 'SPAN_KIND_CLIENT', name: 'POST', 'span.attributes.crossing': 'hk-cn' }),
  span(served, call, { serviceName: 'settlement', name: '结算' }),
];

/** What a receiver makes of an export. */
const read = (receiversAt: (endpoint: string) => object, path: string, body: unknown): Promise<any[]> =>
  withCollector(straight('traces', {}, receiversAt), async ({ post, written, log }) => {
    await post(path, body);
    await waitFor('every span', () => spansOf(written()).length === stored.length || log() || written());
    return spansOf(written());
  });
const values = (attributes: readonly any[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
const service = ({ resource }: any) => values(resource.attributes)['service.name'].stringValue;
const chain = (spans: readonly any[]) =>
  spans.map((each) => [each.traceId, each.spanId, each.parentSpanId ?? '', service(each), each.name, each.kind]);

test('OTLP: ids, parents, kinds, types, events, links and states are what was stored', async () => {
  const otlp = (endpoint: string) => ({ otlp: { protocols: { http: { endpoint } } } });
  const spans = await read(otlp, '/v1/traces', exporters.otlp(traceId, stored));
  expect(chain(spans)).toEqual([
    [traceId, root, '', 'payment', 'POST /payments', 2],
    [traceId, call, root, 'payment', 'POST', 3],
    [traceId, served, call, 'settlement', '结算', 2],
  ]);
  expect(spans[0]).toMatchObject({
    startTimeUnixNano: '1772352000000001000',
    endTimeUnixNano: '1772352000250001000',
    status: { code: 2, message: 'limit exceeded' },
    events: [{ name: 'exception', timeUnixNano: '1772352000200000000' }],
    links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }],
  });
  expect(values(spans[0].attributes)).toEqual({
    'http.response.status_code': { intValue: '502' },
    'payment.amount': { doubleValue: 99.5 },
    retried: { boolValue: true },
    'http.request.header.x-request-id': { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } },
  });
});

test('Zipkin: ids, parents, kinds, times, tags and errors are what was stored', async () => {
  const spans = await read(
    (endpoint) => ({ zipkin: { endpoint } }),
    '/api/v2/spans',
    exporters.zipkin(traceId, stored),
  );
  // Zipkin's names are in lower case.
  expect(
    chain(spans)
      .map((each) => each.map((value) => `${value}`.toLowerCase()))
      .sort(),
  ).toEqual(
    [
      [traceId, root, '', 'payment', 'post /payments', '2'],
      [traceId, call, root, 'payment', 'post', '3'],
      [traceId, served, call, 'settlement', '结算', '2'],
    ].sort(),
  );
  const first = spans.find(({ spanId }) => spanId === root);
  expect(first).toMatchObject({
    startTimeUnixNano: '1772352000000001000',
    endTimeUnixNano: '1772352000250001000',
    status: { code: 2 },
    events: [{ name: 'exception', timeUnixNano: '1772352000200000000' }],
  });
  expect(values(first.attributes)).toMatchObject({
    'payment.amount': { stringValue: '99.5' },
    'http.request.header.x-request-id': { stringValue: '["a","b"]' },
  });
});
