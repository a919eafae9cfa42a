/** A metric store that answers as CloudWatch would, from the data points that it was given. */
import { remembered } from '../../../judges/remembered';
import type { DataPoint } from './embedded-metrics';

/** A metric as dashboards and alarms name it. */
export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `SampleCount`, `Minimum`, `Maximum`, `Average`, a percentile such as `p99`, or a percentile rank: `PR(:500)`. */
  readonly statistic: string;
}

/** One for all series that are not there. */
const none: readonly DataPoint[] = [];

type Dimensions = Readonly<Record<string, string>>;

/** Many points share their dimensions, and alarms ask for the same ones every minute. */
const dimensionKey = remembered((dimensions: Dimensions): string =>
  JSON.stringify(Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))),
);

const keyOf = (namespace: string, name: string, dimensions: Dimensions): string =>
  JSON.stringify([namespace, name]) + dimensionKey(dimensions);

export class MetricStore {
  private readonly series = new Map<string, DataPoint[]>();
  /** Series → how many of its points are in the order of time. */
  private readonly inOrder = new WeakMap<readonly DataPoint[], number>();
  /** Series → sums of its first points by statistic, while it has so many points. */
  private readonly sums = new WeakMap<
    readonly DataPoint[],
    { readonly points: number; readonly by: Map<string, Float64Array | undefined> }
  >();
  /** Query → its series, once it is there: alarms ask with the same ones every minute. */
  private readonly asked = new WeakMap<MetricQuery, readonly DataPoint[]>();

  add(points: readonly DataPoint[]): void {
    for (const point of points) {
      const key = keyOf(point.namespace, point.name, point.dimensions);
      const known = this.series.get(key);
      if (known) known.push(point);
      else this.series.set(key, [point]);
    }
  }

  /** Every point, in the order in which they came. */
  points(): DataPoint[] {
    return [...this.series.values()].flat();
  }

  /** Every metric that was received, once a set of dimension values. */
  list(): readonly { namespace: string; name: string; dimensions: Readonly<Record<string, string>> }[] {
    return [...this.series.values()].flatMap(([point]) => (point ? [point] : []));
  }

  /** Metrics whose set of dimension names is exactly `dimensionNames`, and whose values match `fixed`: what SEARCH finds. */
  search(namespace: string, name: string, dimensionNames: readonly string[], fixed: Readonly<Record<string, string>>) {
    const wanted = [...dimensionNames].sort().join();
    return this.list().filter(
      (metric) =>
        metric.namespace === namespace &&
        metric.name === name &&
        Object.keys(metric.dimensions).sort().join() === wanted &&
        Object.entries(fixed).every(([dimension, value]) => metric.dimensions[dimension] === value),
    );
  }

  /** The statistic over all that was received, undefined where nothing was. */
  total(query: MetricQuery): number | undefined {
    return statistic(this.of(query), query.statistic);
  }

  /** The statistic from `from` up to `until`, in ms; undefined where nothing was received. */
  between(query: MetricQuery, from: number, until: number): number | undefined {
    const points = this.sorted(query);
    const [first, end] = [firstSince(points, from), firstSince(points, until)];
    const { statistic: name } = query;
    const [amounts, counts] = isSum(name) ? [this.sumsOf(points, name), this.sumsOf(points, 'SampleCount')] : [];
    if (!amounts || !counts) return statistic(points, name, first, end);
    const [amount, count] = [amounts, counts].map((sums) => (sums[end] as number) - (sums[first] as number)) as [
      number,
      number,
    ];
    if (count === 0) return undefined;
    return name.startsWith('PR(') ? (100 * amount) / count : amount;
  }

  /**
   * Sums from the first point on, before each point: a window of six hours, asked for every minute, is one subtraction.
   *
   * @returns undefined where a value is no whole number, so that a difference of sums would not be exact
   */
  private sumsOf(points: readonly DataPoint[], name: string): Float64Array | undefined {
    const known = this.sums.get(points);
    const ofPoints = known?.points === points.length ? known.by : new Map<string, Float64Array | undefined>();
    if (ofPoints !== known?.by) this.sums.set(points, { points: points.length, by: ofPoints });
    if (ofPoints.has(name)) return ofPoints.get(name);
    const weigh = weightOf(name);
    const sums = new Float64Array(points.length + 1);
    let whole = true;
    for (const [index, { values, counts }] of points.entries()) {
      let sum = sums[index] as number;
      for (const [one, value] of values.entries()) {
        const weight = weigh(value) * Math.max(0, counts[one] ?? 0);
        whole &&= Number.isSafeInteger(weight);
        sum += weight;
      }
      sums[index + 1] = sum;
    }
    const exact = whole ? sums : undefined;
    ofPoints.set(name, exact);
    return exact;
  }

  /** The statistic by period: start of the period in ms → figure. Periods without data have no entry. */
  byPeriod(query: MetricQuery, periodSeconds: number): Map<number, number> {
    const length = periodSeconds * 1000;
    const periods = new Map<number, DataPoint[]>();
    for (const point of this.of(query)) {
      const start = Math.floor(point.timestamp / length) * length;
      const known = periods.get(start);
      if (known) known.push(point);
      else periods.set(start, [point]);
    }
    return new Map([...periods].map(([start, points]) => [start, statistic(points, query.statistic) as number]));
  }

  /** By time: sorted where something came since the last question. */
  private sorted(query: MetricQuery): readonly DataPoint[] {
    const points = this.of(query) as DataPoint[];
    if (this.inOrder.get(points) !== points.length) {
      points.sort((a, b) => a.timestamp - b.timestamp);
      this.inOrder.set(points, points.length);
    }
    return points;
  }

  private of(query: MetricQuery): readonly DataPoint[] {
    const known = this.asked.get(query) ?? this.series.get(keyOf(query.namespace, query.name, query.dimensions));
    if (!known) return none;
    this.asked.set(query, known);
    return known;
  }
}

/** Index of the first point at or after a time, in points by time. */
function firstSince(points: readonly DataPoint[], time: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.timestamp ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bounds of a percentile rank: above the first, up to the second. */
function boundsOf(name: string): readonly [low: number, high: number] | undefined {
  const rank = /^PR\((\d+(?:\.\d+)?)?:(\d+(?:\.\d+)?)?\)$/.exec(name);
  return rank ? [Number(rank[1] ?? Number.NEGATIVE_INFINITY), Number(rank[2] ?? Number.POSITIVE_INFINITY)] : undefined;
}

/** Whether a statistic is a sum over samples, or a share of their number. */
const isSum = (name: string): boolean => name === 'Sum' || name === 'SampleCount' || name.startsWith('PR(');

/** What a sample of a value adds to a statistic that is a sum. */
function weightOf(name: string): (value: number) => number {
  if (name === 'Sum') return (value) => value;
  const [low, high] = boundsOf(name) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return (value) => (value > low && value <= high ? 1 : 0);
}

/** The statistic over the points from one index up to another. */
function statistic(points: readonly DataPoint[], name: string, from = 0, until = points.length): number | undefined {
  const rank = boundsOf(name);
  const [low, high] = rank ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [count, sum, within] = [0, 0, 0];
  let [smallest, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const each = (visit: (value: number, count: number) => void) => {
    for (let index = from; index < until; index++) {
      const { values, counts } = points[index] as DataPoint;
      for (let one = 0; one < values.length; one++) {
        const samples = counts[one] ?? 0;
        if (samples > 0) visit(values[one] as number, samples);
      }
    }
  };
  each((value, samples) => {
    count += samples;
    sum += value * samples;
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
    if (value > low && value <= high) within += samples;
  });
  if (count === 0) return undefined;
  switch (name) {
    case 'SampleCount':
      return count;
    case 'Sum':
      return sum;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return smallest;
    case 'Maximum':
      return largest;
  }
  if (rank) return (100 * within) / count;
  const percent = /^p(\d+(?:\.\d+)?)$/.exec(name)?.[1];
  if (percent === undefined) throw new Error(`CloudWatch has no statistic ${name}`);
  const weighted: { value: number; count: number }[] = [];
  each((value, samples) => weighted.push({ value, count: samples }));
  weighted.sort((a, b) => a.value - b.value);
  return percentile(weighted, count, Number(percent));
}

/** Nearest rank: the smallest value that at least `percent` per cent of the samples do not exceed. */
function percentile(weighted: readonly { value: number; count: number }[], count: number, percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * count));
  let seen = 0;
  for (const entry of weighted) {
    seen += entry.count;
    if (seen >= rank) return entry.value;
  }
  return weighted.at(-1)?.value as number;
}
