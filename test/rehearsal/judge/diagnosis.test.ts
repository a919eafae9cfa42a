import {
  type Crossing,
  crossingAttribute,
  kindOfCrossing,
  metrics,
  pathDimension,
  probeMetrics,
  statusError,
  traceparentAttribute,
} from '../../../lib/contract/metrics';
import { MetricStore } from '../../../rehearsal/judge/cloudwatch/metric-store';
import { diagnose } from '../../../rehearsal/judge/diagnosis';
import { config } from './healthy';

const fair = { from: 0, until: 60_000 };
const now = { from: 60_000, until: 120_000 };

/** A fair minute, and a minute that differs from it. */
function storeOf(
  after: Partial<Record<Crossing, { ms?: number; errors?: number }>>,
  {
    lost = 0,
    roundTrip = 25,
    roundTrips = [roundTrip, roundTrip],
    lostConnects = 0,
  }: { lost?: number; roundTrip?: number; roundTrips?: readonly number[]; lostConnects?: number } = {},
): MetricStore {
  const store = new MetricStore();
  const point = (name: string, timestamp: number, dimensions: Record<string, string>, value: number, count = 1) =>
    store.add([
      { namespace: 'Harbourline/dev', name, unit: 'None', dimensions, timestamp, values: [value], counts: [count] },
    ]);
  for (const crossing of ['hk-cn', 'cn-hk', 'none'] as const) {
    const of = { [crossingAttribute]: crossing, 'span.kind': kindOfCrossing[crossing] };
    point(metrics.duration.name, fair.from, of, 80, 100);
    point(metrics.calls.name, fair.from, of, 100);
    point(metrics.duration.name, now.from, of, after[crossing]?.ms ?? 80, 100);
    point(metrics.calls.name, now.from, of, 100);
    point(metrics.calls.name, now.from, { ...of, 'status.code': statusError }, after[crossing]?.errors ?? 0);
  }
  point(metrics.calls.name, now.from, { [crossingAttribute]: 'cn-hk', [traceparentAttribute]: 'lost' }, lost);
  for (const [n, path] of ['vpn-1', 'vpn-2'].entries()) {
    point(probeMetrics.rtt.name, fair.from, { [pathDimension]: path }, 25, 60);
    point(probeMetrics.rtt.name, now.from, { [pathDimension]: path }, roundTrips[n]!, 60);
    point(probeMetrics.sent.name, now.from, { [pathDimension]: path }, 100);
    // All on one path: the loss is that of the link, not of a path.
    point(probeMetrics.lost.name, now.from, { [pathDimension]: path }, n === 0 ? lostConnects : 0);
  }
  return store;
}

const side = (store: MetricStore) => diagnose(store, config, fair, now).side;

test("a fair day is nobody's fault", () => {
  expect(side(storeOf({}))).toBe('nobody');
});

test('calls from the mainland are timed in Hong Kong: slow or failing there is Hong Kong, whatever else shows', () => {
  expect(side(storeOf({ 'cn-hk': { ms: 700 }, 'hk-cn': { ms: 900 }, none: { ms: 1_500 } }))).toBe('Hong Kong');
  expect(side(storeOf({ 'cn-hk': { errors: 30 } }))).toBe('Hong Kong');
});

test('servers in Hong Kong alone are Hong Kong', () => {
  expect(side(storeOf({ none: { ms: 1_500 } }))).toBe('Hong Kong');
});

test('calls to the mainland, and servers that wait for them: the round trip tells the line from the mainland', () => {
  const slow = { 'hk-cn': { ms: 900 }, none: { ms: 1_000 } };
  expect(side(storeOf(slow))).toBe('the mainland');
  expect(side(storeOf(slow, { roundTrip: 600 }))).toBe('the link');
  expect(side(storeOf({ 'hk-cn': { errors: 50 } }))).toBe('the mainland');
});

test('lost headers alone are a proxy on the way', () => {
  expect(side(storeOf({}, { lost: 50 }))).toBe('a proxy on the way');
});

// config/dev.ts: 500, 300 and 800 ms; 1 % of calls may fail, and twice as many are a fault.
test.each<[string, MetricStore, ReturnType<typeof side>]>([
  ['P99 of an objective', storeOf({ 'hk-cn': { ms: 500 }, 'cn-hk': { ms: 300 }, none: { ms: 800 } }), 'nobody'],
  ['P99 beyond that of calls from the mainland', storeOf({ 'cn-hk': { ms: 301 } }), 'Hong Kong'],
  ['P99 beyond that of calls to the mainland', storeOf({ 'hk-cn': { ms: 501 } }), 'the mainland'],
  ['twice the errors that are admitted', storeOf({ 'cn-hk': { errors: 2 }, none: { errors: 2 } }), 'nobody'],
  ['one error more', storeOf({ none: { errors: 3 } }), 'Hong Kong'],
  ['one error more of calls to the mainland', storeOf({ 'hk-cn': { errors: 3 } }), 'the mainland'],
  ['a hundredth of headers lost', storeOf({}, { lost: 1 }), 'nobody'],
  ['two hundredths of headers lost', storeOf({}, { lost: 2 }), 'a proxy on the way'],
])('%s', (_, store, expected) => {
  expect(side(store)).toBe(expected);
});

test.each<[string, Parameters<typeof storeOf>[1], ReturnType<typeof side>]>([
  ['twice the round trip', { roundTrip: 50 }, 'the mainland'],
  ['more than twice', { roundTrip: 51 }, 'the link'],
  ['one path of two: calls take the other', { roundTrips: [600, 25] }, 'the mainland'],
  ['a fifth of connects lost, of both paths together', { lostConnects: 40 }, 'the mainland'],
  ['more than a fifth', { lostConnects: 42 }, 'the link'],
])('calls to the mainland are slow, and there is %s', (_, link, expected) => {
  expect(side(storeOf({ 'hk-cn': { ms: 900 } }, link))).toBe(expected);
});

test('says the figures that it went by', () => {
  const because = (store: MetricStore) => diagnose(store, config, fair, now).because;
  const calls = 'cn-hk p99 80 → 80 ms, errors 0.0 %; none p99 80 → 80 ms, errors 0.0 %';
  expect(because(storeOf({}))).toBe(`hk-cn p99 80 → 80 ms, errors 0.0 %; ${calls}`);
  expect(because(storeOf({ 'hk-cn': { ms: 900, errors: 7 } }, { roundTrip: 60, lostConnects: 50 }))).toBe(
    `round trip of the link 25 → 60 ms, loss 25 %; hk-cn p99 80 → 900 ms, errors 7.0 %; ${calls}`,
  );
  expect(because(storeOf({}, { lost: 50 }))).toBe('cn-hk with traceparent 50 %');
});

test('without a link and without calls nobody is at fault', () => {
  expect(side(new MetricStore())).toBe('nobody');
});
