/** Whether everything that Hong Kong counted is known in the mainland, but for groups that are too small to be reported. */
import { crossingAttribute, metricNamespace, metrics } from '../../../lib/contract/metrics';
import type { MetricStore } from '../cloudwatch/metric-store';

/** The finest dimensions that both sides have. */
const dimensions = [crossingAttribute, 'span.kind', 'service.name', 'status.code'];

/** Groups of a relay that have these dimensions in common differ in `traceparent`: received or lost. */
const groupsOf = (crossing: string | undefined): number => (crossing === 'cn-hk' ? 2 : 1);

/** A window of a minute begins when it likes, so a minute of the clock has parts of two. */
const windowsInMinute = 2;

/** Calls. */
export interface Account {
  readonly counted: number;
  readonly arrived: number;
  /** Not arrived, and explained by groups of fewer calls than are reported. */
  readonly suppressed: number;
  /** Not arrived, and not explained. */
  readonly lost: number;
  /** Arrived beyond what was counted. */
  readonly twice: number;
}

/** Compares call counts of both sides by group and minute. @param within whether a minute (its start, in ms) counts */
export function account(
  hongKong: MetricStore,
  mainland: MetricStore,
  environment: string,
  minimumCalls: number,
  within: (minute: number) => boolean = () => true,
): Account {
  const sums = { counted: 0, arrived: 0, suppressed: 0, lost: 0, twice: 0 };
  for (const group of hongKong.search(metricNamespace(environment), metrics.calls.name, dimensions, {})) {
    const query = { ...group, statistic: 'Sum' };
    const there = mainland.byPeriod(query, 60);
    const small = (minimumCalls - 1) * windowsInMinute * groupsOf(group.dimensions[crossingAttribute]);
    for (const [minute, counted] of hongKong.byPeriod(query, 60)) {
      if (!within(minute)) continue;
      const arrived = there.get(minute) ?? 0;
      const missing = Math.max(0, counted - arrived);
      sums.counted += counted;
      sums.arrived += arrived;
      sums.twice += Math.max(0, arrived - counted);
      sums.suppressed += Math.min(missing, small);
      sums.lost += Math.max(0, missing - small);
    }
  }
  return sums;
}
