import { searches, seriesOf, shownMetrics, type Widget } from '../../../../rehearsal/judge/cloudwatch/dashboards';
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
    for (const [service, values] of Object.entries({ quiet: [1, 1, 1], steady: [5, 5, 5], peak: [9, 0, 0] })) {
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
    const all = `SORT(SEARCH('{"N","service.name"} MetricName="calls"', 'Sum', 60), MAX, DESC, 10)`;
    expect(seriesOf(widget([[{ expression: all }]]), many)).toHaveLength(3);
    expect(top('SUM')).toEqual(['steady', 'peak']);
  });

  test('what a search asks for, with quotes about its namespace or without', () => {
    const asked = (expression: string) => searches([widget([['N', 'calls'], [{ expression }]])]);
    const search = (namespace: string) => `SEARCH('{${namespace},"a","b"} MetricName="m" "a"="1"', 'p99', 60)`;
    const expected = { name: 'm', dimensions: ['a', 'b'], fixed: { a: '1' }, statistic: 'p99', period: 60 };
    expect(asked(search('"Harbourline/dev"'))).toEqual([{ namespace: 'Harbourline/dev', ...expected }]);
    expect(asked(search('AWS/ES'))).toEqual([{ namespace: 'AWS/ES', ...expected }]);
    const first = `SORT(${search('N')}, SUM, DESC, 10)`;
    expect(asked(first)).toEqual([{ namespace: 'N', ...expected, top: { count: 10, by: 'SUM' } }]);
    // Within an expression it is none of these.
    for (const other of [
      `2 * ${search('N')}`,
      `${search('N')} / 2`,
      `2 * ${first}`,
      `${first} / 2`,
      'SORT(a, MAX, DESC, 1)',
    ])
      expect(asked(other)).toEqual([]);
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

  test('without options: an average of five minutes, drawn at the left, named after its metric', () => {
    const graph: Widget = {
      ...widget([['N', 'calls', 'crossing', 'hk-cn']]),
      properties: { metrics: [['N', 'calls', 'crossing', 'hk-cn']] },
    };
    expect(seriesOf(graph, store)).toEqual([{ label: 'calls', points: [[0, (100 + 10 + 200) / 3]] }]);
    expect(shownMetrics([graph], store).metrics).toMatchObject([{ statistic: 'Average', widget: '' }]);
    expect(seriesOf({ ...graph, properties: {} }, store)).toEqual([]);
  });

  test('statistic and period of the graph hold for metrics that say nothing of their own', () => {
    const calls = ['N', 'calls', 'crossing', 'hk-cn'] as const;
    const graph = (options: object) => ({
      ...widget([]),
      properties: { stat: 'Maximum', period: 120, metrics: [[...calls, options]] },
    });
    const figures = (options: object) => seriesOf(graph(options), store)[0]!.points;
    expect(figures({})).toEqual([
      [0, 100],
      [2 * minute, 200],
    ]);
    expect(figures({ stat: 'Minimum' })).toEqual([
      [0, 100],
      [2 * minute, 10],
    ]);
    expect(figures({ period: 300 })).toEqual([[0, 200]]);
  });

  test('a line at the right axis says so, a metric, an expression and a search alike', () => {
    const search = `SEARCH('{"N","crossing","service.name"} MetricName="calls"', 'Sum', 60)`;
    const right = (yAxis: 'left' | 'right') =>
      seriesOf(
        widget([
          ['N', 'calls', 'crossing', 'hk-cn', { id: 'c', yAxis }],
          [{ expression: '2 * c', yAxis }],
          [{ expression: search, yAxis }],
        ]),
        store,
      ).map((line) => line.right);
    expect(right('right')).toEqual([true, true, true]);
    expect(right('left')).toEqual([undefined, undefined, undefined]);
  });

  test('lines of a search are called by the dimensions that it leaves open, and go by time', () => {
    const late = new MetricStore();
    const dimensions = { crossing: 'none', 'service.name': 'fx', 'span.kind': 'SERVER' };
    late.add([point(3, 'calls', dimensions, 3), point(1, 'calls', dimensions, 1)]);
    const search = `SEARCH('{"N","crossing","service.name","span.kind"} MetricName="calls" "crossing"="none"', 'Sum', 60)`;
    const once = ['N', 'calls', ...Object.entries(dimensions).flat(), { stat: 'Sum', period: 60 }];
    const points = [
      [minute, 1],
      [3 * minute, 3],
    ];
    expect(seriesOf(widget([[{ expression: search }], once]), late)).toEqual([
      { label: 'fx SERVER', points },
      { label: 'calls', points },
    ]);
  });

  test('what is filled has a foot on both sides, what is not has none', () => {
    const options = { id: 'e', stat: 'Sum', period: 60, visible: false };
    const alone = (expression: string) =>
      seriesOf(
        widget([['N', 'calls', 'crossing', 'hk-cn', 'status.code', 'E', options], [{ expression, period: 60 }]]),
        store,
      );
    expect(alone('FILL(e, 0)')).toEqual([
      {
        label: 'FILL(e, 0)',
        points: [
          [0, 0],
          [minute, 5],
          [2 * minute, 0],
        ],
      },
    ]);
    expect(alone('e * 1')).toEqual([{ label: 'e * 1', points: [[minute, 5]] }]);
  });
});
