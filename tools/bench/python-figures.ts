/** Figures of `npm run bench:python`: how much each way of tracing raises what, and whether that is within the aims. */
import { cpus } from 'node:os';
import { seeded } from '../../rehearsal/stage/driver/random';
import type { Measured } from './benchmark';

/** How the payment service is traced: not at all, by this package, by the plain distribution of OpenTelemetry, by Datadog. */
export const variants = ['without', 'with', 'distro', 'datadog'] as const;
export type Variant = (typeof variants)[number];
/** Those that trace. */
export const tracers = ['with', 'distro', 'datadog'] as const;
export type Tracer = (typeof tracers)[number];

const names: Readonly<Record<Variant, string>> = {
  without: 'without tracing',
  with: 'harbourline-otel',
  distro: 'OpenTelemetry distro',
  datadog: 'ddtrace',
};

/** Processes of the same program differ in speed by some per cent, and a p99 of a few hundred payments says little. */
export interface Size {
  readonly starts: number;
  readonly roundsOfAStart: number;
  /** Seconds of a round of payments, of spans, and of what is counted on the wire. */
  readonly seconds: { readonly latency: number; readonly spans: number; readonly wire: number };
}

export interface Figures {
  /** Milliseconds of each payment, by round. */
  readonly latencies: Readonly<Record<Variant, number[][]>>;
  /** MiB (RSS), by start. */
  readonly memory: Readonly<Record<Variant, number[]>>;
  /** Microseconds of each span. */
  readonly costs: Readonly<Record<Tracer, number[]>>;
  /** Bytes of a payment from agent to gateway. */
  readonly bytes: number;
}

export const rates = {
  latency: 20,
  spans: 2_000,
  wire: 40,
  /** Requests a second of the target. Two cores do not take so many payments with everything around them: bytes are scaled. */
  target: 200,
} as const;

/** What issue and documents promise: per cent over the service without tracing, microseconds, bits a second. */
const aims = { latencyPercent: 3, memoryPercent: 6, spanMicroseconds: 100, bitsPerSecond: 1e6 } as const;

export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** By how many per cent a tracer raises a quantile, over the rounds of these numbers. */
function change(latencies: Figures['latencies'], tracer: Tracer, share: number, of: readonly number[]): number {
  const over = (variant: Variant) =>
    quantile(
      of.flatMap((round) => latencies[variant][round] as number[]),
      share,
    );
  return 100 * (over(tracer) / over('without') - 1);
}

/** Where that change is, by 95 %: rounds are drawn anew, always the same ones (bootstrap). */
function interval(latencies: Figures['latencies'], tracer: Tracer, share: number): [number, number] {
  const rounds = latencies[tracer].length;
  const random = seeded(1);
  const drawn = Array.from({ length: 1_000 }, () => {
    const some = Array.from({ length: rounds }, () => Math.floor(random() * rounds));
    return change(latencies, tracer, share, some);
  });
  return [quantile(drawn, 0.025), quantile(drawn, 0.975)];
}

/** The section of docs/performance.md, and what was missed. */
export function report(size: Size, { latencies, memory, costs, bytes }: Figures): Measured {
  const missed: string[] = [];
  const verdict = (aim: string, ok: boolean) => {
    if (!ok) missed.push(aim);
    return ok ? 'met' : '**missed**';
  };
  const raised = (tracer: Tracer, share: number) => change(latencies, tracer, share, [...latencies[tracer].keys()]);
  const latency = (tracer: Tracer, share: number) => {
    const between = interval(latencies, tracer, share).map((end) => end.toFixed(1));
    const milliseconds = quantile(latencies[tracer].flat(), share).toFixed(1);
    return `${milliseconds} ms: ${raised(tracer, share).toFixed(1)} % (95 %: ${between.join(' to ')})`;
  };
  const taken = (variant: Variant) => mean(memory[variant]);
  const share = (tracer: Tracer) => 100 * (1 - taken('without') / taken(tracer));
  const span = (tracer: Tracer) =>
    `p50 ${quantile(costs[tracer], 0.5).toFixed(0)} µs, p99 ${quantile(costs[tracer], 0.99).toFixed(0)} µs`;
  const memoryOf = (tracer: Tracer) => `${taken(tracer).toFixed(1)} MiB: ${share(tracer).toFixed(1)} % of it`;

  /** Ours within the aim, and below both peers. */
  const judged = (what: string, of: (tracer: Tracer) => number, most: number, unit: string) => {
    const within = verdict(`${what} ≤ ${most}${unit}`, of('with') <= most);
    const ahead = verdict(`${what}: ahead of both peers`, of('with') < Math.min(of('distro'), of('datadog')));
    return `≤ ${most}${unit}: ${within}; ahead of both: ${ahead}`;
  };
  const row = (what: string, without: string, cell: (tracer: Tracer) => string, judgement: string) =>
    `| ${[what, without, ...tracers.map(cell), judgement].join(' | ')} |`;
  const ofLatency = (part: number, name: string) =>
    row(
      `a payment at ${rates.latency} a second, ${name}`,
      `${quantile(latencies.without.flat(), part).toFixed(1)} ms`,
      (tracer) => latency(tracer, part),
      judged(`a payment's ${name}`, (tracer) => raised(tracer, part), aims.latencyPercent, ' %'),
    );
  const bits = bytes * 8 * rates.target;
  const columns = ['what', ...variants.map((variant) => names[variant]), 'aim'];
  const text = [
    `Python's side of a span, with the tracer provider of production and the agent as synthesised. The peers run in the same environment and get the same payments in turn; ddtrace sends to a server that takes everything. The service has one of ${cpus().length} cores, as many containers do; driver, settlement, agent and gateway have the others. ${size.starts} starts of ${size.roundsOfAStart} rounds. The service freezes its collector's view of what it imported (\`gc.freeze\`), traced or not.`,
    '',
    `| ${columns.join(' | ')} |`,
    `|${columns.map(() => '---|').join('')}`,
    row(
      `a span, from its start until it waits, at ${rates.spans} a second`,
      '',
      span,
      judged("a span's p99", (tracer) => quantile(costs[tracer], 0.99), aims.spanMicroseconds, ' µs'),
    ),
    ofLatency(0.99, 'p99'),
    ofLatency(0.5, 'p50'),
    row(
      'memory of the payment service (RSS)',
      `${taken('without').toFixed(1)} MiB`,
      memoryOf,
      judged('memory', share, aims.memoryPercent, ' %'),
    ),
    '',
    `Agent to gateway, gRPC with zstd over TLS: ${bytes.toFixed(0)} bytes a payment at ${rates.wire} a second; at ${rates.target} a second ${(bits / 1e6).toFixed(2)} Mbps (< 1 Mbps: ${verdict('under 1 Mbps on the wire', bits < aims.bitsPerSecond)}).`,
  ].join('\n');
  return { text, missed };
}
