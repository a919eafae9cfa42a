/** Who is at fault, from the metrics alone: the reading of the first dashboard, as its rows explain it. */
import type { EnvironmentConfig } from '../../config/schema';
import {
  type Crossing,
  crossingAttribute,
  kindOfCrossing,
  metricNamespace,
  metrics,
  pathDimension,
  probeMetrics,
  statusError,
  traceparentAttribute,
} from '../../lib/contract/metrics';
import type { MetricStore } from './cloudwatch/metric-store';
import type { Interval } from './interval';

export type Side =
  | 'nobody'
  | 'Hong Kong'
  | 'the link'
  | 'the mainland'
  | 'the link or the mainland'
  | 'a proxy on the way';

export interface Diagnosis {
  readonly side: Side;
  readonly because: string;
}

/** Loss of connects, in per cent, that makes calls fail. */
const lostPercent = 20;

/** Compares a time with a fair one. */
export function diagnose(store: MetricStore, config: EnvironmentConfig, fair: Interval, now: Interval): Diagnosis {
  const { objectives } = config.observe;
  const namespace = metricNamespace(config.environment);
  const read = (name: string, dimensions: Record<string, string>, statistic: string, span: Interval) =>
    store.between({ namespace, name, dimensions, statistic }, span.from, span.until);
  const of = (crossing: Crossing) => ({ [crossingAttribute]: crossing, 'span.kind': kindOfCrossing[crossing] });
  const p99 = (crossing: Crossing, span = now) => read(metrics.duration.name, of(crossing), 'p99', span) ?? 0;
  const calls = (dimensions: Record<string, string>) => read(metrics.calls.name, dimensions, 'Sum', now) ?? 0;
  const errors = (crossing: Crossing) =>
    (100 * calls({ ...of(crossing), 'status.code': statusError })) / Math.max(1, calls(of(crossing)));
  const slow = (crossing: Crossing) => p99(crossing) > objectives.p99Ms[crossing];
  const failing = (crossing: Crossing) => errors(crossing) > objectives.errorPercent * 2;
  const onPaths = (name: string, statistic: string, span: Interval) =>
    store
      .search(namespace, name, [pathDimension], {})
      .map(({ dimensions }) => read(name, { ...dimensions }, statistic, span) ?? 0);
  /** Of the best path: calls take it. */
  const rtt = (span: Interval) => Math.min(...onPaths(probeMetrics.rtt.name, 'p50', span));
  const describe = (crossing: Crossing) =>
    `${crossing} p99 ${p99(crossing, fair).toFixed(0)} → ${p99(crossing).toFixed(0)} ms, errors ${errors(crossing).toFixed(1)} %`;
  const sum = (name: string) => onPaths(name, 'Sum', now).reduce((total, one) => total + one, 0);
  const loss = (100 * sum(probeMetrics.lost.name)) / Math.max(1, sum(probeMetrics.sent.name));
  const all = `${describe('hk-cn')}; ${describe('cn-hk')}; ${describe('none')}`;

  // Timed by the server, without the line: nothing but Hong Kong itself makes it slow.
  if (slow('cn-hk') || failing('cn-hk')) return { side: 'Hong Kong', because: all };
  if (slow('hk-cn') || failing('hk-cn')) {
    // The link's own round trip holds the link and no service.
    const risen = rtt(now) - rtt(fair);
    const line = loss > lostPercent || risen > rtt(fair);
    const trip = `round trip of the link ${rtt(fair).toFixed(0)} → ${rtt(now).toFixed(0)} ms, loss ${loss.toFixed(0)} %`;
    return { side: line ? 'the link' : 'the mainland', because: `${trip}; ${all}` };
  }
  if (slow('none') || failing('none')) return { side: 'Hong Kong', because: all };
  const lost = calls({ [crossingAttribute]: 'cn-hk', [traceparentAttribute]: 'lost' });
  const whole = 100 * (1 - lost / Math.max(1, calls(of('cn-hk'))));
  if (whole < 99) return { side: 'a proxy on the way', because: `cn-hk with traceparent ${whole.toFixed(0)} %` };
  return { side: 'nobody', because: all };
}
