/** The points of one metric, and its statistics over windows of time. */
import type { DataPoint } from './embedded-metrics';

/** A statistic from one point up to another; undefined where there are no samples. */
type Window = (first: number, end: number) => number | undefined;

export class Series {
  readonly points: DataPoint[] = [];
  /** Whether points are in the order of time, and `windows` of these points. */
  private inOrder = true;
  /** By statistic: alarms ask for the same one every minute. */
  private readonly windows = new Map<string, Window>();

  add(point: DataPoint): void {
    this.points.push(point);
    this.inOrder = false;
  }

  /** The statistic from `from` up to `until`, in ms; undefined where nothing was received. */
  between(name: string, from: number, until: number): number | undefined {
    if (!this.inOrder) {
      this.points.sort((a, b) => a.timestamp - b.timestamp);
      this.windows.clear();
      this.inOrder = true;
    }
    const known = this.windows.get(name) ?? windowsOf(this.points, name);
    this.windows.set(name, known);
    return known(firstSince(this.points, from), firstSince(this.points, until));
  }
}

/** How to read a statistic: windows of six hours, asked for every minute, are not gone through point by point. */
function windowsOf(points: readonly DataPoint[], name: string): Window {
  if (name === 'Minimum') return extremes(points, Math.min, Number.POSITIVE_INFINITY);
  if (name === 'Maximum') return extremes(points, Math.max, Number.NEGATIVE_INFINITY);
  const amounts = name === 'Average' ? sumsOf(points, 'Sum') : isSum(name) ? sumsOf(points, name) : undefined;
  const counts = amounts && sumsOf(points, 'SampleCount');
  if (!counts) return (first, end) => statistic(points, name, first, end);
  const whole = name === 'Average' ? 1 : name.startsWith('PR(') ? 100 : undefined;
  return (first, end) => {
    const count = (counts[end] as number) - (counts[first] as number);
    if (count === 0) return undefined;
    const amount = (amounts[end] as number) - (amounts[first] as number);
    return whole === undefined ? amount : (whole * amount) / count;
  };
}

/** Extremes of 1, 2, 4, … points from each point on: those of a window are the two that overlap in it. */
function extremes(points: readonly DataPoint[], of: (a: number, b: number) => number, nothing: number): Window {
  const single = ({ values, counts }: DataPoint) =>
    values.reduce((extreme, value, one) => ((counts[one] ?? 0) > 0 ? of(extreme, value) : extreme), nothing);
  const spans = [Float64Array.from(points, single)];
  for (let length = 1; 2 * length <= points.length; length *= 2) {
    const half = spans.at(-1) as Float64Array;
    spans.push(half.subarray(length).map((second, index) => of(half[index] as number, second)));
  }
  return (first, end) => {
    if (first >= end) return undefined;
    const power = 31 - Math.clz32(end - first);
    const span = spans[power] as Float64Array;
    const extreme = of(span[first] as number, span[end - 2 ** power] as number);
    return extreme === nothing ? undefined : extreme;
  };
}

/**
 * Sums from the first point on, before each point: that of a window is one subtraction.
 *
 * @returns undefined where a value is no whole number, so that a difference of sums would not be exact
 */
function sumsOf(points: readonly DataPoint[], name: string): Float64Array | undefined {
  const weigh = weightOf(name);
  const sums = new Float64Array(points.length + 1);
  for (const [index, { values, counts }] of points.entries()) {
    let sum = sums[index] as number;
    for (const [one, value] of values.entries()) {
      const weight = weigh(value) * Math.max(0, counts[one] ?? 0);
      if (!Number.isSafeInteger(weight)) return undefined;
      sum += weight;
    }
    sums[index + 1] = sum;
  }
  return sums;
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
export function statistic(
  points: readonly DataPoint[],
  name: string,
  from = 0,
  until = points.length,
): number | undefined {
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
