/** The figures that dashboards and alarms show, each defined once. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type CollectorTier,
  type Crossing,
  collectorMetrics,
  crossingAttribute,
  type EmittedMetric,
  kindOfCrossing,
  metricNamespace,
  metrics,
  pathDimension,
  probeMetrics,
  recoveryMetrics,
  serviceDimension,
  severityDimension,
  statusError,
  tierDimension,
  traceparentAttribute,
} from '../contract/metrics';

/** Period of every figure that says nothing else: CloudWatch's standard resolution. */
export const period = Duration.minutes(1);

/** A figure of one of our own metrics. */
export const figureOf = (
  environment: string,
  { name }: EmittedMetric,
  dimensionsMap: Record<string, string>,
  statistic: string,
  label: string,
  over = period,
): Metric =>
  new Metric({
    namespace: metricNamespace(environment),
    metricName: name,
    dimensionsMap,
    statistic,
    period: over,
    label,
  });

const dimensionsOf = (crossing: Crossing) => ({
  [crossingAttribute]: crossing,
  'span.kind': kindOfCrossing[crossing],
});

/** A percentile of the duration of a crossing, in ms. It is measured on every span, never averaged. */
export const percentile = (environment: string, crossing: Crossing, statistic: `p${number}`): Metric =>
  figureOf(environment, metrics.duration, dimensionsOf(crossing), statistic, `${crossing} ${statistic}`);

/** Number of calls over a crossing. */
export const volume = (environment: string, crossing: Crossing, over = period): Metric =>
  figureOf(environment, metrics.calls, dimensionsOf(crossing), 'Sum', crossing, over);

/** Failed calls of a crossing. */
const errors = (environment: string, crossing: Crossing, over: Duration): Metric =>
  figureOf(
    environment,
    metrics.calls,
    { ...dimensionsOf(crossing), 'status.code': statusError },
    'Sum',
    'errors',
    over,
  );

/** A condition on `calls`, where a window with more of them is not judged. */
const few = (mostCalls: number | undefined): string =>
  mostCalls === undefined ? '' : ` AND FILL(calls, 0) <= ${mostCalls}`;

/**
 * Share of calls that took longer than `limitMs`, in per cent: from a percentile rank, measured as percentiles are. 0 where
 * the window is not judged.
 */
export const slowShareOf = (
  environment: string,
  crossing: Crossing,
  limitMs: number,
  { minimumBad, mostCalls }: { readonly minimumBad: number; readonly mostCalls?: number },
  over = period,
): MathExpression =>
  new MathExpression({
    expression: `IF(FILL(calls, 0) * (100 - FILL(within, 100)) / 100 >= ${minimumBad}${few(mostCalls)}, 100 - FILL(within, 100), 0)`,
    usingMetrics: {
      calls: volume(environment, crossing, over),
      within: figureOf(
        environment,
        metrics.duration,
        dimensionsOf(crossing),
        Stats.percentileRank(limitMs), // PR(:limit): at or below it
        `${crossing} within ${limitMs} ms`,
        over,
      ),
    },
    period: over,
    label: `${crossing} above ${limitMs} ms`,
  });

/** Failed calls of a crossing in per cent. No calls is no figure, not 0 %. */
export const errorRate = (environment: string, crossing: Crossing, over = period): MathExpression =>
  new MathExpression({
    expression: '100 * FILL(errors, 0) / calls',
    usingMetrics: { calls: volume(environment, crossing, over), errors: errors(environment, crossing, over) },
    period: over,
    label: crossing,
  });

/** Failed calls of a crossing in per cent; 0 where the window is not judged. */
export const errorShareOf = (
  environment: string,
  crossing: Crossing,
  { minimumBad, mostCalls }: { readonly minimumBad: number; readonly mostCalls?: number },
  over = period,
): MathExpression =>
  new MathExpression({
    expression: `IF(FILL(errors, 0) >= ${minimumBad}${few(mostCalls)}, 100 * FILL(errors, 0) / FILL(calls, 1), 0)`,
    usingMetrics: { calls: volume(environment, crossing, over), errors: errors(environment, crossing, over) },
    period: over,
    label: crossing,
  });

/**
 * 1 at the end of so many windows in a row in which no call over `crossing` succeeded and hardly one was tried, while servers in
 * Hong Kong had calls: an open circuit breaker lets a few through, to see whether they fail.
 *
 * @param fewest calls of servers in Hong Kong in a window
 * @param tried calls over the crossing in it that are no flow any more
 */
export const stopped = (
  environment: string,
  crossing: Crossing,
  {
    fewest,
    tried,
    over,
    inARow,
  }: { readonly fewest: number; readonly tried: number; readonly over: Duration; readonly inARow: number },
): MathExpression => {
  const still = new MathExpression({
    expression: `IF(FILL(calls, 0) - FILL(errors, 0) < 1 AND FILL(calls, 0) < ${tried} AND FILL(others, 0) >= ${fewest}, 1, 0)`,
    usingMetrics: {
      calls: volume(environment, crossing, over),
      errors: errors(environment, crossing, over),
      others: volume(environment, 'none', over),
    },
    period: over,
  });
  if (inARow === 1) return still;
  // Metric math has no moving sum: what a window was before is what it is, less by how much it changed.
  const windows: Record<string, MathExpression> = { still0: still };
  for (let back = 1; back < inARow; back++) {
    const last = `still${back - 1}`;
    windows[`still${back}`] = new MathExpression({
      expression: `${last} - DIFF(${last})`,
      usingMetrics: { [last]: windows[last] as MathExpression },
      period: over,
    });
  }
  return new MathExpression({ expression: Object.keys(windows).join(' * '), usingMetrics: windows, period: over });
};

/** Server spans called from the mainland whose `traceparent` was lost on the way. */
const traceparentLost = (environment: string): Metric =>
  figureOf(
    environment,
    metrics.calls,
    { [crossingAttribute]: 'cn-hk', [traceparentAttribute]: 'lost' },
    'Sum',
    'traceparent lost',
  );

/** Calls over a crossing that arrived with their `traceparent`, in per cent. */
export const continuity = (environment: string): MathExpression =>
  new MathExpression({
    expression: '100 * (1 - FILL(lost, 0) / calls)',
    usingMetrics: { calls: volume(environment, 'cn-hk'), lost: traceparentLost(environment) },
    period,
    label: 'cn-hk with traceparent',
  });

/** What the collectors of a tier say of themselves. */
export const collector = (
  environment: string,
  metric: EmittedMetric,
  tier: CollectorTier,
  statistic: 'Sum' | 'Average' | 'Maximum' | 'Minimum',
): Metric => figureOf(environment, metric, { [tierDimension]: tier }, statistic, tier);

/** Kbit/s that the busiest node's agent sends. */
export const agentEgress = (environment: string): Metric =>
  collector(environment, collectorMetrics.egress, 'agent', 'Maximum').with({ label: 'busiest node' });

/** A figure by whatever values its dimensions have, found by search. @param fixed values that it must have */
export const searched = (
  environment: string,
  { name, namespace }: EmittedMetric,
  dimensions: readonly string[],
  statistic: string,
  fixed: Readonly<Record<string, string>> = {},
  over = period,
): MathExpression =>
  new MathExpression({
    expression: `SEARCH('{"${namespace ?? metricNamespace(environment)}",${dimensions.map((dimension) => `"${dimension}"`).join()}} MetricName="${name}"${Object.entries(
      fixed,
    )
      .map(([dimension, value]) => ` "${dimension}"="${value}"`)
      .join('')}', '${statistic}', ${over.toSeconds()})`,
    usingMetrics: {},
    period: over,
    label: '',
  });

/** Traces that were kept, of all that were decided, in per cent: ordinary, failed and slow ones together. */
export const keptShare = (environment: string): MathExpression => {
  const decided = (sampled: 'true' | 'false') =>
    figureOf(environment, collectorMetrics.decided, { [tierDimension]: 'sampler', sampled }, 'Sum', sampled);
  return new MathExpression({
    expression: '100 * FILL(kept, 0) / (FILL(kept, 0) + FILL(passed, 0))',
    usingMetrics: { kept: decided('true'), passed: decided('false') },
    period,
    label: 'kept',
  });
};

const recoveryLabels = { Average: 'mean', Maximum: 'longest', SampleCount: 'how many' } as const;

/** Incidents of a time: how long they lasted, or how long until people were notified, in seconds; or how many there were. */
export const incidentTimes = (
  environment: string,
  what: keyof typeof recoveryMetrics,
  severity: 'page' | 'inform',
  statistic: keyof typeof recoveryLabels,
  over = Duration.days(7),
): Metric =>
  figureOf(
    environment,
    recoveryMetrics[what],
    { [severityDimension]: severity },
    statistic,
    `${severity}, ${what === 'detection' ? 'until notified, ' : ''}${recoveryLabels[statistic]}`,
    over,
  );

/**
 * How much shorter or longer incidents that page are than in the four weeks shown first, in per cent: -40 is the aim of a team that
 * begins to trace.
 */
export const recoveryChange = (environment: string): MathExpression =>
  new MathExpression({
    expression: '100 * (mean - FIRST(mean)) / FIRST(mean)',
    usingMetrics: { mean: incidentTimes(environment, 'recovery', 'page', 'Average', Duration.days(28)) },
    period: Duration.days(28),
    label: 'against the first four weeks shown',
  });

/** What OpenSearch Service says of the domain: of its worst node or moment, by default. */
export const domain = (
  domainName: string,
  account: string,
  { namespace, name }: EmittedMetric & { readonly namespace: string },
  statistic: 'Maximum' | 'Minimum' | 'Average' | 'Sum' = 'Maximum',
  label = name,
): Metric =>
  new Metric({
    namespace,
    metricName: name,
    dimensionsMap: { DomainName: domainName, ClientId: account },
    statistic,
    period,
    label,
  });

/** What Lambda says of a function. */
export const lambda = (functionName: string, { namespace, name }: EmittedMetric & { readonly namespace: string }) =>
  new Metric({
    namespace,
    metricName: name,
    dimensionsMap: { FunctionName: functionName },
    statistic: 'Sum',
    period,
  });

/**
 * Failed calls less all others, a series for each service: synth knows none of them.
 *
 * @param crossings a condition on the crossing
 */
export const excessByService = (environment: string, crossings: `${'=' | '!='} '${Crossing}'`, over: Duration) =>
  new MathExpression({
    expression: [
      `SELECT SUM("${metrics.excess.name}")`,
      `FROM SCHEMA("${metricNamespace(environment)}", "${crossingAttribute}", "service.name")`,
      `WHERE "${crossingAttribute}" ${crossings}`,
      'GROUP BY "service.name" ORDER BY SUM() DESC',
    ].join(' '),
    usingMetrics: {},
    period: over,
    label: 'failed calls less all others',
  });

/** What services report under an `error.type`, whichever it is, a series for each service. */
export const sumByService = (environment: string, { name }: EmittedMetric, over: Duration) =>
  new MathExpression({
    expression: [
      `SELECT SUM("${name}")`,
      `FROM SCHEMA("${metricNamespace(environment)}", "${serviceDimension}", "error.type")`,
      `GROUP BY "${serviceDimension}" ORDER BY SUM() DESC`,
    ].join(' '),
    usingMetrics: {},
    period: over,
    label: name,
  });

/** A figure of a crossing for each service that has it, found by search: services are not known at synth. */
export const byService = (
  environment: string,
  crossing: Crossing,
  metric: 'duration' | 'calls',
  statistic: string,
  only: 'all' | 'errors' = 'all',
): MathExpression =>
  searched(
    environment,
    metrics[metric],
    [crossingAttribute, 'service.name', 'span.kind', ...(only === 'errors' ? ['status.code'] : [])],
    statistic,
    { ...dimensionsOf(crossing), ...(only === 'errors' ? { 'status.code': statusError } : {}) },
  );

/** Round trip of a path of the link, in ms, by TCP connects. */
export const roundTrip = (environment: string, path: string, statistic: `p${number}`): Metric =>
  figureOf(environment, probeMetrics.rtt, { [pathDimension]: path }, statistic, `${path} ${statistic}`);

/** Connects on a path of the link that nobody answered, in per cent. */
export const linkLoss = (environment: string, path: string): MathExpression => {
  const id = path.replace(/\W/g, '_');
  return new MathExpression({
    expression: `100 * FILL(lost_${id}, 0) / sent_${id}`,
    usingMetrics: {
      [`lost_${id}`]: figureOf(environment, probeMetrics.lost, { [pathDimension]: path }, 'Sum', 'lost'),
      [`sent_${id}`]: figureOf(environment, probeMetrics.sent, { [pathDimension]: path }, 'Sum', 'sent'),
    },
    period,
    label: path,
  });
};
