/** A metric store that answers as CloudWatch would, from the data points that it was given. */
import { remembered } from '../../../judges/remembered';
import type { DataPoint } from './embedded-metrics';
import { Series, statistic } from './series';

/** A metric as dashboards and alarms name it. */
export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `SampleCount`, `Minimum`, `Maximum`, `Average`, a percentile such as `p99`, or a percentile rank: `PR(:500)`. */
  readonly statistic: string;
}

type Dimensions = Readonly<Record<string, string>>;

/** Many points share their dimensions, and alarms ask for the same ones every minute. */
const dimensionKey = remembered((dimensions: Dimensions): string =>
  JSON.stringify(Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))),
);

const keyOf = (namespace: string, name: string, dimensions: Dimensions): string =>
  `${namespace}\n${name}\n${dimensionKey(dimensions)}`;

export class MetricStore {
  /** Time of the earliest point, in ms. */
  since = Number.POSITIVE_INFINITY;
  private readonly series = new Map<string, Series>();
  /** Query → its series: alarms ask with the same ones every minute. */
  private readonly asked = new WeakMap<MetricQuery, Series>();

  add(points: readonly DataPoint[]): void {
    for (const point of points) {
      if (point.timestamp < this.since) this.since = point.timestamp;
      this.seriesOf(point.namespace, point.name, point.dimensions).add(point);
    }
  }

  /** Every point, in the order in which they came. */
  points(): DataPoint[] {
    return [...this.series.values()].flatMap(({ points }) => points);
  }

  /** Every metric that was received, once a set of dimension values. */
  list(): readonly { namespace: string; name: string; dimensions: Readonly<Record<string, string>> }[] {
    return [...this.series.values()].flatMap(({ points: [point] }) => (point ? [point] : []));
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
    return statistic(this.of(query).points, query.statistic);
  }

  /** The statistic from `from` up to `until`, in ms; undefined where nothing was received. */
  between(query: MetricQuery, from: number, until: number): number | undefined {
    return this.of(query).between(query.statistic, from, until);
  }

  /** The statistic by period: start of the period in ms → figure. Periods without data have no entry. */
  byPeriod(query: MetricQuery, periodSeconds: number): Map<number, number> {
    const length = periodSeconds * 1000;
    const periods = new Map<number, DataPoint[]>();
    for (const point of this.of(query).points) {
      const start = Math.floor(point.timestamp / length) * length;
      const known = periods.get(start);
      if (known) known.push(point);
      else periods.set(start, [point]);
    }
    return new Map([...periods].map(([start, points]) => [start, statistic(points, query.statistic) as number]));
  }

  private of(query: MetricQuery): Series {
    const known = this.asked.get(query) ?? this.seriesOf(query.namespace, query.name, query.dimensions);
    this.asked.set(query, known);
    return known;
  }

  /** A series without points where there is none yet. */
  private seriesOf(namespace: string, name: string, dimensions: Dimensions): Series {
    const key = keyOf(namespace, name, dimensions);
    const known = this.series.get(key) ?? new Series();
    this.series.set(key, known);
    return known;
  }
}
