/** The promises, each judged from the evidence. */
import { BlockList } from 'node:net';
import { parse } from 'yaml';
import { crossingAttribute, crossings, kindOfCrossing, metricNamespace, metrics } from '../../lib/contract/metrics';
import type { Cost } from '../scenarios/scenario';
import type { LedgerEntry } from '../stage/services/ledger';
import { shownMetrics } from './cloudwatch/dashboards';
import type { Evidence } from './evidence';
import { observed } from './observability';
import { count, type Row } from './report';
import { bandOf, type Expectation, expectation } from './sampling';
import { redacted } from './sensitive-values';

/**
 * How far a percentile may be off: buckets of 2^(1/32) are 2.2 % wide, and CloudWatch is given their middle; a rank on the
 * edge may fall into the next one. `npm run bench:accuracy` measures it for known distributions.
 */
const percentileTolerance = 0.02;

/** Judges everything. */
export function judge(evidence: Evidence, environment: string): Row[] {
  return [
    ...spansCounted(evidence, environment),
    ...sampled(evidence),
    ...percentiles(evidence),
    ...redacted(evidence),
    ...refused(evidence),
    ...crossed(evidence),
    ...observed(evidence, environment),
    ...evidence.allowance.lines,
    ...(evidence.allowance.atRest?.(evidence) ?? []),
  ];
}

function spansCounted({ ledger, payments, aws, allowance }: Evidence, environment: string): Row[] {
  const counted = countedSpans(aws.metrics, environment);
  const lost = ledger.length - counted;
  const answered = payments.filter(({ traceId }) => traceId);
  const traces = new Set(ledger.map(({ traceId }) => traceId));
  const missing = answered.filter(({ traceId }) => !traces.has(traceId as string)).length;
  return [
    {
      what: 'payments made, answered',
      seen: `${count(payments.length)}, ${count(answered.length)}`,
      expected: 'all answered, each with its trace',
      ok: payments.length > 0 && answered.length === payments.length && missing === 0,
    },
    {
      what: 'spans made / counted by the metrics',
      seen: `${count(ledger.length)} / ${count(counted)}`,
      expected: permitted('equal', [allowance.countedTwice, 'more'], [allowance.notCounted, 'fewer']),
      ok:
        ledger.length > 0 &&
        counted - ledger.length <= allowance.countedTwice.atMost &&
        lost <= allowance.notCounted.atMost,
    },
    {
      what: 'spans lost to the metrics',
      seen: count(Math.max(0, lost)),
      expected: permitted('0', [allowance.notCounted, '']),
      ok: lost <= allowance.notCounted.atMost,
    },
  ];
}

/** What is expected, or what a scenario admits instead, with its reason. */
function permitted(usual: string, ...costs: readonly (readonly [Cost, string])[]): string {
  const admitted = costs.filter(([{ atMost }]) => atMost > 0);
  if (admitted.length === 0) return usual;
  return admitted
    .map(([{ atMost, because }, what]) => `at most ${count(atMost)}${what ? ` ${what}` : ''}: ${because}`)
    .join('; ');
}

/** Spans that the samplers counted, over all crossings and kinds. */
export function countedSpans(store: Evidence['aws']['metrics'], environment: string): number {
  return store
    .search(metricNamespace(environment), metrics.calls.name, [crossingAttribute, 'span.kind'], {})
    .reduce((sum, metric) => sum + (store.total({ ...metric, statistic: 'Sum' }) ?? 0), 0);
}

function byTrace<T extends { traceId: string }>(spans: readonly T[]): Map<string, T[]> {
  const traces = new Map<string, T[]>();
  for (const span of spans) {
    const known = traces.get(span.traceId);
    if (known) known.push(span);
    else traces.set(span.traceId, [span]);
  }
  return traces;
}

function sampled({ ledger, spans, synthesised, deadLetters, allowance }: Evidence): Row[] {
  const band = bandOf(parse(synthesised.sampler.configuration));
  const made = byTrace(ledger);
  const stored = byTrace(spans);
  const seen: Record<Expectation, { made: number; kept: number }> = {
    error: { made: 0, kept: 0 },
    slow: { made: 0, kept: 0 },
    floor: { made: 0, kept: 0 },
    band: { made: 0, kept: 0 },
    late: { made: 0, kept: 0 },
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
    if (ids.size !== spansOfTrace.length || !spansOfTrace.every(({ spanId }) => ids.has(spanId))) incomplete += 1;
  }
  const ordinary = seen.floor.made + seen.band.made + seen.drop.made;
  const kept = seen.floor.kept + seen.band.kept + seen.drop.kept;
  const foreign = [...stored.keys()].filter((traceId) => !made.has(traceId)).length;
  const ungrouped = spans.filter(({ traceGroup }) => !traceGroup).length;
  const share = (part: { made: number; kept: number }) => `${part.kept} of ${part.made}`;
  const missing = [seen.floor, seen.error, seen.slow].reduce((sum, { made, kept }) => sum + made - kept, 0);
  const { tracesHarmed } = allowance;
  return [
    {
      what: 'ordinary traces kept',
      seen: `${((100 * kept) / Math.max(1, ordinary)).toFixed(1)} % (${kept} of ${ordinary}; floor ${share(seen.floor)}, band ${share(seen.band)}, others ${share(seen.drop)})`,
      expected: `all of the ${band.floorPercent} % floor, none beyond the ${band.ceilingPercent} % ceiling, by the hash of the trace id`,
      ok: seen.floor.made > 0 && seen.floor.made - seen.floor.kept <= tracesHarmed.atMost && seen.drop.kept === 0,
    },
    {
      what: 'failed and slow traces kept',
      seen: `${share(seen.error)} failed, ${share(seen.slow)} slow${seen.late.made > 0 ? `; ${share(seen.late)} that failed or got slow after they had been decided` : ''}`,
      expected: 'all, within their budget',
      ok: seen.error.made > 0 && missing <= tracesHarmed.atMost,
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
            seen: `${missing} that had to be kept are missing, ${incomplete} are incomplete`,
            expected: permitted('0', [tracesHarmed, 'together']),
            ok: missing + incomplete <= tracesHarmed.atMost,
          },
        ]
      : []),
    { what: 'spans without trace group', seen: count(ungrouped), expected: '0', ok: ungrouped === 0 },
    { what: 'dead letters', seen: count(deadLetters.length), expected: '0', ok: deadLetters.length === 0 },
  ];
}

function percentiles({ ledger, synthesised, aws, mainlandPrefixes }: Evidence): Row[] {
  const mainland = new BlockList();
  for (const prefix of mainlandPrefixes) {
    const [address = '', bits] = prefix.split('/');
    mainland.addSubnet(address, Number(bits));
  }
  const inMainland = (address: string | null) => address !== null && mainland.check(address);
  const crossingOf = ({ kind, serverAddress, clientAddress }: LedgerEntry) =>
    kind === 'CLIENT' && inMainland(serverAddress)
      ? 'hk-cn'
      : kind === 'SERVER' && inMainland(clientAddress)
        ? 'cn-hk'
        : 'none';
  const shown = synthesised.dashboards.flatMap(({ widgets }) => shownMetrics(widgets, aws.metrics).metrics);
  return crossings.map((crossing): Row => {
    const durations = ledger
      .filter((span) => crossingOf(span) === crossing && `SPAN_KIND_${span.kind}` === kindOfCrossing[crossing])
      .map(({ startNs, endNs }) => Number(BigInt(endNs) - BigInt(startNs)) / 1e6)
      .sort((a, b) => a - b);
    const truth = durations[Math.max(0, Math.ceil(0.99 * durations.length) - 1)];
    // The dashboard's own definition, so that what people will look at is what is measured.
    const query = shown.find(
      ({ statistic, dimensions }) =>
        statistic === 'p99' && dimensions[crossingAttribute] === crossing && Object.keys(dimensions).length === 2,
    );
    const figure = query && aws.metrics.total(query);
    const error = truth !== undefined && figure !== undefined ? figure / truth - 1 : Number.NaN;
    return {
      what: `P99 ${crossing}, dashboard / true`,
      seen: `${figure?.toFixed(1) ?? 'none'} ms / ${truth?.toFixed(1) ?? 'none'} ms (${(100 * error).toFixed(1)} %, ${count(durations.length)} spans)`,
      expected: `within ±${100 * percentileTolerance} %`,
      ok: Math.abs(error) <= percentileTolerance,
    };
  });
}

function refused({ attempts, aws }: Evidence): Row[] {
  const allowed = attempts.filter(({ status }) => status !== 403);
  const refusals = [...aws.refusals].map(([why, times]) => `${times} × ${why}`);
  return [
    {
      what: "refused to the writer's role",
      seen:
        allowed.length === 0
          ? attempts.map(({ what }) => what).join(', ')
          : allowed.map(({ what, status }) => `${what} answered ${status}`).join(', '),
      expected: '403 each',
      ok: attempts.length > 0 && allowed.length === 0,
    },
    {
      what: 'AWS requests refused',
      seen: refusals.length === 0 ? '0' : refusals.join('; '),
      expected: '0: signed by the right key, region and service',
      ok: refusals.length === 0,
    },
  ];
}

function crossed({ payments, ledger, crossed: line, aws, driveSeconds }: Evidence): Row[] {
  const answered = payments.filter(({ settlementTraceId }) => settlementTraceId);
  const same = answered.filter(({ traceId, settlementTraceId }) => traceId === settlementTraceId).length;
  const own = new Set(ledger.map(({ spanId }) => spanId));
  const callbacks = ledger.filter(
    ({ kind, parentSpanId }) => kind === 'SERVER' && parentSpanId && !own.has(parentSpanId),
  );
  const traces = new Set(payments.map(({ traceId }) => traceId));
  const joined = callbacks.filter(({ traceId }) => traces.has(traceId)).length;
  const kilobits = (aws.metricBytes() * 8) / 1000 / driveSeconds;
  return [
    {
      what: 'traceparent across and back',
      seen: `${same} of ${answered.length} seen over there; ${joined} of ${callbacks.length} calls back in their trace`,
      expected: 'all',
      ok: answered.length > 0 && same === answered.length && callbacks.length > 0 && joined === callbacks.length,
    },
    {
      what: 'calls over the line',
      seen: `${count(line['hk-cn'].requests)} hk-cn, ${count(line['cn-hk'].requests)} cn-hk`,
      expected: 'for information',
    },
    {
      what: 'aggregates for the mainland, at the most',
      seen: `${count(aws.metricBytes())} bytes, ${kilobits.toFixed(1)} kbit/s (as JSON, uncompressed)`,
      expected: '< 1,000 kbit/s, no span',
      ok: aws.metricBytes() > 0 && kilobits < 1000,
    },
  ];
}
