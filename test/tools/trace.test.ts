import type { StoredSpan } from '../../tools/trace/fetch';
import { durationText, nanos, traceTree } from '../../tools/trace/tree';

const span = (spanId: string, parentSpanId: string, fromMs: number, ms: number, extra: object = {}): StoredSpan => ({
  spanId,
  parentSpanId,
  name: `span ${spanId}`,
  kind: 'SPAN_KIND_SERVER',
  serviceName: 'payment',
  startTime: new Date(Date.UTC(2026, 2, 1, 8) + fromMs).toISOString().replace('Z', '000000Z'),
  durationInNanos: ms * 1e6,
  traceGroup: 'POST /payments',
  'status.code': 0,
  'status.message': '',
  ...extra,
});
const traceId = 'a'.repeat(32);
const crossing = (name: string) => ({ 'span.attributes.crossing': name });
const draw = (spans: StoredSpan[], width = 110): string => traceTree(traceId, spans, { width, colour: false });

test('a call chain: order of time, durations, errors with their words, crossings', () => {
  const text = draw([
    span('d', 'c', 60, 120, { serviceName: 'settlement', 'status.code': 2, 'status.message': 'limit exceeded' }),
    span('e', 'a', 230, 5, { name: 'INSERT ledger', kind: 'SPAN_KIND_CLIENT' }),
    span('c', 'a', 40, 180, { name: 'POST', kind: 'SPAN_KIND_CLIENT', ...crossing('hk-cn') }),
    span('a', '', 0, 250, { name: 'POST /payments' }),
    span('b', 'a', 2, 0.35, { name: '查询账户' }),
  ]);
  expect(`\n${text}\n`).toMatchInlineSnapshot(`
"
POST /payments  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
250 ms · 5 spans · 2 services · 1 border crossing · 1 error · 2026-03-01 16:00:00.000 in Hong Kong

POST /payments                                            payment    serves   250 ms ████████████████████████
├─ 查询账户                                               payment    serves   350 µs ▏
├─ POST                                              ⇒ CN payment    calls    180 ms    █████████████████▎
│  └─ span d                                              settlement serves   120 ms      ███████████▌
│        ✗ limit exceeded
└─ INSERT ledger                                          payment    calls   5.00 ms                       ▌
"
`);
});

test('what is odd is shown: no root, spans that call each other, control characters, no time at all', () => {
  expect(draw([span('b', 'gone', 0, 1)])).toContain('span b (caller not stored)');
  const cycle = draw([span('x', 'y', 0, 1), span('y', 'x', 1, 1)]);
  expect(cycle).toContain('span x');
  expect(cycle).toContain('span y');
  expect(draw([span('z', 'z', 0, 1)])).toContain('span z');
  const hostile = draw([span('a', '', 0, 0, { name: 'bell\u0007 and \u001b[2J' })]);
  expect(hostile).toContain('bell· and ·[2J');
  for (const line of draw([span('a', '', 0, 1, { name: '长'.repeat(200) })], 80)
    .split('\n')
    .slice(3)) {
    expect(line.length).toBeLessThanOrEqual(100);
  }
});

test('nanoseconds keep all their digits', () => {
  expect(nanos('2026-03-01T08:00:00.123456789Z') - nanos('2026-03-01T08:00:00.123456788Z')).toBe(1n);
  expect(nanos('1970-01-01T00:00:01Z')).toBe(1_000_000_000n);
});

test.each([
  [0, '0 ns'],
  [999, '999 ns'],
  [1_500, '1.50 µs'],
  [25_340_000, '25.3 ms'],
  [250_000_007, '250 ms'],
  [61_000_000_000, '61.0 s '],
])('%i ns is %s', (duration, text) => {
  expect(durationText(duration)).toBe(text);
});
