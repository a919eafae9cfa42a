import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectorMetrics, metrics } from '../../../lib/contract/metrics';
import { crossed } from '../../../rehearsal/judge/border';
import type { DataPoint } from '../../../rehearsal/judge/cloudwatch/embedded-metrics';
import type { Evidence } from '../../../rehearsal/judge/evidence';
import { afterStop, judge } from '../../../rehearsal/judge/judge';
import { machineRow } from '../../../rehearsal/judge/machine';
import { metricsSent } from '../../../rehearsal/judge/metrics-sent';
import { percentiles } from '../../../rehearsal/judge/percentiles';
import { refused } from '../../../rehearsal/judge/permissions';
import { type Row, verdict } from '../../../rehearsal/judge/report';
import { bandwidth, selfMeasured as selfMeasuredRow } from '../../../rehearsal/judge/self-measured';
import { redacted } from '../../../rehearsal/judge/sensitive-values';
import { spansCounted } from '../../../rehearsal/judge/spans';
import { sampled } from '../../../rehearsal/judge/traces';
import { alarms, deployed, percentileEntry, slowShare, widget } from './deployed';
import {
  config,
  fateOf,
  healthy,
  kept,
  made,
  measured,
  minute,
  namespace,
  planted,
  selfMeasured,
  start,
  storeOf,
  traces,
} from './healthy';

let whole: Evidence;
beforeEach(() => {
  whole = healthy();
});
/** Every row but those of alarms, which take longest and have tests of their own. */
const rowsOf = (evidence: Evidence): Row[] => [
  ...spansCounted(evidence),
  ...sampled(evidence),
  ...percentiles(evidence),
  ...redacted(evidence),
  ...refused(evidence),
  ...crossed(evidence),
  ...metricsSent(evidence),
  selfMeasuredRow(evidence),
  bandwidth(evidence),
];
const redIn = (rows: readonly Row[]): string[] => rows.flatMap(({ ok, what }) => (ok === false ? [what] : []));
const red = (evidence: Evidence): string[] => redIn(rowsOf(evidence));
const rowOf = (evidence: Evidence, what: string): Row => rowsOf(evidence).find((row) => row.what === what) as Row;

/** A trace of this fate, by its place among them. */
const traceOf = (fate: ReturnType<typeof fateOf>, n = 0): string =>
  traces(made).filter((spans) => fateOf(spans) === fate)[n]![0]!.traceId;
const documentsOf = (trace: string) =>
  made.flatMap(({ traceId, spanId }) => (traceId === trace ? [{ traceId, spanId, traceGroup: 'g' }] : []));
const spansWithout = (trace: string) => whole.spans.filter(({ traceId }) => traceId !== trace);
const allPoints = (): DataPoint[] => whole.metrics.points();
const withPoints = (points: readonly DataPoint[]) => healthy({ metrics: storeOf(points) });

test('where every promise held, every row is green', () => {
  expect(redIn(judge(whole))).toEqual([]);
  expect(verdict(judge(whole))).toBe('passed');
});

/** What breaks a promise of the README's table, and the one row that says so. */
const promises: Readonly<Record<string, () => readonly [row: string, evidence: Evidence]>> = {
  'no span is lost': () => [
    'spans made / counted by the metrics',
    // One call back fewer was counted, of as many as were made.
    withPoints([...measured(made.filter(({ spanId }) => spanId !== made[2]!.spanId)), ...selfMeasured]),
  ],
  'sampling stays in its band': () => [
    'ordinary traces kept',
    healthy({ spans: [...whole.spans, ...documentsOf(traceOf('drop'))] }),
  ],
  'errors and slow traces are kept': () => [
    'failed and slow traces kept',
    healthy({ spans: spansWithout(traceOf('error')) }),
  ],
  'kept traces are complete': () => ['kept traces complete', healthy({ spans: whole.spans.slice(1) })],
  'p99 is right': () => [
    'P99 hk-cn, dashboard / true',
    healthy({
      deployed: {
        ...deployed,
        dashboards: [{ name: 'd', widgets: [widget('P99', [percentileEntry('hk-cn', 'p50')]), ...others('hk-cn')] }],
      },
    }),
  ],
  'nothing sensitive is stored': () => [
    'sensitive values in the store',
    healthy({ edges: [{ serviceName: `payment of ${planted(5)}` }] }),
  ],
  'the writer can write and nothing else': () => [
    "refused to the writer's role",
    healthy({ attempts: { ...whole.attempts, get: 200 } }),
  ],
  'context crosses the border': () => [
    'traceparent across and back',
    healthy({
      payments: whole.payments.map((payment, n) =>
        n === 9 ? { ...payment, settlementTraceId: 'f'.repeat(32) } : payment,
      ),
    }),
  ],
  'the right alarm, and no other': () => [
    'alarms that notified somebody',
    healthy({ expectedAlarms: { notify: ['Calls to the mainland'] } }),
  ],
  'dashboards have data': () => [
    'metrics of dashboards and alarms that were sent',
    healthy({
      deployed: {
        ...deployed,
        dashboards: [
          ...deployed.dashboards,
          {
            name: 'd',
            widgets: [widget('Of nobody', [[namespace, collectorMetrics.accepted.name, 'tier', 'nobody']])],
          },
        ],
      },
    }),
  ],
  'only a trickle leaves': () => [
    'aggregates for the mainland, at most',
    healthy({ metricBytes: (config.link!.relay.bitsPerSecond / 8) * whole.driveSeconds }),
  ],
};

/** The other percentiles of the dashboard. */
const others = (broken: string) =>
  (['hk-cn', 'cn-hk', 'none'] as const)
    .filter((crossing) => crossing !== broken)
    .map((crossing) => widget(`P99 ${crossing}`, [percentileEntry(crossing, 'p99')]));

/** Promises of the table in the documentation, wherever it stands. */
function documented(): string[] {
  const pages = ['README.md', 'docs/rehearsal.md'].map((page) => join(__dirname, '../../..', page)).filter(existsSync);
  const table = pages.map((page) => /^\| promise \|.*\n\|[-|]+\n((?:\|.*\n)+)/m.exec(readFileSync(page, 'utf8'))?.[1]);
  return (table.find((rows) => rows) ?? '').split('\n').flatMap((row) => row.split(' | ')[0]?.slice(2) || []);
}

test.each(Object.entries(promises))('%s: a breach turns its row red, and no other', (_, broken) => {
  const [row, evidence] = broken();
  const rows = judge(evidence);
  expect(redIn(rows)).toEqual([row]);
  expect(verdict(rows)).toBe('failed');
});

test('every promise of the documentation has a breach here', () => {
  expect(Object.keys(promises)).toEqual(documented());
});

describe('what else is judged', () => {
  test('a payment without an answer, without a trace, or none at all', () => {
    const row = 'payments made, answered';
    const change = (payment: object) =>
      healthy({ payments: whole.payments.map((one, n) => (n === 3 ? { ...one, ...payment } : one)) });
    expect(red(change({ traceId: undefined }))).toContain(row);
    expect(red(change({ traceId: 'e'.repeat(32), settlementTraceId: 'e'.repeat(32) }))).toContain(row);
    expect(red(healthy({ payments: [] }))).toContain(row);
    expect(rowOf(change({ traceId: 'e'.repeat(32) }), row).seen).toBe('120, 120; 1 without a span');
  });

  test('a span that was counted twice', () => {
    const evidence = withPoints([...allPoints(), ...measured([made[2]!])]);
    expect(red(evidence)).toEqual(['spans made / counted by the metrics']);
    const cost = { atMost: 1, because: 'it was under way' };
    expect(red({ ...evidence, allowance: { ...whole.allowance, countedTwice: cost } })).toEqual([]);
    expect(
      rowOf(
        { ...evidence, allowance: { ...whole.allowance, countedTwice: cost } },
        'spans made / counted by the metrics',
      ),
    ).toMatchObject({
      seen: '480 / 481',
      expected: 'at most 1 more: it was under way',
    });
  });

  test('a span that no metric counted, as far as the scenario admits it', () => {
    const evidence = withPoints([...measured(made.slice(1)), ...selfMeasured]);
    const admit = (atMost: number) =>
      red({ ...evidence, allowance: { ...whole.allowance, notCounted: { atMost, because: 'killed' } } });
    expect(admit(0)).toContain('spans made / counted by the metrics');
    expect(admit(1)).toEqual([]);
    expect(rowOf(evidence, 'spans made / counted by the metrics').seen).toBe('480 / 479: 1 lost');
  });

  test('a refused request of AWS, a dead letter, a span without group, a process that was killed', () => {
    expect(red(healthy({ refusals: new Map([['logs: no signature', 2]]) }))).toEqual(['AWS requests refused']);
    expect(rowOf(healthy({ refusals: new Map([['logs: no signature', 2]]) }), 'AWS requests refused').seen).toBe(
      '2 × logs: no signature',
    );
    expect(red(healthy({ deadLetters: ['{}'] }))).toEqual(['dead letters']);
    const [first, ...rest] = whole.spans;
    expect(red(healthy({ spans: [{ traceId: first!.traceId, spanId: first!.spanId }, ...rest] }))).toEqual([
      'spans without trace group',
    ]);
    expect(redIn(judge(healthy({ cleanStop: false })))).toEqual(['processes ended when asked']);
  });

  test('while processes still run, nobody says that they ended; after the stop that row alone is another', () => {
    const { cleanStop: _, ...running } = healthy({});
    const rows = judge(running);
    const row = (of: readonly Row[]) => of.find(({ what }) => what === 'processes ended when asked');
    expect(row(rows)).toEqual(expect.objectContaining({ seen: 'nobody has asked them yet' }));
    expect(row(rows)).not.toHaveProperty('ok');
    expect(afterStop(rows, true)).toEqual(judge(healthy({})));
    expect(redIn(afterStop(rows, false))).toEqual(['processes ended when asked']);
    const busy = rows.map((each): Row => (each.what === machineRow ? { ...each, ok: false, doubtful: true } : each));
    expect(row(afterStop(busy, false))).toHaveProperty('doubtful', true);
    // What another row cannot tell is no reason to doubt this one.
    const other = rows.map((each): Row => (each.what === 'dead letters' ? { ...each, doubtful: true } : each));
    expect(redIn(afterStop(other, false))).toEqual(['processes ended when asked']);
    expect(row(afterStop(other, false))).not.toHaveProperty('doubtful');
  });

  test('the rows of the scenario come with the others, those of its end too', () => {
    const row: Row = { what: 'mine', seen: 'no', expected: 'yes', ok: false };
    const allowance = { ...whole.allowance, rows: [row], atRest: () => [{ ...row, what: 'mine, at rest' }] };
    expect(redIn(judge(healthy({ allowance })))).toEqual(['mine', 'mine, at rest']);
  });
});

describe('traces', () => {
  test('the floor is always kept; the band while the budget lasts', () => {
    expect(red(healthy({ spans: spansWithout(traceOf('floor')) }))).toEqual(['ordinary traces kept']);
    expect(red(healthy({ spans: spansWithout(traceOf('band')) }))).toEqual([]);
  });

  test('slow ones are kept, as failed ones are', () => {
    expect(red(healthy({ spans: spansWithout(traceOf('slow')) }))).toEqual(['failed and slow traces kept']);
  });

  test('the store has no trace that nobody made, and no span of another trace', () => {
    const foreign = { traceId: 'd'.repeat(32), spanId: 'd'.repeat(16), traceGroup: 'g' };
    expect(red(healthy({ spans: [...whole.spans, foreign] }))).toEqual(['kept traces complete']);
    const { traceId } = whole.spans[0]!;
    expect(red(healthy({ spans: [...whole.spans, { ...foreign, traceId }] }))).toEqual(['kept traces complete']);
    // As many as were made, and one of them is another.
    expect(red(healthy({ spans: [{ ...foreign, traceId }, ...whole.spans.slice(1)] }))).toEqual([
      'kept traces complete',
    ]);
    // The store has one document a span: a retry that wrote another is no whole trace.
    expect(red(healthy({ spans: [...whole.spans, whole.spans[0]!] }))).toEqual(['kept traces complete']);
  });

  test('what was promised counts, not what is run: a narrower band in the configuration turns the row red', () => {
    const sampling = { ...config.sampling, ceilingPercent: 20 };
    expect(red(healthy({ config: { ...config, sampling } }))).toEqual(['ordinary traces kept']);
    const slower = { ...config.sampling, slowThresholdMs: 5_000 };
    expect(red(healthy({ config: { ...config, sampling: slower } }))).not.toContain('failed and slow traces kept');
  });

  test('a scenario may cost traces, missing and incomplete together', () => {
    const spans = spansWithout(traceOf('error')).slice(1);
    const admit = (atMost: number) =>
      healthy({ spans, allowance: { ...whole.allowance, tracesHarmed: { atMost, because: 'under way' } } });
    expect(red(admit(2))).toEqual([]);
    expect(rowOf(admit(2), 'traces missing or incomplete')).toMatchObject({
      seen: '1 that had to be kept are missing, 1 are incomplete',
      expected: 'at most 2 together: under way',
    });
    expect(red(admit(1))).toEqual(['traces missing or incomplete']);
    expect(rowsOf(whole).map(({ what }) => what)).not.toContain('traces missing or incomplete');
  });

  test('a rehearsal without a failed trace, or without any, says nothing of them', () => {
    const unfailed = made.filter(
      ({ traceId }) => !made.some((span) => span.traceId === traceId && span.status === 'ERROR'),
    );
    const of = (spans: typeof made) => ({
      ledger: spans,
      spans: kept(spans),
      metrics: storeOf([...measured(spans), ...selfMeasured]),
    });
    expect(red(healthy(of(unfailed)))).toEqual(['payments made, answered', 'failed and slow traces kept']);
    expect(red(healthy({ ...of([]), payments: [] }))).toEqual(
      expect.arrayContaining(['spans made / counted by the metrics', 'ordinary traces kept', 'kept traces complete']),
    );
  });
});

describe('the writer', () => {
  test.each(['search', 'get', 'delete', 'deleteIndex', 'writeElsewhere', 'createIndex', 'readRoles'] as const)(
    'may not %s: only 403 is a refusal',
    (attempt) => {
      for (const status of [200, 201, 404, 500, 0]) {
        expect(refused({ ...whole, attempts: { ...whole.attempts, [attempt]: status } })[0]).toMatchObject({
          what: "refused to the writer's role",
          ok: false,
          certain: true,
        });
      }
      const { [attempt]: _, ...untried } = whole.attempts;
      expect(refused({ ...whole, attempts: untried as typeof whole.attempts })[0]!.ok).toBe(false);
    },
  );

  test('what was not refused is named with its answer', () => {
    expect(
      rowOf(healthy({ attempts: { ...whole.attempts, deleteIndex: 200 } }), "refused to the writer's role").seen,
    ).toBe('delete the index answered 200');
  });
});

describe('percentiles', () => {
  const durations = metrics.duration.name;
  /** Durations of a crossing as measured wrongly. */
  const off = (crossing: string, factor: number) =>
    withPoints(
      allPoints().map((point) =>
        point.name === durations && point.dimensions.crossing === crossing
          ? { ...point, values: point.values.map((value) => value * factor) }
          : point,
      ),
    );

  test.each(['hk-cn', 'cn-hk', 'none'])('%s: within 2 %% either way', (crossing) => {
    const row = `P99 ${crossing}, dashboard / true`;
    for (const factor of [0.985, 1.015]) expect(red(off(crossing, factor))).toEqual([]);
    for (const factor of [0.975, 1.025]) expect(red(off(crossing, factor))).toEqual([row]);
  });

  test.each(['hk-cn', 'cn-hk', 'none'] as const)('%s: the alarm reads the promised objective', (crossing) => {
    const rest = alarms.metric.filter(({ arn }) => arn !== `P99 ${crossing}.Arn`);
    const with_ = (limit: number) =>
      healthy({ deployed: { ...deployed, alarms: { ...alarms, metric: [...rest, slowShare(crossing, limit)] } } });
    expect(red(with_(config.observe.objectives.p99Ms[crossing]))).toEqual([]);
    expect(red(with_(config.observe.objectives.p99Ms[crossing] + 100))).toEqual([
      `slow calls ${crossing}, alarm / true`,
    ]);
  });

  test('the share above the objective is the true one, but for calls near the objective', () => {
    const wrong = off('hk-cn', 0.15);
    expect(red(wrong)).toEqual(['P99 hk-cn, dashboard / true', 'slow calls hk-cn, alarm / true']);
    expect(rowOf(whole, 'slow calls hk-cn, alarm / true')).toMatchObject({
      seen: '1.67 % / 1.67 % above 500 ms',
      expected: '1.67 to 1.67 %: calls near the limit count on either side',
    });
    // 2,500 ms become 495: below the limit of the alarm, and within 2 % of it.
    const near = made.map((span) =>
      span.crossing === 'hk-cn' && Number(BigInt(span.endNs) - BigInt(span.startNs)) > 1e9
        ? { ...span, endNs: `${BigInt(span.startNs) + 505_000_000n}` }
        : span,
    );
    const counted = near.map((span) =>
      span.crossing === 'hk-cn' && Number(BigInt(span.endNs) - BigInt(span.startNs)) === 505_000_000
        ? { ...span, endNs: `${BigInt(span.startNs) + 499_000_000n}` }
        : span,
    );
    const evidence = healthy({ ledger: near, metrics: storeOf([...measured(counted), ...selfMeasured]) });
    expect(red(evidence).filter((what) => what.startsWith('slow calls'))).toEqual([]);
  });

  test('spans of the mainland are recognised by the promised prefixes', () => {
    const mainland = { ...config.mainland, prefixes: ['10.99.0.0/16'] };
    expect(red(healthy({ config: { ...config, mainland } }))).toEqual(
      expect.arrayContaining(['P99 hk-cn, dashboard / true', 'P99 cn-hk, dashboard / true']),
    );
  });
});

describe('sensitive values', () => {
  const row = 'sensitive values in the store';

  test('are found in spans, in the service map and in dead letters', () => {
    const [first, ...rest] = whole.spans;
    expect(red(healthy({ spans: [{ ...first!, traceGroup: planted(2) }, ...rest] }))).toEqual([row]);
    expect(red(healthy({ deadLetters: [planted(2)] }))).toEqual(['dead letters', row]);
  });

  test('none found says something only where some were there to find', () => {
    const ledger = made.map((span) => ({ ...span, name: 'POST /payments' }));
    expect(red(healthy({ ledger }))).toEqual([row]);
    expect(rowOf(whole, row).seen).toBe('0 of 120 forms; 120 span names carried one');
  });

  test('those that a scenario planted count as well', () => {
    const allowance = { ...whole.allowance, planted: ['a.secret@example.com'] };
    expect(red(healthy({ allowance, edges: [{ to: 'a.secret@example.com' }] }))).toEqual([row]);
  });
});

describe('the border', () => {
  const row = 'traceparent across and back';

  test('a call back in no trace of ours, none at all, no answer from over there', () => {
    const back = made.findIndex(({ crossing }) => crossing === 'cn-hk');
    const stray = made.map((span, n) => (n === back ? { ...span, traceId: 'c'.repeat(32) } : span));
    expect(red(healthy({ ledger: stray }))).toContain(row);
    const none = made.filter(({ crossing }) => crossing !== 'cn-hk');
    expect(red(healthy({ ledger: none }))).toContain(row);
    const silent = whole.payments.map(({ settlementTraceId: _, ...payment }) => payment);
    expect(red(healthy({ payments: silent }))).toEqual([row]);
    expect(rowOf(whole, row).seen).toBe('120 of 120 seen over there; 120 of 120 calls back in their trace');
  });

  test('no aggregate at all is no trickle; without a link the limit is 1,000 kbit/s', () => {
    const trickle = 'aggregates for the mainland, at most';
    expect(red(healthy({ metricBytes: 0 }))).toEqual([trickle]);
    const alone = { ...config, link: undefined };
    const bytes = (kilobits: number) =>
      healthy({ config: alone, metricBytes: (kilobits * 1000 * whole.driveSeconds) / 8 });
    expect(red(bytes(999))).toEqual([]);
    expect(red(bytes(1_000))).toEqual([trickle]);
    expect(rowOf(bytes(999), trickle)).toMatchObject({
      seen: '22,477,500 bytes, 999.0 kbit/s (as JSON; 0.4 by zstd)',
      expected: '< 1,000 kbit/s, no span',
    });
  });
});

describe('metrics', () => {
  const sent = 'metrics of dashboards and alarms that were sent';
  const known = 'sets of dimensions sent and known';
  const extra = (name: string, dimensions: Record<string, string>): DataPoint => ({
    namespace,
    name,
    unit: 'Count',
    dimensions,
    timestamp: start + minute,
    values: [1],
    counts: [1],
  });

  test('a metric that is not known, or a known one with dimensions that are not', () => {
    expect(red(withPoints([...allPoints(), extra('traces.of.nobody', {})]))).toEqual([known]);
    expect(
      red(withPoints([...allPoints(), extra(collectorMetrics.accepted.name, { tier: 'agent', host: 'a' })])),
    ).toEqual([known]);
  });

  test('a metric that is always there, and is not', () => {
    const { name } = collectorMetrics.refused;
    const evidence = withPoints(allPoints().filter((point) => point.name !== name));
    expect(red(evidence)).toEqual([known]);
    expect(rowOf(evidence, known).seen).toBe(`not sent: ${name} {tier}`);
    // A short drive may end before the first reading.
    expect(red({ ...evidence, driveSeconds: 59 })).toEqual([]);
    expect(red({ ...evidence, driveSeconds: 60 })).toEqual([known]);
  });

  test('what only a fault sends may be missing, on dashboards too', () => {
    const { foreign, unknownKeys } = collectorMetrics;
    const shown = (...entries: Parameters<typeof widget>[1] & object) =>
      healthy({
        deployed: { ...deployed, dashboards: [...deployed.dashboards, { name: 'd', widgets: [widget('w', entries)] }] },
      });
    expect(
      red(shown([namespace, foreign.name, 'tier', 'agent'], [namespace, unknownKeys.name, 'tier', 'agent'])),
    ).toEqual([]);
    expect(red(shown([namespace, metrics.calls.name, 'crossing', 'hk-cn', 'status.code', 'STATUS_CODE_OK']))).toEqual([
      sent,
    ]);
    expect(red(shown([namespace, metrics.calls.name, 'crossing', 'x', 'status.code', 'STATUS_CODE_ERROR']))).toEqual(
      [],
    );
    expect(red(shown([namespace, metrics.calls.name, 'crossing', 'x', 'traceparent', 'lost']))).toEqual([]);
  });

  test('a search that finds nothing is named by its widget', () => {
    const search = (name: string, dimension: string) =>
      `SEARCH('{"${namespace}","${dimension}"} MetricName="${name}"', 'Sum', 60)`;
    const shown = (expression: string) =>
      healthy({
        deployed: {
          ...deployed,
          dashboards: [...deployed.dashboards, { name: 'd', widgets: [widget('Of hosts', [[{ expression }]])] }],
        },
      });
    const evidence = shown(search(collectorMetrics.accepted.name, 'host'));
    expect(red(evidence)).toEqual([sent]);
    expect(rowOf(evidence, sent).seen).toBe('missing: anything for "Of hosts"');
    // With a metric that is missing, too, both are.
    const { dashboards } = evidence.deployed;
    const nobody = widget('Of nobody', [[namespace, collectorMetrics.accepted.name, 'tier', 'nobody']]);
    const both = healthy({ deployed: { ...deployed, dashboards: [...dashboards, { name: 'e', widgets: [nobody] }] } });
    expect(red(both)).toEqual([sent]);
    expect(rowOf(both, sent).seen).toMatch(/^missing: .+, anything for "Of hosts"$/);
    expect(red(shown(search(collectorMetrics.foreign.name, 'tier')))).toEqual([]);
    expect(red(shown(search(metrics.calls.name, 'status.code')))).toEqual([]);
  });

  test('dashboards that show nothing of ours prove nothing', () => {
    expect(red(healthy({ deployed: { dashboards: [], alarms: { metric: [], composite: [] } } }))).toContain(sent);
  });

  test('collectors and writers measure themselves', () => {
    const row = 'collectors and writers measure themselves';
    const without = (name: string, more: Record<string, string> = {}) =>
      withPoints(
        allPoints().filter(
          (point) =>
            point.name !== name ||
            Object.entries(more).some(([dimension, value]) => point.dimensions[dimension] !== value),
        ),
      );
    const { accepted, queued, decided } = collectorMetrics;
    for (const tier of ['agent', 'gateway', 'sampler']) {
      expect(rowOf(without(accepted.name, { tier }), row)).toMatchObject({
        ok: false,
        seen: `nothing of ${tier}: ${accepted.name}`,
      });
      expect(rowOf(without(queued.name, { tier }), row).ok).toBe(false);
    }
    expect(rowOf(without('harbourline_writer_documents_stored'), row).ok).toBe(false);
    expect(rowOf(without(decided.name, { sampled: 'true' }), row).ok).toBe(false);
    expect(rowOf(whole, row).seen).toBe('7 of 7; kept share so far 50.0 % of all traces');
    expect(rowOf({ ...without(accepted.name), driveSeconds: 59 }, row).ok).toBeUndefined();
    expect(rowOf({ ...without(accepted.name), driveSeconds: 60 }, row).ok).toBe(false);
  });

  test('a node stays below what it may send', () => {
    const row = 'bandwidth of a node, zstd';
    const egress = (kilobits: number) =>
      withPoints(
        allPoints().map((point) =>
          point.name === collectorMetrics.egress.name ? { ...point, values: [kilobits] } : point,
        ),
      );
    expect(red(egress(999))).toEqual([]);
    expect(red(egress(1_000))).toEqual([row]);
    expect(rowOf(egress(999), row).seen).toBe('999 kbit/s, at most 999');
    const silent = withPoints(allPoints().filter(({ name }) => name !== collectorMetrics.egress.name));
    expect(rowOf(silent, row)).toMatchObject({ ok: false, seen: 'no figure' });
  });
});
