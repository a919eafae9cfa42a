/** Counts what the probe finds, and hands it to the collector beside it as OTLP. */
import {
  type ContinuityOutcome,
  checkDimension,
  outcomeDimension,
  pathDimension,
  probeMetrics,
} from '../../contract/metrics/link';

/** Buckets of the histogram: 32 for each doubling, so that a percentile is off by 1.1 % at most. */
const scale = 5;

/** Bucket of a value from zero up: those of bucket i are in (base^i, base^(i+1)], base = 2^(2^-scale). */
export const bucketOf = (value: number): number => Math.ceil(Math.log2(value) * 2 ** scale) - 1;

interface PathCounts {
  sent: number;
  lost: number;
  readonly roundTrips: number[];
}

/** What was found since the last report. */
export class Findings {
  private readonly paths = new Map<string, PathCounts>();
  private readonly checks = new Map<string, Map<ContinuityOutcome, number>>();
  private certificateDays: number | undefined;

  constructor(private since: number = Date.now()) {}

  /** A connect by a path. @param milliseconds of the round trip; `undefined` where nothing answered */
  connect(path: string, milliseconds: number | undefined): void {
    const counts = this.paths.get(path) ?? { sent: 0, lost: 0, roundTrips: [] };
    counts.sent += 1;
    if (milliseconds === undefined) counts.lost += 1;
    else counts.roundTrips.push(milliseconds);
    this.paths.set(path, counts);
  }

  /** A check of `traceparent`, by its name. */
  continuity(check: string, outcome: ContinuityOutcome): void {
    const counts = this.checks.get(check) ?? new Map<ContinuityOutcome, number>();
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    this.checks.set(check, counts);
  }

  certificate(days: number): void {
    this.certificateDays = days;
  }

  /** The OTLP request, as JSON, and a new beginning. */
  take(now: number = Date.now()): object {
    const times = { startTimeUnixNano: nanoseconds(this.since), timeUnixNano: nanoseconds(now) };
    const points = <T>(from: Iterable<readonly [string, T]>, key: string, value: (counts: T) => object) =>
      [...from].map(([name, counts]) => ({ ...times, attributes: [text(key, name)], ...value(counts) }));
    const sum = (name: string, dataPoints: object[]) => ({
      name,
      sum: { aggregationTemporality: delta, isMonotonic: true, dataPoints },
    });
    const metrics = [
      {
        name: probeMetrics.rtt.name,
        unit: 'ms',
        exponentialHistogram: {
          aggregationTemporality: delta,
          dataPoints: points(
            [...this.paths].filter(([, { roundTrips }]) => roundTrips.length > 0),
            pathDimension,
            ({ roundTrips }) => histogram(roundTrips),
          ),
        },
      },
      sum(
        probeMetrics.sent.name,
        points(this.paths, pathDimension, ({ sent }) => ({ asInt: `${sent}` })),
      ),
      sum(
        probeMetrics.lost.name,
        points(this.paths, pathDimension, ({ lost }) => ({ asInt: `${lost}` })),
      ),
      sum(
        probeMetrics.continuity.name,
        [...this.checks].flatMap(([check, counts]) =>
          [...counts].map(([outcome, count]) => ({
            ...times,
            attributes: [text(checkDimension, check), text(outcomeDimension, outcome)],
            asInt: `${count}`,
          })),
        ),
      ),
      ...(this.certificateDays === undefined
        ? []
        : [
            {
              name: probeMetrics.certificateDays.name,
              gauge: { dataPoints: [{ ...times, attributes: [], asInt: `${this.certificateDays}` }] },
            },
          ]),
    ];
    this.paths.clear();
    this.checks.clear();
    this.since = now;
    return {
      resourceMetrics: [
        { resource: { attributes: [text('service.name', 'harbourline-probe')] }, scopeMetrics: [{ metrics }] },
      ],
    };
  }
}

/** AGGREGATION_TEMPORALITY_DELTA */
const delta = 1;
const nanoseconds = (milliseconds: number): string => `${BigInt(milliseconds) * 1_000_000n}`;
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

function histogram(values: readonly number[]) {
  const indices = values.map(bucketOf);
  const offset = Math.min(...indices);
  const bucketCounts = Array.from({ length: Math.max(...indices) - offset + 1 }, () => 0);
  for (const index of indices) bucketCounts[index - offset] = (bucketCounts[index - offset] as number) + 1;
  return {
    scale,
    zeroCount: '0',
    count: `${values.length}`,
    sum: values.reduce((total, value) => total + value, 0),
    min: Math.min(...values),
    max: Math.max(...values),
    positive: { offset, bucketCounts: bucketCounts.map(String) },
  };
}
