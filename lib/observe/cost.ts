/** What metrics of our own cost: each combination of dimension values is one, and is paid for by the month. */
import { type EmittedMetric, everyMetric } from './metrics';

/** How many values a dimension has, and what is assumed where the environment decides. */
export interface DimensionValues {
  /** Value counts by dimension, such as `{ 'service.name': 20 }`. */
  readonly [dimension: string]: number;
}

/**
 * Counts the custom metrics of an environment at the most: every combination of the values that its dimensions have.
 *
 * @param values how many values each dimension has
 * @throws Error that names the dimensions that `values` does not
 */
export function customMetrics(values: DimensionValues, metrics: readonly EmittedMetric[] = everyMetric): number {
  const own = metrics.filter(({ namespace }) => namespace === undefined);
  const unknown = new Set(own.flatMap(({ dimensions }) => dimensions.flat()).filter((name) => !(name in values)));
  if (unknown.size > 0) throw new Error(`How many values have ${[...unknown].sort().join(', ')}?`);
  return own
    .flatMap(({ dimensions }) => dimensions)
    .reduce((sum, set) => sum + set.reduce((product, name) => product * (values[name] ?? 1), 1), 0);
}
