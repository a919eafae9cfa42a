import { MetricStore } from '../../rehearsal/aws/cloudwatch';
import { alarmFigures, breachingMinutes, shownMetrics } from '../../rehearsal/evaluate';
import type { AlarmProperties, Widget } from '../../rehearsal/synthesised';

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

describe('alarms by their own definition', () => {
  const stat = (Id: string, Dimensions: { Name: string; Value: string }[]) => ({
    Id,
    ReturnData: false,
    MetricStat: { Metric: { Namespace: 'N', MetricName: 'calls', Dimensions }, Period: 60, Stat: 'Sum' },
  });
  const alarm: AlarmProperties = {
    AlarmName: 'Error rate',
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    EvaluationPeriods: 5,
    Metrics: [
      { Id: 'e1', Expression: 'IF(calls >= 50, figure, 0)' },
      { Id: 'figure', Expression: '100 * FILL(errors, 0) / calls', ReturnData: false },
      stat('calls', [{ Name: 'crossing', Value: 'hk-cn' }]),
      stat('errors', [
        { Name: 'crossing', Value: 'hk-cn' },
        { Name: 'status.code', Value: 'E' },
      ]),
    ],
  };

  test('nested expressions, missing data and the sample guard', () => {
    const figures = alarmFigures(alarm, store);
    expect(figures).toEqual(
      new Map([
        [minute, 5],
        [2 * minute, 0],
        [3 * minute, 0],
      ]),
    );
    expect(breachingMinutes(alarm, figures)).toEqual([minute]);
  });

  test('no data is no figure', () => {
    expect(alarmFigures(alarm, new MetricStore()).size).toBe(0);
  });
});

describe('dashboards', () => {
  const widget = (metrics: Widget['properties']['metrics']): Widget => ({
    type: 'metric',
    properties: { title: 't', metrics },
  });

  test('a search finds metrics with exactly its dimensions', () => {
    const expression = `SEARCH('{"N","crossing","service.name"} MetricName="calls" "crossing"="hk-cn"', 'p99', 60)`;
    const { metrics, empty } = shownMetrics([widget([[{ expression }]])], store);
    expect(metrics.map(({ dimensions, statistic }) => [dimensions['service.name'], statistic])).toEqual([
      ['payment', 'p99'],
    ]);
    expect(empty).toEqual([]);
    expect(shownMetrics([widget([[{ expression }]])], new MetricStore()).empty).toEqual(['t']);
  });

  test('a metric is read with its dimensions and statistic', () => {
    const { metrics } = shownMetrics([widget([['N', 'calls', 'crossing', 'hk-cn', { stat: 'Sum' }]])], store);
    expect(metrics).toEqual([
      { namespace: 'N', name: 'calls', dimensions: { crossing: 'hk-cn' }, statistic: 'Sum', widget: 't' },
    ]);
  });
});

test('the greatest of several metrics passes over those without a figure, as CloudWatch does', () => {
  const metric = (Id: string, crossing: string) => ({
    Id,
    ReturnData: false,
    MetricStat: {
      Metric: { Namespace: 'N', MetricName: 'calls', Dimensions: [{ Name: 'crossing', Value: crossing }] },
      Period: 60,
      Stat: 'Sum',
    },
  });
  const alarm: AlarmProperties = {
    AlarmName: 'most calls',
    Threshold: 60,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    EvaluationPeriods: 5,
    Metrics: [{ Id: 'most', Expression: 'MAX([p1, p2])' }, metric('p1', 'hk-cn'), metric('p2', 'never')],
  };
  expect([...alarmFigures(alarm, store).values()]).toEqual([100, 10, 200]);
});
