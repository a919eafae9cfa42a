import { withHistory } from '../../../../rehearsal/judge/cloudwatch/history';

const minute = 60_000;
const hour = 60 * minute;
const point = (timestamp: number, value: number) => ({
  namespace: 'N',
  name: 'm',
  unit: 'Count',
  dimensions: {},
  timestamp,
  values: [value],
  counts: [2],
});

test('three hours point by point, seven more by the hour with the counts of one; what warmed up and what came later is not repeated', () => {
  const [from, until] = [10 * hour, 10 * hour + 7 * minute];
  const points = [point(from - 1, 1), point(from, 2), point(until, 3)];
  const of = (value: number) =>
    withHistory(points, { from, until })
      .points()
      .filter(({ values: [one] }) => one === value)
      .map(({ timestamp, counts }) => [timestamp, ...counts]);
  expect(of(1)).toEqual([]);
  expect(of(3)).toEqual([[until, 2]]);
  // Eight times seven minutes are in an hour.
  const eachSeven = Array.from({ length: 24 }, (_, n) => [from - (n + 1) * 7 * minute, 2]);
  const eachHour = Array.from({ length: 7 }, (_, n) => [from - 24 * 7 * minute - (n + 1) * hour, 16]);
  expect(of(2)).toEqual([[from, 2], ...eachSeven, ...eachHour]);
});
