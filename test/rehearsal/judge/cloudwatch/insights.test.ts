import { type AlarmProperties, alarmCourses } from '../../../../rehearsal/judge/cloudwatch/alarms';
import { insightsOf } from '../../../../rehearsal/judge/cloudwatch/insights';
import { MetricStore } from '../../../../rehearsal/judge/cloudwatch/metric-store';

const minute = 60_000;
const query =
  'SELECT SUM("m") FROM SCHEMA("N/e", "side", "service.name") WHERE "side" != \'out\' GROUP BY "service.name" ORDER BY SUM() DESC';

const alarm = (expression = query, more: Partial<AlarmProperties> = {}, period = 300): AlarmProperties => ({
  AlarmName: 'a',
  AlarmActions: ['topic'],
  Threshold: 5,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
  EvaluationPeriods: 3,
  DatapointsToAlarm: 1,
  Metrics: [{ Id: 'q', Expression: expression, Period: period }],
  ...more,
});

/** Values of series by minute: `side service` → values. */
function storeOf(series: Record<string, readonly number[]>): MetricStore {
  const store = new MetricStore();
  for (const [name, values] of Object.entries(series)) {
    const [side = '', service = ''] = name.split(' ');
    for (const [index, value] of values.entries()) {
      const timestamp = index * minute + minute / 2;
      const dimensions = { side, 'service.name': service };
      store.add([{ namespace: 'N/e', name: 'm', unit: 'Count', dimensions, timestamp, values: [value], counts: [1] }]);
    }
  }
  return store;
}

const courseOf = (properties: AlarmProperties, store: MetricStore, minutes = 30) =>
  alarmCourses({ metric: [{ arn: 'a', properties }], composite: [] }, store, minute, minutes * minute)[0]!;

describe('an alarm over a query', () => {
  test('has a series for each value, and adds up what a value has of other dimensions', () => {
    const store = storeOf({ 'in fx': [3, 0, 0], 'none fx': [2, 0, 0], 'in ledger': [4, 0, 0], 'out card': [99] });
    const { contributors, notified } = courseOf(alarm(), store);
    expect(contributors).toEqual([{ at: minute, name: 'fx' }]);
    expect(notified).toEqual([minute]);
  });

  test('each series that joins is told, and the alarm lasts until none is left', () => {
    const store = storeOf({ 'in fx': [9], 'in ledger': [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9] });
    const { contributors, changes } = courseOf(alarm(), store);
    expect(contributors.map(({ at, name }) => [at / minute, name])).toEqual([
      [1, 'fx'],
      [11, 'ledger'],
    ]);
    expect(changes.map(({ at, state }) => `${at / minute} ${state}`)).toEqual(['1 ALARM', '26 OK']);
  });

  test('nothing matches: OK', () => {
    expect(courseOf(alarm(), storeOf({ 'out card': [99] })).changes.map(({ state }) => state)).toEqual(['OK']);
  });

  test('what CloudWatch refuses, and what is not read here, is an error', () => {
    expect(insightsOf(alarm('a + b'))).toBeUndefined();
    expect(() => insightsOf(alarm(query.replace('SUM("m")', 'MEDIAN("m")')))).toThrow(/not read here/);
    expect(() => insightsOf(alarm(query.replace('"side" !=', '"other" !=')))).toThrow(/other is not in its schema/);
    expect(() => insightsOf(alarm(query.replace("!= 'out'", "LIKE 'o%'")))).toThrow(/condition/);
    expect(() => insightsOf(alarm(query, {}, 90))).toThrow(/full minutes/);
    expect(() => insightsOf(alarm(query, { EvaluationPeriods: 37 }))).toThrow(/three hours/);
    const two = [
      { Id: 'q', Expression: query, Period: 300 },
      { Id: 'e', Expression: 'q / 2' },
    ];
    expect(() => insightsOf(alarm(query, { Metrics: two }))).toThrow(/alone/);
  });
});
