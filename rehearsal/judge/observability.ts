/** Whether dashboards, alarms and scaling would have seen it. */
import {
  collectorMetrics,
  type EmittedMetric,
  everyMetric,
  metricNamespace,
  statusError,
  tierDimension,
  traceparentAttribute,
  writerMetrics,
} from '../../lib/contract/metrics';
import { alarmLines } from './alarms';
import { entriesOf } from './cloudwatch/alarms';
import { shownMetrics } from './cloudwatch/dashboards';
import type { Evidence } from './evidence';
import { count, type Row } from './report';

/** Dashboards and the metrics behind them, the collectors' own metrics, alarms; and that everything ended when asked to. */
export function observed(evidence: Evidence, environment: string): Row[] {
  const { aws, cleanStop, driveSeconds, allowance } = evidence;
  return [
    ...contract(evidence, environment),
    selfMeasured(aws.metrics, environment, driveSeconds),
    bandwidth(aws.metrics, environment, evidence.egressKilobits),
    ...alarmLines(evidence.alarmed, environment, allowance.alarms),
    {
      what: 'processes ended when asked',
      seen: cleanStop ? 'all' : 'some were killed',
      expected: 'all',
      ok: cleanStop,
    },
  ];
}

/** What one node puts on the network. */
function bandwidth(store: Evidence['aws']['metrics'], environment: string, most: number): Row {
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

/** Dimensions of what a fair day does not show: a failed call, a lost header. */
const ofFaults: readonly (readonly [string, string])[] = [
  ['status.code', statusError],
  [traceparentAttribute, 'lost'],
];

/**
 * What dashboards and alarms read was really sent, and what was sent is known: name and dimensions stand in
 * lib/contract/metrics, and each is shown somewhere or says why not (a test of the templates).
 */
function contract({ synthesised, aws, driveSeconds }: Evidence, environment: string): Row[] {
  const namespace = metricNamespace(environment);
  const key = (name: string, dimensions: readonly string[]) => `${name} {${[...dimensions].sort().join()}}`;
  const declared = everyMetric
    .filter((metric) => metric.namespace === undefined)
    .flatMap(({ name, dimensions, onlyWhen, notRehearsed }) =>
      dimensions.map((set) => ({
        key: key(name, set),
        rare:
          onlyWhen ??
          notRehearsed ??
          (set.some((dimension) => dimension === 'error.type') ? 'something fails' : undefined),
      })),
    );
  const sent = new Set(aws.metrics.list().map(({ name, dimensions }) => key(name, Object.keys(dimensions))));
  const unknown = [...sent].filter((one) => !declared.some((known) => known.key === one));
  const notSent = declared.filter((known) => !known.rare && !sent.has(known.key)).map((known) => known.key);

  const shown = [
    ...synthesised.dashboards.flatMap(({ widgets }) => shownMetrics(widgets, aws.metrics).metrics),
    ...synthesised.alarms.metric.flatMap(({ properties }) =>
      entriesOf(properties).flatMap(({ metric }) => metric ?? []),
    ),
  ].filter((metric) => metric.namespace === namespace);
  const rare = new Set(declared.filter((known) => known.rare).map((known) => known.key));
  const empty = synthesised.dashboards
    .flatMap(({ widgets }) => shownMetrics(widgets, aws.metrics).empty)
    // AWS's own are not sent here.
    .filter((search) => search.namespace === namespace)
    .filter(({ name, dimensions }) => !rare.has(key(name, dimensions)) && !dimensions.includes('status.code'))
    .map(({ widget }) => widget);
  const silent = shown.filter(
    (metric) =>
      aws.metrics.total(metric) === undefined &&
      !rare.has(key(metric.name, Object.keys(metric.dimensions))) &&
      !ofFaults.some(([dimension, value]) => metric.dimensions[dimension] === value),
  );
  const names = [...new Set(silent.map(({ name, dimensions }) => `${name} ${JSON.stringify(dimensions)}`))];
  // Collectors and services read their own metrics once a minute: a shorter drive may end before the first reading.
  const judged = driveSeconds >= 60;
  return [
    {
      what: 'metrics of dashboards and alarms that were sent',
      seen:
        names.length + empty.length > 0
          ? `missing: ${[...names, ...empty.map((title) => `anything for "${title}"`)].join(', ')}`
          : `all of ${new Set(shown.map((metric) => JSON.stringify([metric.name, metric.dimensions]))).size}`,
      expected: 'all but faults that did not occur',
      ...(judged ? { ok: shown.length > 0 && names.length + empty.length === 0 } : {}),
    },
    {
      what: 'sets of dimensions sent and known',
      seen:
        unknown.length + notSent.length > 0
          ? [...unknown.map((one) => `sent, not known: ${one}`), ...notSent.map((one) => `not sent: ${one}`)].join('; ')
          : `${sent.size} sent, each in lib/contract/metrics`,
      expected: 'the same',
      ok: unknown.length === 0 && (notSent.length === 0 || !judged),
    },
  ];
}

/** Metrics of the collectors themselves: what scaling and the alarms of the pipeline go by. */
function selfMeasured(store: Evidence['aws']['metrics'], environment: string, driveSeconds: number): Row {
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
