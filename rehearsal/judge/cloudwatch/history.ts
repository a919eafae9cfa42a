/** A rehearsal lasts minutes, alarms look back for hours: the hours before are as its fair minutes were. */

import type { Interval } from '../interval';
import type { DataPoint } from './embedded-metrics';
import { MetricStore } from './metric-store';

const hour = 3_600_000;

/** Hours that the longest alarm looks back, and one more. */
const hours = 7;

/** Hours in which an alarm may count minutes: whether calls are usual is judged over three. */
const counted = 3;

/**
 * What was received since `fair.from`, and before it what came in `fair`, again and again: point by point for three hours,
 * before that once for each hour, with the counts of an hour.
 */
export function withHistory(points: readonly DataPoint[], fair: Interval): MetricStore {
  const store = new MetricStore();
  const since = points.filter(({ timestamp }) => timestamp >= fair.from);
  store.add(since);
  const day = since.filter(({ timestamp }) => timestamp < fair.until);
  const length = fair.until - fair.from;
  const anHour = Math.floor(hour / length);
  const repeats = counted * anHour;
  for (const point of day) {
    store.add(Array.from({ length: repeats }, (_, n) => moved(point, (n + 1) * length, 1)));
    store.add(Array.from({ length: hours }, (_, n) => moved(point, repeats * length + (n + 1) * hour, anHour)));
  }
  return store;
}

const moved = (point: DataPoint, back: number, times: number): DataPoint => ({
  ...point,
  timestamp: point.timestamp - back,
  counts: point.counts.map((count) => count * times),
});
