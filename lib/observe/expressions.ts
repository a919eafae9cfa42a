/** The figures that dashboards and alarms show, each defined once; those of calls stand in calls.ts. */
import { Duration } from 'aws-cdk-lib';
import { Color, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ChangedThing,
  type CollectorTier,
  changedDimension,
  collectorMetrics,
  deploymentMetrics,
  type EmittedMetric,
  metricNamespace,
  pathDimension,
  probeMetrics,
  recoveryMetrics,
  serviceDimension,
  severityDimension,
  tierDimension,
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

/** In colours that no line of a graph gets by itself: marks look the same in all of them. */
const changes: Readonly<Record<ChangedThing, { readonly label: string; readonly color: string }>> = {
  stack: { label: 'Harbourline deployed', color: Color.GREY },
  service: { label: 'service released', color: '#000000' },
};

/** 1 in a minute in which a deployment began, else 0: drawn as a line, it is a vertical mark. */
export const deployments = (environment: string): MathExpression[] =>
  Object.entries(changes).map(([changed, { label, color }]) => {
    const id = `begun_${changed}`;
    return new MathExpression({
      expression: `IF(FILL(${id}, 0) > 0, 1, 0)`,
      usingMetrics: {
        [id]: figureOf(environment, deploymentMetrics.begun, { [changedDimension]: changed }, 'Sum', label),
      },
      period,
      label,
      color,
    });
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
