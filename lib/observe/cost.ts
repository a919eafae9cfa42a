/** What metrics of our own cost: each combination of dimension values is one, and is paid for by the month. */
import {
  changedDimension,
  changedThings,
  checkDimension,
  collectorTiers,
  continuityOutcomes,
  crossingAttribute,
  crossings,
  destinationAttribute,
  type EmittedMetric,
  everyMetric,
  operationAttribute,
  outcomeDimension,
  pathDimension,
  portDimension,
  severityDimension,
  sideDimension,
  tierDimension,
  traceparentAttribute,
} from '../contract/metrics';

/** How many values a dimension has, and what is assumed where the environment decides. */
export interface DimensionValues {
  /** Value counts by dimension, such as `{ 'service.name': 20 }`. */
  readonly [dimension: string]: number;
}

/** Pairs of crossing and kind that there are: clients outward, servers inward, every kind within Hong Kong. */
const pairs = 7;

/** Names that have metrics of their own: `observe.metricsBudget`. */
export interface Names {
  readonly services: number;
  readonly destinations: number;
  readonly operations: number;
}

/**
 * How many values dimensions have at most.
 *
 * @param names that spans have
 */
export const dimensionValues = ({ services, destinations, operations }: Names): DimensionValues => ({
  'service.name': services,
  [destinationAttribute]: destinations,
  // All of an environment, whichever services they are of.
  [operationAttribute]: operations / services,
  [crossingAttribute]: crossings.length,
  'span.kind': pairs / crossings.length,
  'status.code': 3, // unset, ok, error
  [traceparentAttribute]: 2 / crossings.length, // of calls from the mainland only
  [tierDimension]: collectorTiers.length,
  exporter: 3, // the writer, and two backends that traces may be forwarded to
  service: services,
  'error.type': 3,
  sampled: 2,
  [pathDimension]: 4,
  [checkDimension]: 4, // the receiver, and config/link-schema.ts takes three more
  [outcomeDimension]: continuityOutcomes.length,
  reason: 6,
  [sideDimension]: 2,
  [portDimension]: 10,
  [severityDimension]: 2,
  [changedDimension]: changedThings.length,
});

/**
 * Counts the custom metrics of an environment at most: every combination of the values that its dimensions have.
 *
 * @param values how many values each dimension has
 * @throws Error that names the dimensions that `values` does not
 */
export function customMetrics(values: DimensionValues, metrics: readonly EmittedMetric[] = everyMetric): number {
  const own = metrics.filter(({ namespace }) => namespace === undefined);
  const unknown = new Set(own.flatMap(({ dimensions }) => dimensions.flat()).filter((name) => !(name in values)));
  if (unknown.size > 0) throw new Error(`How many values have ${[...unknown].sort().join(', ')}?`);
  const count = own
    .flatMap(({ dimensions }) => dimensions)
    .reduce((sum, set) => sum + set.reduce((product, name) => product * (values[name] ?? 1), 1), 0);
  return Math.round(count);
}
