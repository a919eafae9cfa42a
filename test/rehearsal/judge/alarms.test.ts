import { alarmed, alarmRows } from '../../../rehearsal/judge/alarms';
import type { AlarmProperties } from '../../../rehearsal/judge/cloudwatch/alarms';
import type { Evidence, ExpectedAlarms } from '../../../rehearsal/judge/evidence';
import type { Row } from '../../../rehearsal/judge/report';
import { alarms, name, slowShare } from './deployed';
import { drive, healthy, type Made, made, measured, minute, namespace, selfMeasured, start, storeOf } from './healthy';

/** The fault begins a minute and a half into the drive. */
const injectedAt = start + 1.5 * minute;

/** Every call of a crossing is slow from the fault on. */
const slowed = (...crossings: readonly string[]): Made[] =>
  made.map((span) =>
    crossings.includes(span.crossing) && Number(BigInt(span.startNs) / 1_000_000n) >= injectedAt
      ? { ...span, endNs: `${BigInt(span.startNs) + 1_500_000_000n}` }
      : span,
  );

const faulty = (spans: readonly Made[], expectedAlarms: ExpectedAlarms, more: Partial<Evidence> = {}): Evidence =>
  healthy({
    ledger: spans,
    metrics: storeOf([...measured(spans), ...selfMeasured]),
    allowance: { ...healthy().allowance, injectedAt },
    expectedAlarms,
    ...more,
  });
const rowsOf = (evidence: Evidence) => Object.fromEntries(alarmRows(evidence).map((row) => [row.what, row] as const));
const notified = 'alarms that notified somebody';
const ok = (evidence: Evidence) => rowsOf(evidence)[notified]!.ok;

test('a fair day notifies nobody, and nobody is asked whose fault it was', () => {
  expect(alarmRows(healthy())).toEqual<Row[]>([{ what: notified, seen: 'none', expected: 'none', ok: true }]);
});

test('the alarm that must notify does, the others are silent', () => {
  const evidence = faulty(slowed('hk-cn'), { notify: ['Calls to the mainland'], side: 'the mainland' });
  const rows = rowsOf(evidence);
  expect(rows[notified]).toEqual({
    what: notified,
    seen: '"Calls to the mainland" at 14:17:00; in ALARM beneath or suppressed: P99 hk-cn',
    expected: '"Calls to the mainland"',
    ok: true,
  });
  expect(rows['from the fault to the alarm']).toMatchObject({ seen: '90 s (fault at 14:15:30)' });
  expect(rows['from the fault to the alarm']!.ok).toBeUndefined();
  expect(rows['at fault, by the metrics alone']).toMatchObject({ ok: true, expected: 'the mainland' });
  expect(rows['at fault, by the metrics alone']!.seen).toMatch(/^the mainland: round trip of the link 25 → 25 ms/);
});

test('no alarm is accepted in place of the right one, and none beside it', () => {
  const both = slowed('hk-cn');
  expect(ok(faulty(both, { notify: [] }))).toBe(false);
  expect(ok(faulty(both, { notify: ['Services in Hong Kong'] }))).toBe(false);
  expect(ok(faulty(both, { notify: ['Calls to the mainland', 'Services in Hong Kong'] }))).toBe(false);
  expect(ok(faulty(made, { notify: ['Calls to the mainland'] }))).toBe(false);
  expect(rowsOf(faulty(made, { notify: ['Calls to the mainland'] }))['from the fault to the alarm']!.seen).toBe(
    'never',
  );
});

test('a minute before the fault that was bad already says nothing of the fault', () => {
  const always = made.map((span) =>
    span.crossing === 'cn-hk' ? { ...span, endNs: `${BigInt(span.startNs) + 1_500_000_000n}` } : span,
  );
  const rows = rowsOf(faulty(always, { notify: ['Calls to the mainland'], side: 'the mainland' }));
  for (const what of [notified, 'at fault, by the metrics alone'])
    expect(rows[what]).toMatchObject({
      ok: false,
      doubtful: true,
      seen: expect.stringMatching(/^not judged, since the minute before the fault was bad already: P99 cn-hk; /),
    });
  expect(rows['from the fault to the alarm']).not.toHaveProperty('doubtful');
});

test('an alarm that may notify as well need not, and is named with its reason', () => {
  const may = { 'Calls to the mainland': 'it hangs on the machine' };
  expect(ok(faulty(slowed('hk-cn'), { notify: [], may }))).toBe(true);
  expect(ok(faulty(made, { notify: [], may }))).toBe(true);
  expect(rowsOf(faulty(made, { notify: [], may }))[notified]!.expected).toBe(
    'none; may as well: "Calls to the mainland": it hangs on the machine',
  );
  expect(rowsOf(faulty(made, { notify: [], may }))['from the fault to the alarm']).toBeUndefined();
});

test('what follows from another incident is suppressed, and shown', () => {
  const evidence = faulty(slowed('hk-cn', 'none'), { notify: ['Calls to the mainland'] });
  expect(ok(evidence)).toBe(true);
  expect(rowsOf(evidence)[notified]!.seen).toContain('suppressed: P99 hk-cn, P99 none, Services in Hong Kong');
});

/** Alarms of the test's own, of minutes: what they did is judged, not what they are. */
const withAlarms = (evidence: Evidence, ...properties: AlarmProperties[]): Evidence => ({
  ...evidence,
  deployed: {
    ...evidence.deployed,
    alarms: { metric: properties.map((one, n) => ({ arn: `${n}`, properties: one })), composite: [] },
  },
});
const minutely = (heading: string, more: Partial<AlarmProperties>): AlarmProperties => ({
  AlarmName: name(heading),
  AlarmActions: ['topic'],
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
  EvaluationPeriods: 1,
  ...more,
});

test('services that messages name are those that were to be named', () => {
  const failing = made.map((span) => ({ ...span, status: 'ERROR' as const }));
  const Expression = `SELECT SUM("harbourline.calls.excess") FROM SCHEMA("${namespace}", "crossing", "service.name") WHERE "crossing" = 'hk-cn' GROUP BY "service.name"`;
  const alarm = minutely('A caller of the mainland fails', { Metrics: [{ Id: 'q', Expression, Period: 60 }] });
  const about = (spans: readonly Made[], named: readonly string[]) =>
    rowsOf(withAlarms(faulty(spans, { notify: [], named }), alarm))['services that messages name'];
  expect(about(failing, ['payment'])).toMatchObject({ ok: true, seen: 'payment' });
  expect(about(failing, ['fx', 'payment'])).toMatchObject({ ok: false });
  expect(about(made, ['payment'])).toMatchObject({ ok: false, seen: 'none' });
});

/** Median of the calls to the mainland in a minute. */
const slowMinute = (heading: string): AlarmProperties =>
  minutely(heading, {
    Namespace: namespace,
    MetricName: 'traces.span.metrics.duration',
    Dimensions: [
      { Name: 'crossing', Value: 'hk-cn' },
      { Name: 'span.kind', Value: 'SPAN_KIND_CLIENT' },
    ],
    Period: 60,
    ExtendedStatistic: 'p50',
    Threshold: 1_000,
  });
const slowIn = (isSlow: (minutes: number) => boolean) =>
  made.map((span) =>
    isSlow((Number(BigInt(span.startNs) / 1_000_000n) - start) / minute)
      ? { ...span, endNs: `${BigInt(span.startNs) + 1_500_000_000n}` }
      : span,
  );

test('an incident that pages twice is not one incident', () => {
  const what = 'incidents that paged more than once';
  expect(rowsOf(faulty(slowed('hk-cn'), { notify: ['Calls to the mainland'] }))[what]).toMatchObject({ ok: true });
  // The minutes before and after the second one are slow.
  const flapping = slowIn((at) => at < 1 || at >= 2);
  const evidence = healthy({
    ledger: flapping,
    metrics: storeOf([...measured(flapping), ...selfMeasured]),
    expectedAlarms: { notify: ['Calls to the mainland'] },
  });
  expect(rowsOf(withAlarms(evidence, slowMinute('Calls to the mainland')))[what]).toMatchObject({
    ok: false,
    seen: '"Calls to the mainland"',
  });
});

test('the side is judged by the metrics alone', () => {
  const rows = rowsOf(faulty(slowed('cn-hk'), { notify: ['Services in Hong Kong'], side: 'the mainland' }));
  expect(rows['at fault, by the metrics alone']).toMatchObject({ ok: false, expected: 'the mainland' });
  expect(rows['at fault, by the metrics alone']!.seen).toMatch(/^Hong Kong: hk-cn p99/);
  const none = rowsOf(healthy({ expectedAlarms: { notify: [], side: 'nobody' } }));
  expect(none['at fault, by the metrics alone']).toMatchObject({ ok: false, seen: 'no fault was injected' });
});

test('the hours before are as the minute before the fault, without the seconds that warm up', () => {
  expect(alarmed(faulty(made, { notify: [] })).fair).toEqual({ from: injectedAt - minute, until: injectedAt });
  const early = start + 30_000;
  const evidence = faulty(made, { notify: [] });
  expect(alarmed({ ...evidence, allowance: { ...evidence.allowance, injectedAt: early } }).fair).toEqual({
    from: start + 20_000,
    until: early,
  });
  expect(alarmed(healthy()).fair).toBeUndefined();
});

test('alarms are watched until the last metrics have come, and a minute more', () => {
  // Only the last ten seconds are slow: their metrics come after the drive.
  const last = made.map((span) =>
    span.crossing === 'hk-cn' && Number(BigInt(span.startNs) / 1_000_000n) >= drive.until - 15_000
      ? { ...span, endNs: `${BigInt(span.startNs) + 1_500_000_000n}` }
      : span,
  );
  const short = { ...alarms, metric: [quick(), ...alarms.metric.slice(1)] };
  const evidence = faulty(last, { notify: ['Calls to the mainland'] });
  expect(ok({ ...evidence, deployed: { ...evidence.deployed, alarms: short } })).toBe(true);
});

/** The alarm of the border over one minute. */
function quick() {
  const { arn, properties } = slowShare('hk-cn');
  const Metrics = properties.Metrics!.map((metric) =>
    metric.MetricStat ? { ...metric, MetricStat: { ...metric.MetricStat, Period: 60 } } : metric,
  );
  return { arn, properties: { ...properties, Metrics } };
}

test('alarms over what no rehearsal has are not judged, those over what this one had are', () => {
  const course = (heading: string, evidence = healthy()) =>
    alarmed(evidence).courses.find((one) => one.name === name(heading))!.changes;
  expect(course('Store red')).toEqual([]);
  expect(course('Link round trip').map(({ state }) => state)).toEqual(['OK']);
  // It takes silence for a fault: without the probe it notifies.
  const silent = storeOf(
    healthy()
      .metrics.points()
      .filter(({ name: metric }) => metric !== 'link.rtt'),
  );
  expect(course('Link round trip', healthy({ metrics: silent })).map(({ state }) => state)).toEqual(['ALARM']);
});

describe('an alarm over what is measured elsewhere', () => {
  const dropped = 'otelcol_processor_aggregates_dropped';
  const over = (metric: string, dimensions: Record<string, string>) => ({
    arn: 'Elsewhere.Arn',
    properties: {
      AlarmName: name('Elsewhere'),
      Namespace: 'Harbourline/dev',
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      Period: 60,
      Statistic: 'Sum',
      Threshold: 1e9,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'breaching',
      EvaluationPeriods: 1,
    },
  });
  const states = (metric: string, dimensions: Record<string, string>, sent: readonly Record<string, string>[] = []) => {
    const points = sent.map((of) => ({
      namespace: 'Harbourline/dev',
      name: metric,
      unit: 'Count',
      dimensions: of,
      timestamp: start,
      values: [1],
      counts: [1],
    }));
    const evidence = healthy({
      deployed: { dashboards: [], alarms: { metric: [over(metric, dimensions)], composite: [] } },
      metrics: storeOf([...measured(made), ...selfMeasured, ...points]),
    });
    return alarmed(evidence).courses[0]!.changes.map(({ state }) => state);
  };

  test('has no say where nothing of it was heard', () => {
    expect(states('incident.recovery.time', { severity: 'page' })).toEqual([]);
    expect(states(dropped, { tier: 'relay', reason: 'group' })).toEqual([]);
  });

  test('is judged where another outcome of the same tier was heard: what did not occur is a figure, too', () => {
    const alarm = { tier: 'relay', reason: 'group' };
    expect(states(dropped, alarm, [{ tier: 'relay', reason: 'series' }])).toEqual(['ALARM']);
    expect(states(dropped, alarm, [{ tier: 'receiver', reason: 'series' }])).toEqual([]);
    expect(states(dropped, alarm, [{ tier: 'relay' }, { reason: 'group' }, { tier: 'relay', side: 'x' }])).toEqual([]);
    expect(states('link.traceparent', { outcome: 'lost' }, [{ outcome: 'unchanged' }])).toEqual(['ALARM']);
  });

  test('one name, two tiers: that of the samplers is judged, that of the relays is not', () => {
    expect(states('otelcol_exporter_queue_size', { tier: 'sampler' })).toEqual(['OK']);
    expect(states('otelcol_exporter_queue_size', { tier: 'relay' })).toEqual([]);
  });
});

test('the time to the first right alarm counts, not that of another or of the last', () => {
  // Both sides are slow, and the second is admitted: the first that was asked for tells.
  const late = slowed('hk-cn').map((span) =>
    span.crossing === 'none' && Number(BigInt(span.startNs) / 1_000_000n) >= injectedAt
      ? { ...span, endNs: `${BigInt(span.startNs) + 1_500_000_000n}` }
      : span,
  );
  const may = { 'Calls to the mainland': 'it is slow, too' };
  const evidence = faulty(late, { notify: ['Services in Hong Kong'], may });
  const composite = alarms.composite.map(({ arn, properties: { ActionsSuppressor: _, ...properties } }) => ({
    arn,
    properties: properties.AlarmName === name('Services in Hong Kong') ? { ...properties } : properties,
  }));
  const rows = rowsOf({ ...evidence, deployed: { ...evidence.deployed, alarms: { ...alarms, composite } } });
  expect(rows[notified]!.ok).toBe(true);
  expect(rows['from the fault to the alarm']!.seen).toMatch(/^\d+ s \(fault at 14:15:30\)$/);
});

test('where nothing was broken, nobody is asked how long it took', () => {
  const rows = rowsOf(healthy({ expectedAlarms: { notify: ['Calls to the mainland'] } }));
  expect(rows['from the fault to the alarm']).toBeUndefined();
});

test('in a drive that is shorter than its warm-up, its last second stands for the hours before', () => {
  const short = { from: start, until: start + 15_000 };
  const evidence = healthy({ drive: short, allowance: { ...healthy().allowance, injectedAt: start + 14_500 } });
  expect(alarmed(evidence).fair).toEqual({ from: start + 14_000, until: start + 14_500 });
});

test('what the metrics still count after the fault is of before it: it tells nothing of who is at fault', () => {
  // Calls back are slow in the seconds in which the fault begins, calls to the mainland from then on.
  const startOf = ({ startNs }: Made) => Number(BigInt(startNs) / 1_000_000n);
  const spans = slowed('hk-cn').map((span) =>
    span.crossing === 'cn-hk' && startOf(span) >= injectedAt && startOf(span) < injectedAt + 20_000
      ? { ...span, endNs: `${BigInt(span.startNs) + 1_500_000_000n}` }
      : span,
  );
  expect(alarmed(faulty(spans, { notify: [] })).diagnosis).toMatchObject({ side: 'the mainland' });
  // A fault in the last seconds is told by what comes after the drive.
  const late = drive.until - 10_000;
  const atLast = made.map((span) =>
    span.crossing === 'hk-cn' && startOf(span) >= late
      ? { ...span, endNs: `${BigInt(span.startNs) + 1_500_000_000n}` }
      : span,
  );
  const evidence = faulty(atLast, { notify: [] });
  expect(alarmed({ ...evidence, allowance: { ...evidence.allowance, injectedAt: late } }).diagnosis).toMatchObject({
    side: 'the mainland',
  });
});

test('only a missed objective makes the minute before the fault a bad one', () => {
  const bad = slowIn(() => true);
  const judged = (heading: string) =>
    rowsOf(withAlarms(faulty(bad, { notify: [heading] }), slowMinute(heading)))[notified]!;
  expect(judged('Error rate hk-cn').doubtful).toBe(true);
  expect(judged('Budget').doubtful).toBeUndefined();
  // It was fair until the fault.
  const late = withAlarms(
    faulty(
      slowIn((at) => at >= 1.5),
      { notify: ['P99 hk-cn'] },
    ),
    slowMinute('P99 hk-cn'),
  );
  expect(rowsOf(late)[notified]).toMatchObject({ ok: true });
  expect(rowsOf(late)[notified]!.doubtful).toBeUndefined();
});

test('an alarm that is no incident may notify again; the time to the alarm is that of its first message', () => {
  const flapping = slowIn((at) => at < 1 || at >= 2);
  const of = (heading: string) => {
    const evidence = faulty(flapping, { notify: [heading] });
    const allowance = { ...evidence.allowance, injectedAt: start };
    return rowsOf(withAlarms({ ...evidence, allowance }, slowMinute(heading)));
  };
  const rows = of('Budget');
  expect(rows['incidents that paged more than once']).toMatchObject({ ok: true, seen: 'none' });
  expect(rows[notified]!.seen).toBe('"Budget" at 14:15:00, "Budget" at 14:17:00');
  expect(rows['from the fault to the alarm']!.seen).toBe('60 s (fault at 14:14:00)');
});

test('several services are named once each, in whatever order they fail', () => {
  const failing = measured(made.map((span) => ({ ...span, status: 'ERROR' as const })));
  const of = (service: string) =>
    failing.map((point) => ({ ...point, dimensions: { ...point.dimensions, 'service.name': service } }));
  const Expression = `SELECT SUM("harbourline.calls.excess") FROM SCHEMA("${namespace}", "crossing", "service.name") WHERE "crossing" = 'hk-cn' GROUP BY "service.name"`;
  const alarm = minutely('A caller of the mainland fails', { Metrics: [{ Id: 'q', Expression, Period: 60 }] });
  const evidence = (named: readonly string[]) =>
    withAlarms(
      healthy({ metrics: storeOf([...failing, ...of('fx'), ...of('card')]), expectedAlarms: { notify: [], named } }),
      alarm,
    );
  const row = (named: readonly string[]) => rowsOf(evidence(named))['services that messages name'];
  expect(row(['payment', 'fx', 'card'])).toMatchObject({
    ok: true,
    seen: 'card, fx, payment',
    expected: 'payment, fx, card',
  });
  expect(row(['payment', 'fx'])).toMatchObject({ ok: false });
});
