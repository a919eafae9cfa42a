import {
  type AlarmProperties,
  type AlarmSet,
  alarmCourses,
  alarmMetrics,
  figuresAt,
} from '../../../../rehearsal/judge/cloudwatch/alarms';
import { withHistory } from '../../../../rehearsal/judge/cloudwatch/history';
import { MetricStore } from '../../../../rehearsal/judge/cloudwatch/metric-store';

const minute = 60_000;

/** A store in which `name` has one value in each minute; undefined: no data. */
function storeOf(
  series: Record<string, readonly (number | undefined)[]>,
  extra: Record<string, string> = {},
): MetricStore {
  const store = new MetricStore();
  for (const [name, values] of Object.entries(series)) {
    for (const [at, value] of values.entries()) {
      if (value === undefined) continue;
      store.add([
        {
          namespace: 'N',
          name,
          unit: 'Count',
          dimensions: extra,
          timestamp: at * minute,
          values: [value],
          counts: [1],
        },
      ]);
    }
  }
  return store;
}

const simple = (overrides: Partial<AlarmProperties> = {}): AlarmProperties => ({
  AlarmName: 'a',
  AlarmActions: ['topic'],
  Namespace: 'N',
  MetricName: 'm',
  Period: 60,
  Statistic: 'Sum',
  Threshold: 10,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  ...overrides,
});

const set = (alarm: AlarmProperties): AlarmSet => ({ metric: [{ arn: 'a.Arn', properties: alarm }], composite: [] });
const course = (alarm: AlarmProperties, values: readonly (number | undefined)[]) =>
  alarmCourses(set(alarm), storeOf({ m: values }), minute, values.length * minute)[0]!.changes.map(
    ({ at, state }) => `${at / minute} ${state}`,
  );

describe('a metric alarm', () => {
  test('needs M of N periods', () => {
    expect(course(simple(), [0, 20, 0, 0, 20, 0, 20, 0, 0, 0])).toEqual(['1 OK', '7 ALARM', '8 OK']);
  });

  test('the threshold itself does not breach', () => {
    expect(course(simple(), [10, 10, 10])).toEqual(['1 OK']);
    expect(course(simple({ ComparisonOperator: 'GreaterThanOrEqualToThreshold' }), [10, 10, 10])).toEqual([
      '1 OK',
      '2 ALARM',
    ]);
  });

  test.each([
    ['LessThanThreshold', ['1 OK', '3 ALARM']],
    ['LessThanOrEqualToThreshold', ['1 OK', '2 ALARM']],
    ['GreaterThanOrEqualToThreshold', ['1 ALARM', '3 OK']],
    ['GreaterThanThreshold', ['1 ALARM', '2 OK']],
  ])('%s', (ComparisonOperator, expected) => {
    const one = { EvaluationPeriods: 1, DatapointsToAlarm: 1 };
    expect(course(simple({ ComparisonOperator, ...one }), [11, 10, 9])).toEqual(expected);
  });

  test('without M, all of N periods', () => {
    const { DatapointsToAlarm: _, ...all } = simple();
    expect(course(all, [20, 0, 20, 20, 20, 0])).toEqual(['1 OK', '5 ALARM', '6 OK']);
    for (const TreatMissingData of ['breaching', 'missing', 'ignore'])
      expect(course({ ...all, TreatMissingData }, [0, 20, 20, 20])).toEqual(['1 OK', '4 ALARM']);
  });

  test('reads its own dimensions and statistic, a percentile too', () => {
    const dimensions = { side: 'in', tier: 'x' };
    const of = (more: object) =>
      figuresAt(
        { ...simple({ EvaluationPeriods: 1 }), Statistic: undefined, ExtendedStatistic: 'p50', ...more } as never,
        storeOf({ m: [7] }, dimensions),
        minute,
      );
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    expect([of({ Dimensions }), of({ Dimensions: Dimensions.slice(1) }), of({})]).toEqual([
      [7],
      [undefined],
      [undefined],
    ]);
    expect(of({ Dimensions, Statistic: 'SampleCount' })).toEqual([1]);
  });

  test('tells those that asked for its end, and nobody where none did', () => {
    const once = { EvaluationPeriods: 1, DatapointsToAlarm: 1 };
    const of = (more: object) => {
      const [{ notified, ended } = { notified: [], ended: [] }] = alarmCourses(
        set(simple({ ...once, ...more })),
        storeOf({ m: [0, 20, 0] }),
        minute,
        4 * minute,
      );
      return [notified, ended].map((times) => times.map((at) => at / minute));
    };
    expect(of({})).toEqual([[2], []]);
    expect(of({ OKActions: ['topic'] })).toEqual([[2], [3]]);
    expect(of({ AlarmActions: [], OKActions: ['topic'] })).toEqual([[], [3]]);
    expect(of({ AlarmActions: undefined })).toEqual([[], []]);
  });

  test.each([
    ['notBreaching', ['1 OK', '2 ALARM', '4 OK']],
    ['breaching', ['1 ALARM']],
    ['ignore', ['1 OK', '2 ALARM', '4 OK']],
    ['missing', ['1 OK', '2 ALARM', '4 OK', '5 INSUFFICIENT_DATA']],
  ])('missing data are %s', (TreatMissingData, expected) => {
    expect(course(simple({ TreatMissingData }), [20, 20, undefined, undefined, undefined])).toEqual(expected);
  });

  test('"ignore" keeps the state while there is nothing', () => {
    const alarm = simple({ TreatMissingData: 'ignore', EvaluationPeriods: 1, DatapointsToAlarm: 1 });
    expect(course(alarm, [0, 20, undefined, undefined, 0])).toEqual(['1 OK', '2 ALARM', '5 OK']);
  });

  test('a window of five minutes slides every minute', () => {
    const alarm = simple({ Period: 300, EvaluationPeriods: 1, DatapointsToAlarm: 1, Threshold: 25 });
    expect(course(alarm, [0, 10, 10, 10, 0, 0, 0, 0])).toEqual(['1 OK', '4 ALARM', '7 OK']);
  });

  test('metric math: filled, guarded by the number of samples, without data', () => {
    const stat = (Id: string, MetricName: string) => ({
      Id,
      ReturnData: false,
      MetricStat: { Metric: { Namespace: 'N', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const alarm = simple({
      MetricName: undefined,
      Metrics: [
        { Id: 'e1', Expression: 'IF(calls >= 50, figure, 0)' },
        { Id: 'figure', Expression: '100 * FILL(errors, 0) / calls', ReturnData: false },
        stat('calls', 'calls'),
        stat('errors', 'errors'),
      ],
    } as never);
    const store = storeOf({ calls: [100, 10, 200, undefined], errors: [5, 5, undefined, 5] });
    const at = (time: number) =>
      figuresAt({ ...alarm, Period: undefined, EvaluationPeriods: 1 } as never, store, time * minute);
    expect([1, 2, 3, 4].map((time) => at(time)[0])).toEqual([5, 0, 0, undefined]);
  });

  test('the greatest of several metrics passes over those without a figure', () => {
    const metric = (Id: string, MetricName: string) => ({
      Id,
      ReturnData: false,
      MetricStat: { Metric: { Namespace: 'N', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const Metrics = [{ Id: 'most', Expression: 'MAX([p1, p2])' }, metric('p1', 'm'), metric('p2', 'never')];
    const alarm = { ...simple(), MetricName: undefined, Period: undefined, EvaluationPeriods: 2, Metrics } as never;
    expect(figuresAt(alarm, storeOf({ m: [7, undefined] }), 2 * minute)).toEqual([7, undefined]);
  });

  test('knows how much a figure changed, of an expression too', () => {
    const Metrics = [
      { Id: 'e1', Expression: 'still * before' },
      { Id: 'before', Expression: 'still - DIFF(still)', ReturnData: false },
      { Id: 'still', Expression: 'IF(FILL(p1, 0) < 1, 1, 0)', ReturnData: false },
      {
        Id: 'p1',
        ReturnData: false,
        MetricStat: { Metric: { Namespace: 'N', MetricName: 'm' }, Period: 60, Stat: 'Sum' },
      },
    ];
    const alarm = { ...simple(), MetricName: undefined, Period: undefined, EvaluationPeriods: 6, Metrics } as never;
    const store = storeOf({ m: [7, undefined, undefined, 7, undefined, 7] });
    expect(figuresAt(alarm, store, 6 * minute)).toEqual([0, 0, 1, 0, 0, 0]);
  });

  test('that is muted says at the end of it what still holds', () => {
    const alarm = simple({ EvaluationPeriods: 1, DatapointsToAlarm: 1, OKActions: ['topic'] } as never);
    const muted = [{ from: minute, until: 5 * minute }];
    const heard = (values: readonly number[]) => {
      const [{ notified, ended } = { notified: [], ended: [] }] = alarmCourses(
        set(alarm),
        storeOf({ m: values }),
        minute,
        values.length * minute,
        undefined,
        muted,
      );
      return [notified, ended].map((times) => times.map((at) => at / minute));
    };
    expect(heard([0, 20, 20, 0, 0, 0, 20, 0])).toEqual([[7], [8]]);
    expect(heard([0, 20, 20, 20, 20, 20, 0, 0])).toEqual([[5], [7]]);
  });

  test('that reads what nothing here can send has no say', () => {
    const alarm = simple({ TreatMissingData: 'breaching' });
    const silent = alarmCourses(set(alarm), storeOf({}), minute, 5 * minute, () => false);
    expect(silent[0]!.changes).toEqual([]);
    expect(alarmCourses(set(alarm), storeOf({}), minute, 5 * minute)[0]!.notified).toEqual([minute]);
  });

  test('that reads one metric too many has no say either, and rules over it hold without it', () => {
    const stat = (Id: string, MetricName: string) => ({
      Id,
      ReturnData: false,
      MetricStat: { Metric: { Namespace: 'N', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const Metrics = [{ Id: 'e', Expression: 'FILL(a, 0) + FILL(b, 0)' }, stat('a', 'm'), stat('b', 'elsewhere')];
    const properties = simple({ MetricName: undefined, Period: undefined, Metrics } as never);
    const rule = { AlarmName: 'c', AlarmRule: 'ALARM("a.Arn") OR INSUFFICIENT_DATA("a.Arn")' };
    const [alarm, composite] = alarmCourses(
      { ...set(properties), composite: [{ arn: 'c.Arn', properties: rule }] },
      storeOf({ m: [20, 20, 20] }),
      minute,
      3 * minute,
      ({ name }) => name === 'm',
    );
    expect(alarm!.changes).toEqual([]);
    expect(composite!.changes).toEqual([{ at: minute, state: 'ALARM' }]);
  });

  test('reads the metrics of its entries, and none for an expression', () => {
    const Metric = { Namespace: 'N', MetricName: 'n', Dimensions: [{ Name: 'a', Value: '1' }] };
    const Metrics = [
      { Id: 'e', Expression: '2 * a' },
      { Id: 'a', MetricStat: { Metric, Period: 60, Stat: 'p99' } },
    ];
    expect(
      alarmMetrics({ metric: [...set(simple()).metric, ...set(simple({ Metrics } as never)).metric], composite: [] }),
    ).toEqual([
      { namespace: 'N', name: 'm', dimensions: {}, statistic: 'Sum' },
      { namespace: 'N', name: 'n', dimensions: { a: '1' }, statistic: 'p99' },
    ]);
  });

  test('goes by the entry that returns data, wherever it stands', () => {
    const stat = (Id: string, MetricName: string, ReturnData: boolean) => ({
      Id,
      ReturnData,
      MetricStat: { Metric: { Namespace: 'N', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const by = (...Metrics: object[]) =>
      figuresAt(
        simple({ MetricName: undefined, Period: undefined, EvaluationPeriods: 1, Metrics } as never),
        storeOf({ m: [7], n: [3] }),
        minute,
      );
    expect(by(stat('a', 'm', false), stat('b', 'n', true))).toEqual([3]);
    expect(by(stat('a', 'm', false), { Id: 'b', Expression: '2 * a' })).toEqual([14]);
    expect(by(stat('a', 'm', true), stat('b', 'n', false))).toEqual([7]);
  });

  test('refuses what CloudWatch refuses', () => {
    expect(() => course(simple({ ComparisonOperator: 'IsAbove' }), [1])).toThrow('no comparison IsAbove');
    expect(() => course(simple({ Period: undefined } as never), [1])).toThrow('periods');
    const stat = (Id: string, Period: number) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'N', MetricName: 'm' }, Period, Stat: 'Sum' },
    });
    const two = (other: number) =>
      simple({ Period: undefined, MetricName: undefined, Metrics: [stat('a', 60), stat('b', other)] } as never);
    expect(() => course(two(300), [1])).toThrow('a: periods 60, 300');
    // Without a word of what it returns, the first.
    expect(course(two(60), [20, 20])).toEqual(['1 OK', '2 ALARM']);
  });
});

describe('composite alarms', () => {
  const composite = (name: string, rule: string, more: object = {}) => ({
    arn: `${name}.Arn`,
    properties: { AlarmName: name, AlarmRule: rule, AlarmActions: ['page'], ...more },
  });
  const metric = (name: string) => ({
    arn: `${name}.Arn`,
    properties: simple({
      AlarmName: name,
      MetricName: name,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      AlarmActions: [],
    }),
  });
  const run = (alarms: AlarmSet, series: Record<string, readonly number[]>) =>
    Object.fromEntries(
      alarmCourses(alarms, storeOf(series), minute, 12 * minute).map(({ name, notified, changes }) => [
        name,
        {
          notified: notified.map((at) => at / minute),
          changes: changes.map(({ at, state }) => `${at / minute} ${state}`),
        },
      ]),
    );

  test('AND, OR and NOT, whatever the order in the template', () => {
    const result = run(
      {
        metric: [metric('line'), metric('home')],
        composite: [
          composite('outer', '(ALARM("inner.Arn") AND NOT (ALARM("home.Arn")))'),
          composite('inner', '(ALARM("line.Arn") OR ALARM("home.Arn"))'),
        ],
      },
      { line: [0, 20, 20, 0], home: [0, 0, 20, 20] },
    );
    expect(result.inner!.changes).toEqual(['1 OK', '2 ALARM', '5 OK']);
    expect(result.outer!.changes).toEqual(['1 OK', '2 ALARM', '3 OK']);
    expect(result.outer!.notified).toEqual([2]);
  });

  test('rules may ask for any state, and say what is always so', () => {
    const silent = { ...metric('never'), properties: { ...metric('never').properties, TreatMissingData: 'missing' } };
    const changes = (rule: string) =>
      run({ metric: [metric('line'), silent], composite: [composite('x', rule)] }, { line: [0, 20, 0] }).x!.changes;
    expect(changes('OK("line.Arn")')).toEqual(['1 ALARM', '2 OK', '3 ALARM']);
    expect(changes('INSUFFICIENT_DATA("line.Arn")')).toEqual(['1 OK']);
    expect(changes('INSUFFICIENT_DATA("never.Arn") AND ALARM("line.Arn")')).toEqual(['1 OK', '2 ALARM', '3 OK']);
    expect(changes('TRUE')).toEqual(['1 ALARM']);
    expect(changes('FALSE OR OK("never.Arn")')).toEqual(['1 OK']);
  });

  test('a suppressor is that of its alarm alone, and so are actions', () => {
    const told = (own: string, properties: object) => ({
      ...metric(own),
      properties: { ...metric(own).properties, AlarmActions: ['page'], ...properties },
    });
    const alarms: AlarmSet = {
      metric: [told('c', {}), told('e', { OKActions: ['page'] })],
      composite: [
        composite('effect', 'ALARM("e.Arn")', { ActionsSuppressor: 'c.Arn' }),
        composite('other', 'ALARM("e.Arn")', { OKActions: ['page'] }),
      ],
    };
    const courses = alarmCourses(alarms, storeOf({ c: [20, 20, 20, 20], e: [0, 20, 0] }), minute, 4 * minute);
    expect(
      courses.map(({ name, notified, ended }) => [name, ...[notified, ended].map((times) => times.length)]),
    ).toEqual([
      ['c', 1, 0],
      ['e', 1, 1],
      ['effect', 0, 0],
      ['other', 1, 1],
    ]);
  });

  test('a suppressor silences what comes with it, shortly before it and shortly after it', () => {
    const suppression = {
      ActionsSuppressor: 'cause.Arn',
      ActionsSuppressorWaitPeriod: 120,
      ActionsSuppressorExtensionPeriod: 180,
    };
    const alarms: AlarmSet = {
      metric: [metric('c'), metric('e')],
      composite: [composite('effect', 'ALARM("e.Arn")', suppression), composite('cause', 'ALARM("c.Arn")')],
    };
    const told = (e: number[], c: number[]) => run(alarms, { e, c }).effect!.notified;
    expect(told([0, 20, 20, 20], [0, 0, 20, 20])).toEqual([]);
    expect(told([0, 0, 0, 20], [20, 20, 0, 0])).toEqual([]);
    // Without its cause it tells, after the wait.
    expect(told([0, 20, 20, 20], [0, 0, 0, 0])).toEqual([4]);
  });

  // CloudWatch API reference, PutCompositeAlarm: after the extension period the composite alarm performs its actions.
  test('what still holds when the suppressor has ended notifies after the extension period', () => {
    const alarms: AlarmSet = {
      metric: [metric('c'), metric('e')],
      composite: [
        composite('effect', 'ALARM("e.Arn")', {
          OKActions: ['page'],
          ActionsSuppressor: 'cause.Arn',
          ActionsSuppressorWaitPeriod: 60,
          ActionsSuppressorExtensionPeriod: 120,
        }),
        composite('cause', 'ALARM("c.Arn")'),
      ],
    };
    const [effect] = alarmCourses(
      alarms,
      storeOf({ e: [0, 20, 20, 20, 20, 20, 20, 20, 0], c: [0, 20, 20, 0, 0, 0, 0, 0, 0] }),
      minute,
      12 * minute,
    ).filter(({ name }) => name === 'effect');
    expect(effect!.changes.map(({ at, state }) => `${at / minute} ${state}`)).toEqual(['1 OK', '2 ALARM', '9 OK']);
    expect(effect!.notified).toEqual([6 * minute]);
    expect(effect!.ended).toEqual([9 * minute]);
  });

  test('an end that nobody was told the beginning of is not told', () => {
    const alarms: AlarmSet = {
      metric: [metric('c'), metric('e')],
      composite: [
        composite('effect', 'ALARM("e.Arn")', { OKActions: ['page'], ActionsSuppressor: 'cause.Arn' }),
        composite('cause', 'ALARM("c.Arn")'),
      ],
    };
    const [effect] = alarmCourses(alarms, storeOf({ e: [0, 20, 20, 0], c: [20, 20, 20, 20, 20] }), minute, 5 * minute);
    expect([effect!.notified, effect!.ended]).toEqual([[], []]);
  });

  test('a rule that names an alarm of no template, or a circle, is an error', () => {
    expect(() => run({ metric: [], composite: [composite('x', 'ALARM("gone.Arn")')] }, {})).toThrow('gone.Arn');
    expect(() =>
      run({ metric: [], composite: [composite('x', 'ALARM("y.Arn")'), composite('y', 'ALARM("x.Arn")')] }, {}),
    ).toThrow('Composite alarms name each other: x.Arn, y.Arn');
  });
});

describe('the hours before a rehearsal', () => {
  test('are as its fair minutes were', () => {
    const values = Array.from({ length: 12 }, (_, at) => (at < 2 ? 5 : 50));
    const store = withHistory(storeOf({ m: values }).points(), { from: 0, until: 2 * minute });
    const sum = (from: number, until: number) =>
      store.between({ namespace: 'N', name: 'm', dimensions: {}, statistic: 'Sum' }, from * minute, until * minute);
    expect(sum(0, 12)).toBe(2 * 5 + 10 * 50);
    expect(sum(-30, 0)).toBe(30 * 5);
    expect(sum(-6 * 60, 0)).toBe(6 * 60 * 5);
  });
});
