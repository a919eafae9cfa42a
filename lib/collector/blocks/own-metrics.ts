/** What a collector says about itself, to CloudWatch: what scaling, alarms and dashboards of the pipeline go by. */

import { metricsQueueBytes } from '../../contract/limits';
import {
  type CollectorTier,
  collectorMetrics,
  type EmittedMetric,
  metricLogGroup,
  metricNamespace,
  probeMetrics,
  relayMetrics,
  metrics as spanMetrics,
  tierDimension,
  writerMetrics,
  writerPrefix,
} from '../../contract/metrics';
import type { Names } from '../../contract/names';
import { ports } from '../../contract/ports';
import { retryForever } from './components';
import { env, variables } from './render';

const isWriters = ({ name }: EmittedMetric): boolean => name.startsWith(writerPrefix);

/** How names of the collector's own metrics begin. */
const ownPrefix = 'otelcol_';

/** Matches names of metrics, and no others; those of span writers all at once. What they share is said once: user data has little room. */
function pattern(metrics: readonly EmittedMetric[]): string {
  const names = [
    ...new Set(metrics.map((metric) => (isWriters(metric) ? `${writerPrefix}.*` : metric.name.replaceAll('.', '[.]')))),
  ];
  const own = names.filter((name) => name.startsWith(ownPrefix)).map((name) => name.slice(ownPrefix.length));
  const others = names.filter((name) => !name.startsWith(ownPrefix));
  return `^(${[...(own.length > 0 ? [`${ownPrefix}(${own.join('|')})`] : []), ...others].join('|')})$`;
}

/** Metrics that share something are named together: user data has little room. */
function sharing(metrics: readonly EmittedMetric[], what: 'dimensions' | 'unit'): EmittedMetric[][] {
  const groups = new Map<string, EmittedMetric[]>();
  for (const metric of metrics) {
    const key = JSON.stringify(metric[what]);
    groups.set(key, [...(groups.get(key) ?? []), metric]);
  }
  return [...groups.values()];
}

/**
 * Statements that give metrics units that CloudWatch knows, instead of a descriptor for each: a tenth of the room.
 *
 * @param metrics of a collector's own. Span writers' have such units already.
 */
export function unitStatements(metrics: readonly EmittedMetric[]): string[] {
  const groups = sharing(
    metrics.filter((metric) => !isWriters(metric)),
    'unit',
  ).sort((one, other) => other.length - one.length);
  return groups.map((group, index) => {
    const which =
      index === 0 ? `not IsMatch(metric.name, "^${writerPrefix}")` : `IsMatch(metric.name, "${pattern(group)}")`;
    return `set(metric.unit, "${group[0]?.unit}") where ${which}`;
  });
}

/**
 * The exporter to CloudWatch by embedded metrics, for these metrics and no others.
 *
 * @param services that have metrics of their own; those beyond are `other` together. @default no limit
 * @param settled those whose units {@link unitStatements} set
 */
export const embeddedMetrics = (
  names: Names,
  region: string,
  metrics: readonly EmittedMetric[],
  services?: number,
  settled: readonly EmittedMetric[] = [],
) => ({
  awsemf: {
    ...(services === undefined ? {} : { services }),
    region,
    namespace: metricNamespace(names.environment),
    log_group_name: metricLogGroup(names),
    log_stream_name: env(variables.instance),
    // The default roll-up multiplies metrics, and each is paid for.
    dimension_rollup_option: 'NoDimensionRollup',
    retain_initial_value_of_delta_metric: true,
    version: '1',
    // CloudWatch refuses at times: what it did not take waits on the disk, and nothing that was counted is gone.
    sending_queue: {
      enabled: true,
      storage: 'file_storage/queue',
      sizer: 'bytes',
      queue_size: metricsQueueBytes,
      num_consumers: 2,
    },
    retry_on_failure: retryForever('15s'),
    metric_declarations: sharing(metrics, 'dimensions').map((group) => ({
      dimensions: group[0]?.dimensions,
      metric_name_selectors: [pattern(group)],
    })),
    // OpenTelemetry's units are not all units that CloudWatch knows. Milliseconds are, and durations have them.
    metric_descriptors: metrics
      .filter((metric) => !isWriters(metric) && metric.name !== spanMetrics.duration.name && !settled.includes(metric))
      .map(({ name, unit }) => ({ metric_name: name, unit, overwrite: true })),
  },
});

/** Tiers that have CloudWatch within reach, by themselves or by another. */
type MeasuredTier = CollectorTier | 'relay';

/** Metrics of a tier's instances. */
export const metricsOf = (tier: MeasuredTier): readonly EmittedMetric[] => [
  ...Object.values(collectorMetrics).filter(({ tiers }) => tiers.some((one) => one === tier)),
  // The span writer beside a sampler sends its own the same way.
  ...(tier === 'sampler' ? Object.values(writerMetrics) : []),
  // And the probe beside a relay.
  ...(tier === 'relay' ? [...Object.values(relayMetrics), ...Object.values(probeMetrics)] : []),
];

/** Drops metrics of other names. */
export const only = (metrics: readonly EmittedMetric[]) => ({
  error_mode: 'ignore',
  metric_conditions: [`not IsMatch(metric.name, "${pattern(metrics)}")`],
});

/** Seconds between two readings: CloudWatch's standard period. */
const interval = 60;

/** Where the collector sends what it measures of itself: to its own receiver. */
export const ownReader = {
  periodic: {
    interval: interval * 1000,
    exporter: {
      otlp: {
        protocol: 'http/protobuf',
        endpoint: `http://${env(variables.loopback)}:${ports.ownMetrics}/v1/metrics`,
        temporality_preference: 'delta',
      },
    },
  },
};

/**
 * Receiver, processors and pipeline of a tier's own metrics.
 *
 * @param exporter who takes them
 * @param marks further statements that mark them
 */
export function ownMetrics(tier: MeasuredTier, exporter = 'awsemf', marks: readonly string[] = []) {
  const processors = {
    'filter/own': only(metricsOf(tier)),
    'transform/own': {
      error_mode: 'ignore',
      metric_statements: [{ statements: [`set(datapoint.attributes["${tierDimension}"], "${tier}")`, ...marks] }],
    },
  };
  return {
    receivers: {
      'otlp/own': { protocols: { http: { endpoint: `${env(variables.loopback)}:${ports.ownMetrics}` } } },
    },
    processors,
    pipelines: {
      'metrics/own': { receivers: ['otlp/own'], processors: Object.keys(processors), exporters: [exporter] },
    },
  };
}
