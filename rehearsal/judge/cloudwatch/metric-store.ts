/** A metric store that answers as CloudWatch would, from the data points that it was given. */
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

const keyOf = (namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);

export class MetricStore {
  private readonly series = new Map<string, DataPoint[]>();
  /** Series → how many of its points are in the order of time. */
  private readonly inOrder = new WeakMap<readonly DataPoint[], number>();

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
    return statistic(points.slice(firstSince(points, from), firstSince(points, until)), query.statistic);
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

  private of({ namespace, name, dimensions }: MetricQuery): readonly DataPoint[] {
    return this.series.get(keyOf(namespace, name, dimensions)) ?? none;
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

function statistic(points: readonly DataPoint[], name: string): number | undefined {
  const weighted = points
    .flatMap(({ values, counts }) => values.map((value, index) => ({ value, count: counts[index] ?? 0 })))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.value - b.value);
  if (weighted.length === 0) return undefined;
  const count = weighted.reduce((sum, entry) => sum + entry.count, 0);
  const sum = weighted.reduce((total, entry) => total + entry.value * entry.count, 0);
  switch (name) {
    case 'SampleCount':
      return count;
    case 'Sum':
      return sum;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return weighted[0]?.value;
    case 'Maximum':
      return weighted.at(-1)?.value;
  }
  const rank = /^PR\((\d+(?:\.\d+)?)?:(\d+(?:\.\d+)?)?\)$/.exec(name);
  if (rank) {
    const [low, high] = [Number(rank[1] ?? Number.NEGATIVE_INFINITY), Number(rank[2] ?? Number.POSITIVE_INFINITY)];
    const within = weighted.filter(({ value }) => value > low && value <= high);
    return (100 * within.reduce((seen, entry) => seen + entry.count, 0)) / count;
  }
  const percent = /^p(\d+(?:\.\d+)?)$/.exec(name)?.[1];
  if (percent === undefined) throw new Error(`CloudWatch has no statistic ${name}`);
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
