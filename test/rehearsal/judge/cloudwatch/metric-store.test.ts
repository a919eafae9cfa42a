import type { DataPoint } from '../../../../rehearsal/judge/cloudwatch/embedded-metrics';
import { MetricStore } from '../../../../rehearsal/judge/cloudwatch/metric-store';
import { seeded } from '../../../support/seeded';

const point = (timestamp: number, values: number[], counts = values.map(() => 1), more: Partial<DataPoint> = {}) => ({
  namespace: 'N',
  name: 'm',
  unit: 'Milliseconds',
  dimensions: { a: '1', b: '2' },
  timestamp,
  values,
  counts,
  ...more,
});
const storeOf = (...points: DataPoint[]) => {
  const store = new MetricStore();
  store.add(points);
  return store;
};
const query = (statistic: string, dimensions: Record<string, string> = { b: '2', a: '1' }) => ({
  namespace: 'N',
  name: 'm',
  dimensions,
  statistic,
});

describe('statistics, weighted by how often each value occurred', () => {
  const store = storeOf(point(0, [30, 10], [1, 3]), point(1_000, [20, 99], [4, 0]));

  test.each([
    ['SampleCount', 8],
    ['Sum', 140],
    ['Average', 17.5],
    ['Minimum', 10],
    ['Maximum', 30],
    ['p50', 20],
    ['p37.5', 10],
    ['p37.6', 20],
    ['p99', 30],
    ['p100', 30],
    ['p0', 10],
    ['PR(:20)', 87.5],
    ['PR(:19.9)', 37.5],
    ['PR(10:20)', 50],
    ['PR(20:)', 12.5],
    ['PR(:)', 100],
    ['PR(12.25:25.75)', 50],
    ['PR(:19.95)', 37.5],
    ['p37.55', 20],
  ])('%s is %d', (statistic, expected) => {
    expect(store.total(query(statistic))).toBe(expected);
  });

  test('one that CloudWatch has not is an error', () => {
    for (const statistic of ['Median', 'p', 'xp99', 'p99x', 'PR(1)', 'xPR(:1)', 'PR(:1)x']) {
      expect(() => store.total(query(statistic))).toThrow(`CloudWatch has no statistic ${statistic}`);
    }
  });

  test('nothing received is no figure, nor are values that never occurred', () => {
    expect(store.total(query('Sum', { a: '1' }))).toBeUndefined();
    expect(storeOf(point(0, [5], [0])).total(query('Sum'))).toBeUndefined();
    expect(storeOf(point(0, [])).total(query('SampleCount'))).toBeUndefined();
  });
});

describe('times', () => {
  const store = storeOf(point(59_999, [1]), point(60_000, [2]), point(119_999, [4]), point(120_000, [8]));

  test('from a time on, up to another', () => {
    expect(store.between(query('Sum'), 60_000, 120_000)).toBe(6);
    expect(store.between(query('Sum'), 59_999, 120_001)).toBe(15);
    expect(store.between(query('Sum'), 120_001, 180_000)).toBeUndefined();
  });

  test.each(['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum', 'p90', 'PR(:20)', 'PR(10:20)', 'PR(20:)'])(
    '%s of a window is that of its points alone, whole numbers or not',
    (statistic) => {
      for (const unit of [1, 0.1]) {
        const random = seeded(7);
        const number = (below: number) => Math.floor(random() * below);
        const points = Array.from({ length: 40 }, () =>
          point(number(60), [unit * number(50), unit * number(50)], [number(3), number(3)]),
        );
        const all = storeOf(...points);
        for (let from = 0; from < 60; from += 7) {
          for (let until = from; until <= 60; until++) {
            const alone = storeOf(...points.filter(({ timestamp }) => timestamp >= from && timestamp < until));
            const figure = all.between(query(statistic), from, until);
            const expected = alone.total(query(statistic));
            expect([from, until, figure]).toEqual([from, until, expected && expect.closeTo(expected, 9)]);
          }
        }
      }
    },
  );

  test('what comes after a question counts in the next', () => {
    const late = storeOf(point(1, [1]));
    for (const statistic of ['Sum', 'Maximum']) late.between(query(statistic), 0, 10);
    late.add([point(5, [7])]);
    expect(['Sum', 'Maximum'].map((statistic) => late.between(query(statistic), 0, 10))).toEqual([8, 7]);
  });

  test('a sum of a window is exact, whatever came before it', () => {
    const all = storeOf(point(0, [1e16]), point(1, [0.1]), point(2, [4], [2]));
    expect(all.between(query('Sum'), 1, 2)).toBe(0.1);
    expect(storeOf(point(2, [4], [2])).between(query('Sum'), 2, 3)).toBe(8);
  });

  test.each(['Sum', 'SampleCount', 'Average', 'PR(:20)', 'Minimum', 'Maximum'])(
    '%s of the next window reads no point again, though values occurred more than once',
    (statistic) => {
      let reads = 0;
      const points = [1, 2, 3, 4].map((at) => {
        const whole = point(at, [4, 30], [2, 3]);
        return Object.defineProperty({ ...whole }, 'values', {
          get: () => {
            reads++;
            return whole.values;
          },
        });
      });
      const all = storeOf(...points);
      all.between(query(statistic), 1, 3);
      const before = reads;
      expect(all.between(query(statistic), 2, 5)).toBe(storeOf(point(0, [4, 30], [6, 9])).total(query(statistic)));
      expect(reads).toBe(before);
    },
  );

  test('by period of the clock', () => {
    expect([...store.byPeriod(query('Sum'), 60)]).toEqual([
      [0, 1],
      [60_000, 6],
      [120_000, 8],
    ]);
    expect([...store.byPeriod(query('Sum', {}), 60)]).toEqual([]);
  });
});

describe('what is one metric', () => {
  const other = { dimensions: { a: '1' } };
  const points = [
    point(0, [1]),
    point(0, [2], [1], { dimensions: { b: '2', a: '1' } }),
    point(0, [4], [1], other),
    point(0, [8], [1], { name: 'n' }),
    point(0, [16], [1], { namespace: 'O' }),
    point(0, [32], [1], { dimensions: { a: '1', b: '3' } }),
  ];
  const store = storeOf(...points);

  test('namespace, name and dimensions, in whatever order they come', () => {
    expect(store.total(query('Sum'))).toBe(3);
    expect(store.list().map(({ namespace, name, dimensions }) => [namespace, name, dimensions])).toEqual([
      ['N', 'm', { a: '1', b: '2' }],
      ['N', 'm', { a: '1' }],
      ['N', 'n', { a: '1', b: '2' }],
      ['O', 'm', { a: '1', b: '2' }],
      ['N', 'm', { a: '1', b: '3' }],
    ]);
    expect(store.points()).toHaveLength(6);
  });

  test('however they are added', () => {
    const dimensions = { a: '1', b: '2' };
    const shared = [{}, { name: 'n' }, { namespace: 'O' }, {}].map((more) =>
      point(0, [1], [1], { dimensions, ...more }),
    );
    const burst = storeOf(...shared);
    expect(burst.total(query('Sum'))).toBe(2);
    expect(burst.total({ ...query('Sum'), name: 'n' })).toBe(1);
    expect(burst.total({ ...query('Sum'), namespace: 'O' })).toBe(1);
  });

  test('a search finds exactly the names of dimensions, and the values that are given', () => {
    const found = (names: string[], fixed: Record<string, string> = {}) =>
      store.search('N', 'm', names, fixed).map(({ dimensions }) => dimensions);
    expect(found(['b', 'a'])).toEqual([
      { a: '1', b: '2' },
      { a: '1', b: '3' },
    ]);
    expect(found(['a', 'b'], { b: '3' })).toEqual([{ a: '1', b: '3' }]);
    expect(found(['a'])).toEqual([{ a: '1' }]);
    expect(found([])).toEqual([]);
    expect(store.search('O', 'm', ['a', 'b'], {})).toHaveLength(1);
    expect(store.search('N', 'o', ['a', 'b'], {})).toEqual([]);
  });
});
