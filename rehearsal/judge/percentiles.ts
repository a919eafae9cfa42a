/** P99 is right: what dashboards and alarms make of the metrics, against the true durations, by `crossing`. */
import { BlockList } from 'node:net';
import { type Crossing, crossingAttribute, crossings, kindOfCrossing, metrics } from '../../lib/contract/metrics';
import { alarmMetrics } from './cloudwatch/alarms';
import { shownMetrics } from './cloudwatch/dashboards';
import type { MetricQuery } from './cloudwatch/metric-store';
import type { Evidence, LedgerEntry } from './evidence';
import { count, type Row } from './report';

/**
 * How far a percentile may be off: buckets of 2^(1/32) are 2.2 % wide, and CloudWatch is given their middle; a rank on the
 * edge may fall into the next one. `npm run bench:accuracy` measures it for known distributions.
 */
const percentileTolerance = 0.02;

/** Durations of the calls over a crossing, ms, ascending: as the services timed them. */
function durationsBy({ ledger, config }: Evidence): (crossing: Crossing) => number[] {
  const mainland = new BlockList();
  for (const prefix of config.mainland.prefixes) {
    const [address = '', bits] = prefix.split('/');
    mainland.addSubnet(address, Number(bits));
  }
  const inMainland = (address: string | null) => address !== null && mainland.check(address);
  const crossingOf = ({ kind, serverAddress, clientAddress }: LedgerEntry): Crossing => {
    if (kind === 'CLIENT' && inMainland(serverAddress)) return 'hk-cn';
    return kind === 'SERVER' && inMainland(clientAddress) ? 'cn-hk' : 'none';
  };
  return (crossing) =>
    ledger
      .filter((span) => crossingOf(span) === crossing && `SPAN_KIND_${span.kind}` === kindOfCrossing[crossing])
      .map(({ startNs, endNs }) => Number(BigInt(endNs) - BigInt(startNs)) / 1e6)
      .sort((a, b) => a - b);
}

/** A percentile for each crossing on the dashboards, and the share of slow calls for each objective. */
export function percentiles(evidence: Evidence): Row[] {
  const { deployed, metrics: store } = evidence;
  const durations = durationsBy(evidence);
  const shown = deployed.dashboards.flatMap(({ widgets }) => shownMetrics(widgets, store).metrics);
  const watched = alarmMetrics(deployed.alarms);
  const of = (crossing: Crossing, list: readonly MetricQuery[], statistic: string) =>
    list.find(
      (query) =>
        query.name === metrics.duration.name &&
        query.statistic === statistic &&
        query.dimensions[crossingAttribute] === crossing &&
        Object.keys(query.dimensions).length === 2,
    );
  return crossings.flatMap((crossing) => {
    const sorted = durations(crossing);
    // The dashboard's own definition, so that what people will look at is what is measured.
    const onDashboard = of(crossing, shown, 'p99');
    const limit = evidence.config.observe.objectives.p99Ms[crossing];
    const inAlarm = of(crossing, watched, `PR(:${limit})`);
    return [
      percentileRow(crossing, sorted, onDashboard && store.total(onDashboard)),
      slowRow(crossing, sorted, limit, inAlarm && store.total(inAlarm), evidence),
    ];
  });
}

function percentileRow(crossing: Crossing, sorted: readonly number[], figure: number | undefined): Row {
  const truth = sorted[Math.max(0, Math.ceil(0.99 * sorted.length) - 1)];
  const error = truth !== undefined && figure !== undefined ? figure / truth - 1 : Number.NaN;
  return {
    what: `P99 ${crossing}, dashboard / true`,
    seen: `${figure?.toFixed(1) ?? 'none'} ms / ${truth?.toFixed(1) ?? 'none'} ms (${(100 * error).toFixed(1)} %, ${count(sorted.length)} spans)`,
    expected: `within ±${100 * percentileTolerance} %`,
    ok: Math.abs(error) <= percentileTolerance,
  };
}

/** A call within the tolerance of the limit may be counted on either side of it. */
function slowRow(
  crossing: Crossing,
  sorted: readonly number[],
  limit: number,
  within: number | undefined,
  { allowance }: Evidence,
): Row {
  const shareBelow = (ms: number) => (100 * sorted.filter((duration) => duration <= ms).length) / sorted.length;
  const [least, most] = [shareBelow(limit / (1 + percentileTolerance)), shareBelow(limit * (1 + percentileTolerance))];
  const slack = (100 * (allowance.countedTwice.atMost + allowance.notCounted.atMost)) / sorted.length + 1e-6;
  return {
    what: `slow calls ${crossing}, alarm / true`,
    seen: `${within === undefined ? 'none' : (100 - within).toFixed(2)} % / ${(100 - shareBelow(limit)).toFixed(2)} % above ${count(limit)} ms`,
    expected: `${(100 - most).toFixed(2)} to ${(100 - least).toFixed(2)} %: calls near the limit count on either side`,
    ok: within !== undefined && within >= least - slack && within <= most + slack,
  };
}
