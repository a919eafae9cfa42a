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
  { lost = 0, roundTrip = 25 }: { lost?: number; roundTrip?: number } = {},
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
  for (const path of ['vpn-1', 'vpn-2']) {
    point(probeMetrics.rtt.name, fair.from, { [pathDimension]: path }, 25, 60);
    point(probeMetrics.rtt.name, now.from, { [pathDimension]: path }, roundTrip, 60);
    point(probeMetrics.sent.name, now.from, { [pathDimension]: path }, 60);
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
