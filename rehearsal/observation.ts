/** Whether dashboards, alarms and scaling would have seen it. */
import {
  collectorMetrics,
  type EmittedMetric,
  flowMetrics,
  metricNamespace,
  storeMetrics,
  tierDimension,
  writerMetrics,
  writerPrefix,
} from '../lib/observe/metrics';
import { alarmFigures, breachingMinutes, shownMetrics } from './evaluate';
import type { Evidence } from './evidence';
import { count, type Line } from './report';
import type { AlarmProperties } from './synthesised';

/** Dimensions whose values may all be faults. */
const faultDimensions = ['status.code', 'traceparent', 'outcome', 'reason'];

/** Whether something on this machine emits it: what AWS measures, and what is counted in flow logs, is not. */
const emittedHere = (namespace: string, name: string): boolean =>
  !namespace.startsWith('AWS/') && name !== flowMetrics.rejected.name;

/** Dashboard, the collectors' own metrics, alarms; and that everything ended when asked to. */
export function observed(
  { synthesised, aws, cleanStop, driveSeconds, egressKilobits }: Evidence,
  environment: string,
): Line[] {
  const { metrics, empty } = shownMetrics(synthesised.dashboard, aws.metrics);
  const shown = metrics.filter(({ namespace, name }) => emittedHere(namespace, name));
  const without = shown.filter((metric) => aws.metrics.total(metric) === undefined);
  // What never happened has no metric: no lost traceparent in a rehearsal, no error of a kind that was not made.
  const silent = without.filter(({ dimensions }) => !faultDimensions.some((name) => name in dimensions));
  const own = synthesised.alarms.filter((alarm) => isRehearsed(alarm, driveSeconds));
  const judged = own.map((alarm) => {
    const figures = alarmFigures(alarm, aws.metrics);
    return { name: alarm.AlarmName, minutes: figures.size, breaching: breachingMinutes(alarm, figures).length };
  });
  const blind = judged.filter(({ minutes }) => minutes === 0).map(({ name }) => name);
  const breaching = judged.filter(({ breaching: minutes }) => minutes > 0).map(({ name }) => name);
  return [
    {
      what: 'dashboard metrics with data',
      seen: `${shown.length - without.length} of ${shown.length}${empty.length > 0 ? `; nothing found for: ${empty.join(', ')}` : ''}`,
      expected: 'all but faults that did not occur',
      ok: shown.length > 0 && silent.length === 0 && empty.length === 0,
    },
    selfMeasured(aws.metrics, environment, driveSeconds),
    bandwidth(aws.metrics, environment, egressKilobits),
    {
      what: 'alarms that could be evaluated',
      seen: `${judged.length - blind.length} of ${judged.length}${breaching.length > 0 ? `; with breaching minutes: ${breaching.join(', ')}` : ''}`,
      expected: 'all but those of AWS and of the hourly check',
      ok: judged.length > 0 && blind.length === 0,
    },
    {
      what: 'processes ended when asked',
      seen: cleanStop ? 'all' : 'some were killed',
      expected: 'all',
      ok: cleanStop,
    },
  ];
}

/** What one node puts on the network. */
function bandwidth(store: Evidence['aws']['metrics'], environment: string, most: number): Line {
  const figure = (statistic: string) =>
    store.total({
      namespace: metricNamespace(environment),
      name: collectorMetrics.egress.name,
      dimensions: { [tierDimension]: 'agent' },
      statistic,
    });
  const [average, peak] = [figure('Average'), figure('Maximum')];
  return {
    what: 'bandwidth of a node, zstd',
    seen: peak === undefined ? 'no figure' : `${average?.toFixed(0)} kbit/s, at the most ${peak.toFixed(0)}`,
    expected: `below the ${count(most)} kbit/s that it may send`,
    ok: peak !== undefined && peak < most,
  };
}

/**
 * Whether what an alarm looks at is made here: AWS is not, nor is the check of the store, which needs index management.
 * Alarms without a name only scale a fleet: they tell nobody.
 */
function isRehearsed(
  { AlarmName, Namespace = '', MetricName = '', Metrics = [] }: AlarmProperties,
  driveSeconds: number,
): boolean {
  const looksAt = [{ Namespace, MetricName }, ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])];
  const hourly = Object.values(storeMetrics).map(({ name }) => name as string);
  return looksAt.every(
    (metric) =>
      AlarmName !== undefined &&
      emittedHere(metric.Namespace, metric.MetricName) &&
      !hourly.includes(metric.MetricName) &&
      // Writers say it once a minute: a shorter drive may end before the first time.
      !(driveSeconds < 60 && metric.MetricName.startsWith(writerPrefix)),
  );
}

/** Metrics of the collectors and writers themselves: what scaling and the alarms of the pipeline go by. */
function selfMeasured(store: Evidence['aws']['metrics'], environment: string, driveSeconds: number): Line {
  const sum = (
    { name, dimensions: [dimensions] }: EmittedMetric,
    given: Record<string, string>,
  ): number | undefined => {
    const found = store.search(metricNamespace(environment), name, dimensions ?? [], given);
    return found.length === 0
      ? undefined
      : found.reduce((total, metric) => total + (store.total({ ...metric, statistic: 'Sum' }) ?? 0), 0);
  };
  const wanted = [collectorMetrics.accepted, collectorMetrics.queued].flatMap((metric) =>
    metric.tiers.map((tier) => ({ name: `${tier}: ${metric.name}`, value: sum(metric, { [tierDimension]: tier }) })),
  );
  const stored = sum(writerMetrics.stored, { [tierDimension]: 'sampler' });
  wanted.push({ name: `writer: ${writerMetrics.stored.name}`, value: stored || undefined });
  const decided = (sampled: string) => sum(collectorMetrics.decided, { sampled });
  const [kept, dropped] = [decided('true'), decided('false')];
  const missing = wanted.filter(({ value }) => value === undefined).map(({ name }) => name);
  return {
    what: 'collectors and writers measure themselves',
    seen:
      missing.length > 0
        ? `nothing of ${missing.join(', ')}`
        : `${wanted.length} of ${wanted.length}; kept share so far ${((100 * (kept ?? 0)) / Math.max(1, (kept ?? 0) + (dropped ?? 0))).toFixed(1)} % of all traces`,
    expected: 'spans taken and queues of all tiers, decisions, documents',
    // Read once a minute: a shorter drive may end before the first reading.
    ...(driveSeconds < 60 ? {} : { ok: missing.length === 0 && kept !== undefined }),
  };
}
