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

  test('the greatest or the least of what a value has, where the query asks for that', () => {
    const store = storeOf({ 'in fx': [3], 'none fx': [2], 'in ledger': [4], 'none ledger': [6] });
    const told = (fold: string, Threshold: number) =>
      courseOf(alarm(query.replaceAll('SUM(', `${fold}(`), { Threshold }), store).contributors.map(({ name }) => name);
    expect([told('SUM', 6), told('SUM', 5)]).toEqual([['ledger'], ['fx', 'ledger']]);
    expect([told('MAX', 4), told('MAX', 3)]).toEqual([['ledger'], ['fx', 'ledger']]);
    expect([told('MIN', 5), told('MIN', 4), told('MIN', 2)]).toEqual([[], ['ledger'], ['fx', 'ledger']]);
  });

  test('what says nothing in a window adds nothing', () => {
    const store = storeOf({ 'in fx': [9], 'none fx': [0, 0, 0, 0, 0, 0, 0, 0, 0, 9] });
    const { contributors } = courseOf(alarm(query, { EvaluationPeriods: 1 }), store, 20);
    expect(contributors.map(({ at }) => at / minute)).toEqual([1, 10]);
    const late = storeOf({ 'in fx': [9] });
    late.add([{ ...late.points()[0]!, dimensions: { side: 'none', 'service.name': 'fx' }, timestamp: 20 * minute }]);
    expect(courseOf(alarm(), late).contributors.map(({ at }) => at / minute)).toEqual([1, 21]);
  });

  test('conditions hold together, and there may be none', () => {
    const store = storeOf({ 'in fx': [9], 'none fx': [9], 'in ledger': [9], 'out card': [9] });
    const told = (where: string) =>
      courseOf(alarm(query.replace(/WHERE .* GROUP/, `${where}GROUP`)), store).contributors.map(({ name }) => name);
    expect(told('')).toEqual(['fx', 'ledger', 'card']);
    expect(told(`WHERE "side" = 'in' `)).toEqual(['fx', 'ledger']);
    expect(told(`WHERE "side" = 'in' AND "service.name" != 'fx' `)).toEqual(['ledger']);
    expect(told(`WHERE "side" != 'in' AND "side" != 'none' `)).toEqual(['card']);
  });

  test('is read as it is written: one metric, its dimensions, in one order or none', () => {
    const plain = 'SELECT MAX("calls") FROM SCHEMA("N/e", "side") GROUP BY "side"';
    const read = { metric: { namespace: 'N/e', name: 'calls', dimensions: {}, statistic: 'Maximum' }, groupBy: 'side' };
    expect(insightsOf(alarm(plain))).toEqual({ ...read, dimensions: ['side'], conditions: [], period: 300 });
    expect(insightsOf(alarm(`${plain} ORDER BY MAX() ASC`))).toMatchObject(read);
    const fixed = plain
      .replace('"side")', '"side", "a", "b")')
      .replace('GROUP', `WHERE "a" = 'x y' AND "b" != '' GROUP`);
    expect(insightsOf(alarm(fixed))).toMatchObject({
      metric: { ...read.metric, dimensions: { a: 'x y' } },
      dimensions: ['side', 'a', 'b'],
      conditions: [
        { dimension: 'a', equals: true, value: 'x y' },
        { dimension: 'b', equals: false, value: '' },
      ],
    });
    for (const other of [`${plain} LIMIT 5`, ` ${plain}`, plain.toLowerCase(), plain.replace(', "side")', ')')])
      expect(() => insightsOf(alarm(other))).toThrow(/not read here/);
    for (const condition of [`x "side" = 'a'`, `"side" = 'a' x`, `"" = 'a'`])
      expect(() => insightsOf(alarm(plain.replace('GROUP', `WHERE ${condition} GROUP`)))).toThrow(/condition/);
    expect(insightsOf(alarm(fixed))!.metric.dimensions).toEqual({ a: 'x y' });
    expect(insightsOf(alarm(fixed.replace(' AND', '  AND')))).toEqual(insightsOf(alarm(fixed)));
    for (const none of ['SELECTED + 1', 'SUM(x) SELECT']) expect(insightsOf(alarm(none))).toBeUndefined();
    expect(() => insightsOf(alarm(plain.replace('GROUP BY "side"', 'GROUP BY "a"')))).toThrow('a is not in its schema');
  });

  test('looks back for three hours at most, by minutes', () => {
    expect(insightsOf(alarm(query, { EvaluationPeriods: 36 }))).toMatchObject({ period: 300 });
    expect(insightsOf(alarm(query, {}, 60))).toMatchObject({ period: 60 });
    expect(() => insightsOf(alarm(query, { Metrics: [{ Id: 'q', Expression: query }] }))).toThrow(/full minutes/);
  });

  test('tells nobody where it has no actions, or while it is muted', () => {
    const store = storeOf({ 'in fx': [9] });
    expect(courseOf(alarm(query, { AlarmActions: [] }), store)).toMatchObject({
      contributors: [{ at: minute, name: 'fx' }],
      notified: [],
    });
    const muted = (until: number) =>
      alarmCourses(
        { metric: [{ arn: 'a', properties: alarm() }], composite: [] },
        store,
        minute,
        9 * minute,
        undefined,
        [{ from: 0, until }],
      )[0]!.notified;
    expect([muted(minute), muted(minute + 1)]).toEqual([[minute], []]);
  });

  test('a series is in ALARM by M of N periods, and silence is no breach', () => {
    const of = (values: readonly number[]) =>
      courseOf(alarm(query, { DatapointsToAlarm: 2, TreatMissingData: 'breaching' }, 60), storeOf({ 'in fx': values }));
    expect(of([9, 0, 9, 0, 0, 9]).changes.map(({ at, state }) => `${at / minute} ${state}`)).toEqual([
      '1 OK',
      '3 ALARM',
      '4 OK',
    ]);
    expect(of([9]).changes.map(({ state }) => state)).toEqual(['OK']);
  });
});
