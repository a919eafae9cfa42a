/** The figures that dashboards and alarms show, each defined once. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type CollectorTier,
  type Crossing,
  collectorMetrics,
  crossingAttribute,
  kindOfCrossing,
  metricNamespace,
  metrics,
  statusError,
  tierDimension,
  traceparentAttribute,
} from './metrics';

/** Period of every figure: CloudWatch's standard resolution. */
export const period = Duration.minutes(1);

const dimensionsOf = (crossing: Crossing) => ({
  [crossingAttribute]: crossing,
  'span.kind': kindOfCrossing[crossing],
});

/** A percentile of the duration of a crossing, in ms. It is measured on every span, never averaged. */
export const percentile = (environment: string, crossing: Crossing, statistic: `p${number}`): Metric =>
  new Metric({
    namespace: metricNamespace(environment),
    metricName: metrics.duration.name,
    dimensionsMap: dimensionsOf(crossing),
    statistic,
    period,
    label: `${crossing} ${statistic}`,
  });

/** Number of calls over a crossing. */
export const volume = (environment: string, crossing: Crossing): Metric =>
  new Metric({
    namespace: metricNamespace(environment),
    metricName: metrics.calls.name,
    dimensionsMap: dimensionsOf(crossing),
    statistic: 'Sum',
    period,
    label: crossing,
  });

/** Failed calls of a crossing in per cent. No calls is no figure, not 0 %. */
export const errorRate = (environment: string, crossing: Crossing): MathExpression =>
  new MathExpression({
    expression: '100 * FILL(errors, 0) / calls',
    usingMetrics: {
      calls: volume(environment, crossing),
      errors: volume(environment, crossing).with({
        dimensionsMap: { ...dimensionsOf(crossing), 'status.code': statusError },
      }),
    },
    period,
    label: crossing,
  });

/** Server spans called from the mainland whose `traceparent` was lost on the way. */
export const traceparentLost = (environment: string): Metric =>
  new Metric({
    namespace: metricNamespace(environment),
    metricName: metrics.calls.name,
    dimensionsMap: { [crossingAttribute]: 'cn-hk', [traceparentAttribute]: 'lost' },
    statistic: 'Sum',
    period,
    label: 'traceparent lost',
  });

/** Calls over a crossing that arrived with their `traceparent`, in per cent. */
export const continuity = (environment: string): MathExpression =>
  new MathExpression({
    expression: '100 * (1 - FILL(lost, 0) / calls)',
    usingMetrics: { calls: volume(environment, 'cn-hk'), lost: traceparentLost(environment) },
    period,
    label: 'cn-hk with traceparent',
  });

const ofTier = (environment: string, tier: CollectorTier, name: string, statistic: string): Metric =>
  new Metric({
    namespace: metricNamespace(environment),
    metricName: name,
    dimensionsMap: { [tierDimension]: tier },
    statistic,
    period,
  });

/** Kbit/s that the busiest node's agent sends. */
export const agentEgress = (environment: string): Metric =>
  ofTier(environment, 'agent', collectorMetrics.egress.name, 'Maximum').with({ label: 'busiest node' });

/** Share of all traces that was kept, errors and slow ones included, in per cent. No traces is no figure. */
export const keptShare = (environment: string): MathExpression => {
  const decided = (sampled: 'true' | 'false') =>
    ofTier(environment, 'sampler', collectorMetrics.decided.name, 'Sum').with({
      dimensionsMap: { [tierDimension]: 'sampler', sampled },
    });
  return new MathExpression({
    expression: '100 * FILL(kept, 0) / (FILL(kept, 0) + FILL(dropped, 0))',
    usingMetrics: { kept: decided('true'), dropped: decided('false') },
    period,
    label: 'kept',
  });
};

/** Spans of a foreign environment that agents and gateways refused. */
export const foreignSpans = (environment: string, tier: 'agent' | 'gateway'): Metric =>
  ofTier(environment, tier, collectorMetrics.foreign.name, 'Sum').with({ label: `foreign, ${tier}` });

/** A figure of a crossing for each service that has it, found by search: services are not known at synth. */
export const byService = (environment: string, crossing: Crossing, metric: 'duration' | 'calls', statistic: string) =>
  new MathExpression({
    expression: `SEARCH('{"${metricNamespace(environment)}","${crossingAttribute}","service.name","span.kind"} MetricName="${metrics[metric].name}" "${crossingAttribute}"="${crossing}" "span.kind"="${kindOfCrossing[crossing]}"', '${statistic}', ${period.toSeconds()})`,
    usingMetrics: {},
    period,
    label: '',
  });
