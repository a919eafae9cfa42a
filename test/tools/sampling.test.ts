import { createHash } from 'node:crypto';
import { hashSalt } from '../../lib/contract/sampling';
import { within } from '../../rehearsal/judge/sampling';
import { type RecordedTrace, tracesOf } from '../../rehearsal/recorded-traces';
import { ofKept, outcome, whole } from '../../tools/sampling/outcome';
import { report } from '../../tools/sampling/report';
import { tried } from '../../tools/sampling/tried';
import { environments } from '../support/app';

const config = environments[0]!;
const { sampling } = config;
const fleet = { instances: 2, bytesPerSpan: 400 };

/** Traces of an hour: one of a hundred failed, one of fifty slow. */
const recorded = Array.from(
  { length: 20_000 },
  (_, n): RecordedTrace => ({
    id: createHash('md5').update(`${n}`).digest('hex'),
    at: n * 180,
    spans: 10,
    failed: n % 100 === 0,
    durationMs: n % 50 === 1 ? sampling.slowThresholdMs + 500 : 100,
  }),
);

describe('a dry run of sampling', () => {
  test('keeps errors and slow ones, and of ordinary traces the band', () => {
    const { kept, errors, slow, ordinary, exhausted } = outcome(whole(recorded), sampling, fleet);
    expect(errors.traces).toBe(200);
    expect(kept.errors.traces).toBe(200);
    expect(slow.traces).toBe(400);
    expect(kept.slow.traces).toBe(400);
    expect(kept.ordinary.traces / ordinary.traces).toBeCloseTo(sampling.ceilingPercent / 100, 5);
    expect(exhausted).toEqual({ errors: false, slow: false, band: false });
  });

  test('a budget that runs out leaves the floor, and says so', () => {
    const small = { ...sampling, bytesPerSecond: 1_000 };
    const { kept, ordinary, exhausted } = outcome(whole(recorded), small, { instances: 0, bytesPerSpan: 4_000 });
    const share = kept.ordinary.traces / ordinary.traces;
    expect(share).toBeGreaterThan(sampling.floorPercent / 100);
    expect(share).toBeLessThan(sampling.ceilingPercent / 100);
    expect(exhausted.band).toBe(true);
  });

  test('a lower threshold makes ordinary traces slow ones', () => {
    const { slow } = outcome(whole(recorded), { ...sampling, slowThresholdMs: 50 }, fleet);
    expect(slow.traces).toBe(recorded.length - 200);
  });

  test('what was kept says what came', () => {
    const kept = recorded.filter(
      ({ id, failed, durationMs }) =>
        failed || durationMs > sampling.slowThresholdMs || within(sampling.ceilingPercent, hashSalt, id),
    );
    const all = outcome(whole(recorded), sampling, fleet);
    const sampled = outcome(ofKept(kept, sampling), sampling, fleet);
    expect(sampled.errors).toEqual(all.errors);
    expect(sampled.slow).toEqual(all.slow);
    expect(sampled.ordinary.traces / all.ordinary.traces).toBeCloseTo(1, 1);
  });

  test('is a table of now and then', () => {
    const traces = whole(recorded);
    const more = tried(config, ['floor=20', 'ceiling=25']);
    const text = report(traces, {
      now: outcome(traces, sampling, fleet),
      tried: outcome(traces, more.sampling, fleet),
      bytesPerSpan: 400,
      source: 'a test',
    });
    expect(text).toContain('20,000 traces of a test, 3,600 s');
    expect(text).toMatch(/^ordinary traces +[\d,]+ of 19,400 \(30\.0 %\) +[\d,]+ of 19,400 \(25\.0 %\)$/m);
    expect(text).toContain('Stored spans: 0.85 times those of now.');
  });
});

test('settings that the configuration would refuse are refused in its words', () => {
  expect(() => tried(config, ['floor=5'])).toThrow('--try › sampling.floorPercent');
  expect(() => tried(config, ['floor=30', 'ceiling=20'])).toThrow('sampling.ceilingPercent');
  expect(() => tried(config, ['flor=20'])).toThrow('--try flor=20: write SETTING=N');
  expect(() => tried(config, ['floor=many'])).toThrow('--try floor=many');
  expect(() => tried(config, [])).toThrow('--try is missing');
});

test('a ledger becomes traces', () => {
  const span = (traceId: string, startNs: string, endNs: string, status: 'OK' | 'ERROR') => ({
    traceId,
    spanId: startNs,
    parentSpanId: '',
    name: 'POST /pay',
    kind: 'SERVER' as const,
    startNs,
    endNs,
    status,
    serverAddress: null,
    clientAddress: null,
  });
  expect(
    tracesOf([
      span('b', '5000000', '9000000', 'OK'),
      span('a', '2000000', '4000000', 'OK'),
      span('a', '1000000', '3000000', 'ERROR'),
    ]),
  ).toEqual([
    { id: 'a', at: 1, spans: 2, failed: true, durationMs: 3 },
    { id: 'b', at: 5, spans: 1, failed: false, durationMs: 4 },
  ]);
});
