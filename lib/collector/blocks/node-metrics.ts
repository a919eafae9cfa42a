/**
 * Metrics of what runs on service nodes, agents and services, on their way to CloudWatch: allow-listed by name and by
 * attribute at the agent, and again at the gateway, because whoever has an agent's certificate can send there.
 */
import { type EmittedMetric, serviceMetrics, tierDimension } from '../../contract/metrics';
import { metricsOf, only } from './own-metrics';

/** Metrics that come from nodes. */
export const metricsOfNodes: readonly EmittedMetric[] = [...metricsOf('agent'), ...Object.values(serviceMetrics)];

/**
 * Tells processes apart. No dimension, only a field of the log event: without it the exporter drops same-named metrics of two
 * processes with a mere warning, because it looks at a data point's own attributes.
 */
const processKey = 'service.instance.id';
const environmentKey = 'deployment.environment.name';

const resource = (key: string): string => `resource.attributes["${key}"]`;
const point = (key: string): string => `datapoint.attributes["${key}"]`;

const keysOf = (metrics: readonly EmittedMetric[]): string[] => [
  ...new Set(metrics.flatMap(({ dimensions, fields = [] }) => [...dimensions.flat(), ...fields])),
];

/** All that a value may be: words, with up to three digits here and there. A sentence or somebody's number becomes `other`. */
const word = '^[A-Za-z_.:/-]{0,64}([0-9]{1,3}[A-Za-z_.:/-]{1,48}){0,3}[0-9]{0,3}$';

/** Statements that leave of data points what the allow-list names. */
const bounded = (keys: readonly string[]): string[] => [
  `keep_keys(datapoint.attributes, ${JSON.stringify([...keys, processKey])})`,
  ...keys.map(
    (key) => `set(${point(key)}, "other") where ${point(key)} != nil and not IsMatch(${point(key)}, "${word}")`,
  ),
];

/** Processors of what services send to the agent. */
export function serviceMetricProcessors() {
  const metrics = Object.values(serviceMetrics);
  return {
    'filter/services': only(metrics),
    // For SDKs that are not set to send deltas: CloudWatch adds up.
    cumulative_to_delta: { max_staleness: '10m' },
    'transform/services': {
      error_mode: 'ignore',
      metric_statements: [
        // What goes up and down is read as it stands: CloudWatch would be sent the difference.
        {
          statements: ['convert_sum_to_gauge() where metric.is_monotonic == false'],
        },
        {
          statements: [
            ...bounded(keysOf(metrics)),
            `set(${point('service.name')}, ${resource('service.name')})`,
            `set(${point(processKey)}, ${resource(processKey)})`,
            // Forked workers may not say which they are.
            `set(${point(processKey)}, UUID()) where ${point(processKey)} == nil`,
          ],
        },
      ],
    },
  };
}

/** Statements that mark an agent's own metrics as a node's of this environment. */
export const marksOfAgent = (environment: string): string[] => [
  `set(${resource(environmentKey)}, "${environment}")`,
  `set(${point(processKey)}, ${resource(processKey)})`,
];

/** Processors of what agents send to the gateway. */
export function nodeMetricProcessors() {
  return {
    'filter/nodes': only(metricsOfNodes),
    'transform/nodes': {
      error_mode: 'ignore',
      metric_statements: [
        {
          statements: [
            ...bounded(keysOf(metricsOfNodes)),
            // A node speaks for no other tier.
            `set(${point(tierDimension)}, "agent") where ${point(tierDimension)} != nil`,
          ],
        },
      ],
    },
  };
}
