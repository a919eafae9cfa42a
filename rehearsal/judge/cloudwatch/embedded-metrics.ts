/** CloudWatch's embedded metric format: reads log events into data points, refusing what CloudWatch would not take. */
import { z } from 'zod';

/** Values of one metric at one time under one set of dimensions. */
export interface DataPoint {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  /** Dimension → value. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly values: readonly number[];
  /** How often each value occurred. */
  readonly counts: readonly number[];
}

const units = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  'Bytes',
  'Count',
  'Count/Second',
  'Bytes/Second',
  'Kilobits/Second',
  'Percent',
  'None',
] as const;

/** Limits: CloudWatch user guide, "Embedded metric format specification" (100 metrics, 30 dimensions). */
const envelope = z.object({
  Version: z.string().optional(),
  _aws: z.object({
    Timestamp: z.number().int(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string().min(1).max(255),
        Dimensions: z.array(z.array(z.string()).max(30)).min(1),
        Metrics: z.array(z.object({ Name: z.string().min(1), Unit: z.enum(units).optional() })).max(100),
      }),
    ),
  }),
});

const distribution = z.object({
  Values: z.array(z.number()).max(100),
  Counts: z.array(z.number().nonnegative()).max(100),
  Max: z.number(),
  Min: z.number(),
  Count: z.number(),
  Sum: z.number(),
});

/**
 * Data points of one log event.
 *
 * @throws Error that says why CloudWatch would drop the event or a metric in it
 */
export function dataPoints(message: string): DataPoint[] {
  const event = JSON.parse(message) as Record<string, unknown>;
  const { _aws } = check(envelope, event, 'the event');
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name, Unit }) => {
      const { values, counts } = valuesOf(Name, event[Name]);
      return Dimensions.map((set) => ({
        namespace: Namespace,
        name: Name,
        unit: Unit ?? 'None',
        dimensions: Object.fromEntries(set.map((dimension) => [dimension, dimensionOf(dimension, event[dimension])])),
        timestamp: _aws.Timestamp,
        values,
        counts,
      }));
    }),
  );
}

function valuesOf(name: string, target: unknown): { values: number[]; counts: number[] } {
  if (typeof target === 'number') return { values: [target], counts: [1] };
  const { Values, Counts, Count } = check(distribution, target, name);
  const counted = Counts.reduce((sum, count) => sum + count, 0);
  if (Values.length !== Counts.length || counted !== Count) {
    throw new Error(
      `${name}: ${Values.length} values, ${Counts.length} counts that add up to ${counted}, Count says ${Count}`,
    );
  }
  return { values: Values, counts: Counts };
}

function dimensionOf(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Error(`dimension ${name} has no value in the event`);
  return value;
}

function check<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const { success, data, error } = schema.safeParse(value);
  if (!success)
    throw new Error(`${what} is not as CloudWatch takes it: ${z.prettifyError(error).replace(/\s+/g, ' ')}`);
  return data;
}
