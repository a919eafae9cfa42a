import { seriesOf, shownMetrics, type Widget } from '../../../../rehearsal/judge/cloudwatch/dashboards';
import { MetricStore } from '../../../../rehearsal/judge/cloudwatch/metric-store';

const minute = 60_000;
const store = new MetricStore();
const point = (at: number, name: string, dimensions: Record<string, string>, value: number) => ({
  namespace: 'N',
  name,
  unit: 'Count',
  dimensions,
  timestamp: at * minute,
  values: [value],
  counts: [1],
});
store.add([
  point(1, 'calls', { crossing: 'hk-cn' }, 100),
  point(1, 'calls', { crossing: 'hk-cn', 'status.code': 'E' }, 5),
  point(2, 'calls', { crossing: 'hk-cn' }, 10),
  point(3, 'calls', { crossing: 'hk-cn' }, 200),
  point(1, 'calls', { crossing: 'hk-cn', 'service.name': 'payment' }, 1),
]);

describe('dashboards', () => {
  const widget = (metrics: Widget['properties']['metrics']): Widget => ({
    type: 'metric',
    x: 0,
    y: 0,
    width: 12,
    height: 6,
    properties: { title: 't', metrics },
  });

  test('a search finds metrics with exactly its dimensions', () => {
    const expression = `SEARCH('{"N","crossing","service.name"} MetricName="calls" "crossing"="hk-cn"', 'p99', 60)`;
    const { metrics, empty } = shownMetrics([widget([[{ expression }]])], store);
    expect(metrics.map(({ dimensions, statistic }) => [dimensions['service.name'], statistic])).toEqual([
      ['payment', 'p99'],
    ]);
    expect(empty).toEqual([]);
    expect(shownMetrics([widget([[{ expression }]])], new MetricStore()).empty).toMatchObject([
      { widget: 't', name: 'calls', dimensions: ['crossing', 'service.name'] },
    ]);
  });

  test('of what a search finds, the first by their greatest figure or by the sum', () => {
    const many = new MetricStore();
    for (const [service, values] of Object.entries({ steady: [5, 5, 5], peak: [9, 0, 0], quiet: [1, 1, 1] })) {
      for (const [at, value] of values.entries()) {
        const dimensions = { 'service.name': service };
        const point = { namespace: 'N', name: 'calls', unit: 'Count', dimensions, values: [value], counts: [1] };
        many.add([{ ...point, timestamp: at * minute }]);
      }
    }
    const top = (by: string) => {
      const expression = `SORT(SEARCH('{"N","service.name"} MetricName="calls"', 'Sum', 60), ${by}, DESC, 2)`;
      return seriesOf(widget([[{ expression }]]), many).map(({ label }) => label);
    };
    expect(top('MAX')).toEqual(['peak', 'steady']);
    expect(top('SUM')).toEqual(['steady', 'peak']);
  });

  test('a metric is read with its dimensions and statistic', () => {
    const { metrics } = shownMetrics([widget([['N', 'calls', 'crossing', 'hk-cn', { stat: 'Sum' }]])], store);
    expect(metrics).toEqual([
      { namespace: 'N', name: 'calls', dimensions: { crossing: 'hk-cn' }, statistic: 'Sum', widget: 't' },
    ]);
  });

  test('lines of a graph: metrics, expressions over hidden ones, what a search finds', () => {
    const calls = ['N', 'calls', 'crossing', 'hk-cn'] as const;
    const options = { stat: 'Sum', period: 60 };
    const lines = seriesOf(
      widget([
        [...calls, { ...options, label: 'calls' }],
        [{ expression: '100 * FILL(e, 0) / c', label: 'errors', period: 60 }],
        [...calls, { ...options, id: 'c', visible: false }],
        [...calls, 'status.code', 'E', { ...options, id: 'e', visible: false }],
        [{ expression: `SEARCH('{"N","crossing","service.name"} MetricName="calls" "crossing"="hk-cn"', 'Sum', 60)` }],
      ]),
      store,
    );
    expect(lines).toEqual([
      {
        label: 'calls',
        points: [
          [minute, 100],
          [2 * minute, 10],
          [3 * minute, 200],
        ],
      },
      {
        label: 'errors',
        points: [
          [minute, 5],
          [2 * minute, 0],
          [3 * minute, 0],
        ],
      },
      { label: 'payment', points: [[minute, 1]] },
    ]);
  });
});
