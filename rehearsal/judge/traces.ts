/** What the samplers kept, trace by trace, and what of it is in the store. */
import { permitted } from './allowance';
import type { Evidence } from './evidence';
import { count, type Row } from './report';
import { bandOf, type Expectation, expectation } from './sampling';

/** Spans by their trace id. */
function byTrace<T extends { traceId: string }>(spans: readonly T[]): Map<string, T[]> {
  const traces = new Map<string, T[]>();
  for (const span of spans) {
    const known = traces.get(span.traceId);
    if (known) known.push(span);
    else traces.set(span.traceId, [span]);
  }
  return traces;
}

/** Sampling stays in its band; errors and slow traces are kept; kept traces are complete. */
export function sampled({ config, ledger, spans, deadLetters, allowance }: Evidence): Row[] {
  const band = bandOf(config);
  const made = byTrace(ledger);
  const stored = byTrace(spans);
  const seen: Record<Expectation, { made: number; kept: number }> = {
    error: { made: 0, kept: 0 },
    slow: { made: 0, kept: 0 },
    floor: { made: 0, kept: 0 },
    band: { made: 0, kept: 0 },
    drop: { made: 0, kept: 0 },
  };
  let incomplete = 0;
  for (const [traceId, spansOfTrace] of made) {
    const kind = seen[expectation(spansOfTrace, band)];
    kind.made += 1;
    const documents = stored.get(traceId);
    if (!documents) continue;
    kind.kept += 1;
    const ids = new Set(documents.map(({ spanId }) => spanId));
    if (documents.length !== spansOfTrace.length || !spansOfTrace.every(({ spanId }) => ids.has(spanId)))
      incomplete += 1;
  }
  const ordinary = seen.floor.made + seen.band.made + seen.drop.made;
  const kept = seen.floor.kept + seen.band.kept + seen.drop.kept;
  const foreign = [...stored.keys()].filter((traceId) => !made.has(traceId)).length;
  const ungrouped = spans.filter(({ traceGroup }) => !traceGroup).length;
  const share = (part: { made: number; kept: number }) => `${part.kept} of ${part.made}`;
  const missing = (...kinds: Expectation[]) => kinds.reduce((sum, kind) => sum + seen[kind].made - seen[kind].kept, 0);
  const harmed = missing('floor', 'error', 'slow') + incomplete;
  const { tracesHarmed } = allowance;
  return [
    {
      what: 'ordinary traces kept',
      seen: `${((100 * kept) / Math.max(1, ordinary)).toFixed(1)} % (${kept} of ${ordinary}; floor ${share(seen.floor)}, band ${share(seen.band)}, others ${share(seen.drop)})`,
      expected: `all of the ${band.floorPercent} % floor, none beyond the ${band.ceilingPercent} % ceiling, by the hash of the trace id`,
      ok: seen.floor.made > 0 && missing('floor') <= tracesHarmed.atMost && seen.drop.kept === 0,
    },
    {
      what: 'failed and slow traces kept',
      seen: `${share(seen.error)} failed, ${share(seen.slow)} slow`,
      expected: 'all, within their budget',
      ok: seen.error.made > 0 && missing('error', 'slow') <= tracesHarmed.atMost,
    },
    {
      what: 'kept traces complete',
      seen: `${stored.size - incomplete} of ${stored.size}, ${count(spans.length)} spans`,
      expected: 'all, every span once, no foreign trace',
      ok: stored.size > 0 && incomplete <= tracesHarmed.atMost && foreign === 0,
    },
    ...(tracesHarmed.atMost > 0
      ? [
          {
            what: 'traces missing or incomplete',
            seen: `${harmed - incomplete} that had to be kept are missing, ${incomplete} are incomplete`,
            expected: permitted('0', [tracesHarmed, 'together']),
            ok: harmed <= tracesHarmed.atMost,
          },
        ]
      : []),
    { what: 'spans without trace group', seen: count(ungrouped), expected: '0', ok: ungrouped === 0, certain: true },
    {
      what: 'dead letters',
      seen: count(deadLetters.length),
      expected: '0',
      ok: deadLetters.length === 0,
      certain: true,
    },
  ];
}
