/** Where a promise holds by a hair, and where it is broken by one. */
import type { EnvironmentConfig } from '../../../config/schema';
import { metrics } from '../../../lib/contract/metrics';
import { permitted } from '../../../rehearsal/judge/allowance';
import { crossed } from '../../../rehearsal/judge/border';
import type { DataPoint } from '../../../rehearsal/judge/cloudwatch/embedded-metrics';
import type { Evidence } from '../../../rehearsal/judge/evidence';
import { machine } from '../../../rehearsal/judge/machine';
import { metricsSent } from '../../../rehearsal/judge/metrics-sent';
import { percentiles } from '../../../rehearsal/judge/percentiles';
import { expectation, within } from '../../../rehearsal/judge/sampling';
import { deployed } from './deployed';
import { config, healthy, type Made, made, measured, selfMeasured, storeOf } from './healthy';

const rowOf = (rows: readonly { what: string; ok?: boolean; seen: string }[], what: string) =>
  rows.find((row) => row.what === what)!;

/** Every call of the crossing takes so long, as the services timed it, and so long, as the metrics have it. */
const timed = (ms: number, counted = ms, crossing = 'hk-cn'): Evidence => {
  const of = (each: number): Made[] =>
    made.map((span) =>
      span.crossing === crossing
        ? { ...span, endNs: `${BigInt(span.startNs) + BigInt(Math.round(each * 1e6))}` }
        : span,
    );
  return healthy({ ledger: of(ms), metrics: storeOf([...measured(of(counted)), ...selfMeasured]) });
};

describe('percentiles', () => {
  const p99 = (evidence: Evidence) => rowOf(percentiles(evidence), 'P99 hk-cn, dashboard / true');
  const slow = (evidence: Evidence) => rowOf(percentiles(evidence), 'slow calls hk-cn, alarm / true');

  test('2 % either way are right, more are not, and the row says how far it is off', () => {
    expect(p99(timed(100, 101.9))).toMatchObject({ ok: true, seen: '101.9 ms / 100.0 ms (1.9 %, 120 spans)' });
    expect(p99(timed(100, 102.1)).ok).toBe(false);
    expect(p99(timed(100, 98.1))).toMatchObject({ ok: true, seen: '98.1 ms / 100.0 ms (-1.9 %, 120 spans)' });
    expect(p99(timed(100, 97.9)).ok).toBe(false);
  });

  test('calls within 2 % of the objective count on either side, calls beyond on theirs', () => {
    // The objective itself is no breach.
    expect(slow(timed(500)).seen).toBe('0.00 % / 0.00 % above 500 ms');
    expect(slow(timed(500, 501))).toMatchObject({
      ok: true,
      expected: '0.00 to 100.00 %: calls near the limit count on either side',
    });
    expect(slow(timed(509, 500)).ok).toBe(true);
    expect(slow(timed(511, 500)).ok).toBe(false);
    expect(slow(timed(491, 501)).ok).toBe(true);
    expect(slow(timed(489, 501)).ok).toBe(false);
  });

  test('what a scenario may lose or count twice widens the share, by no more', () => {
    // One call back of a hundred and twenty is missing: less than 1 %.
    const some = (evidence: Evidence, atMost: number): Evidence => ({
      ...evidence,
      allowance: { ...evidence.allowance, notCounted: { atMost, because: 'killed' } },
    });
    const shifted = healthy({
      metrics: storeOf([
        ...measured(
          made.map((span, n) =>
            span.crossing === 'hk-cn' && n < 8 ? { ...span, endNs: `${BigInt(span.startNs) + 900_000_000n}` } : span,
          ),
        ),
        ...selfMeasured,
      ]),
    });
    expect(slow(some(shifted, 0)).ok).toBe(false);
    expect(slow(some(shifted, 1)).ok).toBe(false);
    expect(slow(some(shifted, 2)).ok).toBe(true);
  });

  test('without spans or without figures nothing is right', () => {
    const none = healthy({ ledger: made.filter(({ crossing }) => crossing !== 'hk-cn') });
    expect(p99(none)).toMatchObject({ ok: false, seen: '2517.5 ms / none ms (NaN %, 0 spans)' });
    const silent = healthy({ metrics: storeOf(selfMeasured) });
    expect(p99(silent)).toMatchObject({ ok: false, seen: 'none ms / 2517.5 ms (NaN %, 120 spans)' });
    expect(slow(silent)).toMatchObject({ ok: false, seen: expect.stringMatching(/^none % /) });
  });

  test('another metric, or one of a service, is not the figure of all calls', () => {
    const query = { namespace: 'Harbourline/dev', statistic: 'p99' };
    const widget = (entry: readonly (string | object)[]) => ({
      ...deployed.dashboards[0]!.widgets[0]!,
      properties: { title: 'P99', period: 60, metrics: [entry] },
    });
    const of = (entry: readonly (string | object)[]) =>
      p99(healthy({ deployed: { ...deployed, dashboards: [{ name: 'd', widgets: [widget(entry) as never] }] } })).seen;
    const kind = ['span.kind', 'SPAN_KIND_CLIENT'];
    expect(of([query.namespace, metrics.duration.name, 'crossing', 'hk-cn', ...kind, { stat: 'p99' }])).toMatch(
      /^2517/,
    );
    expect(of([query.namespace, metrics.calls.name, 'crossing', 'hk-cn', ...kind, { stat: 'p99' }])).toMatch(/^none/);
    expect(
      of([
        query.namespace,
        metrics.duration.name,
        'crossing',
        'hk-cn',
        ...kind,
        'service.name',
        'payment',
        { stat: 'p99' },
      ]),
    ).toMatch(/^none/);
  });
});

test('a span between the sides is one by its kind and by the address of the other', () => {
  // A server in Hong Kong that answers nobody known, and a client that calls at home, are no crossing.
  const odd = made.map((span) =>
    span.crossing === 'none' && span.kind === 'INTERNAL'
      ? { ...span, serverAddress: '10.20.0.15', clientAddress: '10.20.0.15' }
      : span,
  );
  const before = percentiles(healthy());
  expect(percentiles(healthy({ ledger: odd }))).toEqual(before);
});

describe('sampling', () => {
  const band = { salt: 's', floorPercent: 0, ceilingPercent: 100, slowThresholdMs: 2_000 };
  const at = (startNs: string, endNs: string) => ({
    ...made[0]!,
    status: 'UNSET' as const,
    startNs,
    endNs,
  });

  test('all is within 100 %, and nothing within 0', () => {
    for (const { traceId } of made) {
      expect(within(100, 's', traceId)).toBe(true);
      expect(within(0, 's', traceId)).toBe(false);
    }
  });

  test('a trace lasts from its earliest start to its latest end, in whatever order its spans come', () => {
    const [early, late] = [at('1000000000', '1500000000'), at('2500000000', '3001000000')];
    for (const spans of [
      [early, late],
      [late, early],
    ]) {
      expect(expectation(spans, band)).toBe('slow');
      expect(
        expectation(
          spans.map((span) => (span === late ? at('2500000000', '3000999999') : span)),
          band,
        ),
      ).toBe('band');
    }
    expect(expectation([late], band)).toBe('band');
  });
});

test('what may be said of a scenario', () => {
  expect(permitted('equal')).toBe('equal');
  expect(permitted('equal', [{ atMost: 0, because: '' }, 'more'])).toBe('equal');
  expect(
    permitted('equal', [{ atMost: 1200, because: 'killed' }, 'fewer'], [{ atMost: 3, because: 'again' }, '']),
  ).toBe('at most 1,200 fewer: killed; at most 3: again');
});

describe('the border', () => {
  const row = (evidence: Evidence) => rowOf(crossed(evidence), 'traceparent across and back');

  test('a payment that never got there is not asked for its header', () => {
    const { payments } = healthy();
    const [first, ...rest] = payments;
    const { settlementTraceId: _, ...without } = first!;
    expect(row(healthy({ payments: [without, ...rest] }))).toMatchObject({
      ok: true,
      seen: '119 of 119 seen over there; 120 of 120 calls back in their trace',
    });
  });

  test('a call back is a server whose caller is no span of ours: neither a child of one, nor a client', () => {
    const child = { ...made[2]!, spanId: 'f'.repeat(16), traceId: 'e'.repeat(32), parentSpanId: made[0]!.spanId };
    const client = { ...child, parentSpanId: 'd'.repeat(16), kind: 'CLIENT' as const };
    expect(row(healthy({ ledger: [...made, child, client] })).seen).toBe(
      '120 of 120 seen over there; 120 of 120 calls back in their trace',
    );
  });
});

describe('the machine', () => {
  const reading = { at: 0, othersPercent: 0, driverDelayMs: 0, pressurePercent: 0 };
  const back = made.filter(({ crossing }) => crossing === 'cn-hk');
  const lasting = (ms: number, n: number) => ({
    ...back[n]!,
    endNs: `${BigInt(back[n]!.startNs) + BigInt(ms) * 1_000_000n}`,
  });
  const figures = (ledger: Evidence['ledger'], injectedAt?: number) =>
    machine({
      machine: [reading],
      ledger,
      allowance: { ...healthy().allowance, ...(injectedAt === undefined ? {} : { injectedAt }) },
    }).figures;

  test('only calls back that ended before the fault tell of it, whatever their order', () => {
    const ledger = [lasting(9, 0), lasting(2, 1), lasting(4, 2), lasting(100, 3)];
    const endOf = (n: number) => Number(BigInt(ledger[n]!.endNs) / 1_000_000n);
    expect(figures(ledger.slice(0, 3), endOf(2))).toContain('a call back took 4.0 ms');
    expect(figures(ledger, endOf(2))).toContain('a call back took 4.0 ms');
    expect(figures(ledger.slice(0, 3), endOf(2) - 1)).toContain('a call back took 9.0 ms');
  });

  test('children of ours and clients are no calls back', () => {
    const child = { ...lasting(500, 0), spanId: 'c'.repeat(16), parentSpanId: back[1]!.spanId };
    const client = { ...lasting(500, 0), spanId: 'b'.repeat(16), kind: 'CLIENT' as const };
    expect(figures([lasting(3, 0), lasting(3, 1), child, client, { ...client, spanId: 'a'.repeat(16) }])).toContain(
      'took 3.0 ms',
    );
  });

  test('without a call back in the calm part nothing is said of one', () => {
    expect(figures([])).not.toContain('a call back');
  });
});

describe('metrics that were sent', () => {
  const sent = (points: readonly DataPoint[]) => metricsSent(healthy({ metrics: storeOf(points) }));
  const points = () => healthy().metrics.points();

  test('what nobody knows and what is missing stand in one line, whatever the order of dimensions', () => {
    const foreign = { ...points()[0]!, name: 'made.up', dimensions: { b: '1', a: '2' } };
    const known = sent([...points(), foreign])[1]!;
    expect(known).toMatchObject({ ok: false, seen: 'sent, not known: made.up {a,b}' });
    const turned = points().map((point) => ({
      ...point,
      dimensions: Object.fromEntries(Object.entries(point.dimensions).reverse()),
    }));
    expect(sent(turned)[1]).toMatchObject({ ok: true });
  });

  test('probes measure where there is a link, and only there', () => {
    const without = storeOf(points().filter(({ name }) => !name.startsWith('link.')));
    const known = (config: EnvironmentConfig) => metricsSent(healthy({ metrics: without, config }))[1]!;
    expect(known(config)).toMatchObject({ ok: false, seen: expect.stringContaining('not sent: link.rtt {path}') });
    const { link: _, ...alone } = config;
    expect(known(alone)).toMatchObject({ ok: true });
  });

  test('what a dashboard shows and nobody sent is named once, with its dimensions', () => {
    const without = points().filter(({ dimensions }) => dimensions.crossing !== 'cn-hk');
    const [shown] = sent(without);
    expect(shown!.ok).toBe(false);
    expect(shown!.seen).toBe(`missing: ${metrics.duration.name} {"crossing":"cn-hk","span.kind":"SPAN_KIND_SERVER"}`);
  });
});

test('the limit of what leaves is that of the relay', () => {
  const { bitsPerSecond } = config.link!.relay;
  const row = (metricBytes: number) =>
    rowOf(crossed(healthy({ metricBytes })), 'aggregates for the mainland, at most').ok;
  const most = (bitsPerSecond / 8) * 180;
  expect([row(most - 1), row(most), row(0)]).toEqual([true, false, false]);
});
