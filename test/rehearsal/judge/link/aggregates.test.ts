import { metricNamespace, metrics } from '../../../../lib/contract/metrics';
import { MetricStore } from '../../../../rehearsal/judge/cloudwatch/metric-store';
import { account } from '../../../../rehearsal/judge/link/aggregates';
import { alarmWentOff } from '../../../../rehearsal/judge/link/alarm';

const minute = 60_000;

/** Calls by minute, of one group. */
function store(calls: readonly number[], crossing = 'none'): MetricStore {
  const made = new MetricStore();
  for (const [index, value] of calls.entries())
    made.add([
      {
        namespace: metricNamespace('dev'),
        name: metrics.calls.name,
        unit: 'Count',
        dimensions: {
          crossing,
          'span.kind': 'SPAN_KIND_SERVER',
          'service.name': 'payment',
          'status.code': 'STATUS_CODE_UNSET',
        },
        timestamp: index * minute + 15_000,
        values: [value],
        counts: [1],
      },
    ]);
  return made;
}

const compare = (counted: readonly number[], arrived: readonly number[], crossing?: string) =>
  account(store(counted, crossing), store(arrived, crossing), 'dev', 10);

test('what arrived is not lost', () => {
  expect(compare([100, 200], [100, 200])).toEqual({ counted: 300, arrived: 300, suppressed: 0, lost: 0, twice: 0 });
});

test('a group that was too small in both windows of its minute is suppressed, not lost', () => {
  expect(compare([18], [0])).toMatchObject({ suppressed: 18, lost: 0 });
  expect(compare([19], [0])).toMatchObject({ suppressed: 18, lost: 1 });
});

test('where traceparent tells two groups apart, both may have been too small', () => {
  expect(compare([36], [0], 'cn-hk')).toMatchObject({ suppressed: 36, lost: 0 });
});

test('a window that did not arrive is lost, though the minute before arrived twice', () => {
  expect(compare([100, 100], [200, 0])).toMatchObject({ counted: 200, arrived: 200, lost: 82, twice: 100 });
});

test('only the minutes that were asked for count', () => {
  expect(account(store([100, 100]), store([100]), 'dev', 10, (at) => at < minute)).toMatchObject({
    counted: 100,
    lost: 0,
  });
});

test.each([
  ['three of five minutes', [0, 2, 4], true],
  ['two of five', [0, 1], false],
  ['three, too far apart', [0, 3, 6], false],
  ['three, after one long before', [0, 10, 11, 12], true],
] as const)('an alarm of three minutes in five, with %s breaching', (_what, minutes, off) => {
  const store = new MetricStore();
  const of = { namespace: 'N', name: 'm', unit: 'Count', dimensions: {}, counts: [1] };
  store.add(minutes.map((at) => ({ ...of, timestamp: at * minute, values: [2] })));
  const properties = {
    AlarmName: 'x: y',
    Namespace: 'N',
    MetricName: 'm',
    Period: 60,
    Statistic: 'Sum',
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    EvaluationPeriods: 5,
    DatapointsToAlarm: 3,
  };
  const set = { metric: [{ arn: 'y', properties }], composite: [] };
  expect(alarmWentOff(set, 'y', store)).toMatchObject({
    ok: off,
    what: 'header stripped: alarm "y"',
    seen: off ? expect.stringMatching(/^it went off at 00:\d\d$/) : 'it did not go off',
    expected: 'goes off: 3 of 5 minutes',
  });
  expect(() => alarmWentOff(set, 'x', store)).toThrow('The template has no alarm "x".');
  const { DatapointsToAlarm: _, ...all } = properties;
  expect(alarmWentOff({ ...set, metric: [{ arn: 'y', properties: all }] }, 'y', store)).toMatchObject({
    ok: false,
    expected: 'goes off: 5 of 5 minutes',
  });
});
