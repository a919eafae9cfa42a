/**
 * `npm run bench:python`: what tracing costs a Python service. Figures go to docs/performance.md.
 *
 * The payment service runs four times: with tracing as on a node; without anything of OpenTelemetry but the API that its code
 * imports; with the plain distribution of OpenTelemetry; and with ddtrace. All get the same payments in turn, so that a busy
 * machine is busy for all of them. Spans take their real way: the agent as synthesised, over mutual TLS, to a collector in place
 * of a gateway, through a proxy that counts what is on the wire.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CleanUp } from '../../harness/clean-up';
import type { Service } from '../../harness/process';
import { harbourlineOtel, preparePython } from '../../harness/python/environment';
import { ports } from '../../lib/contract/ports';
import { drive } from '../../rehearsal/stage/driver/drive';
import { startNode } from '../python/node';
import { benchmark, type Measured } from './benchmark';
import {
  type Figures,
  quantile,
  rates,
  report,
  type Size,
  type Tracer,
  tracers,
  type Variant,
  variants,
} from './python-figures';
import { addresses, payments, spanCosts, startDatadogAgent, startServices } from './python-services';

const whole: Size = { starts: 4, roundsOfAStart: 5, seconds: { latency: 10, spans: 15, wire: 20 } };
const little: Size = { starts: 1, roundsOfAStart: 1, seconds: { latency: 3, spans: 2, wire: 3 } };
/** Cores of everything but the payment service, which has the first. */
const others = cpus().length > 1 ? `1-${cpus().length - 1}` : '0';

type Progress = (line: string) => void;

/** Passes bytes on and counts those of the first side. */
function countingProxy(from: string, to: string, port: number): Promise<{ bytes: number; close: () => void }> {
  const counted = { bytes: 0, close: () => {} };
  const server = createServer((incoming) => {
    const outgoing = connect(port, to);
    incoming.on('data', (chunk) => (counted.bytes += chunk.length));
    incoming.pipe(outgoing).pipe(incoming);
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const)
      one.on('error', () => other.destroy());
  });
  counted.close = () => server.close();
  return new Promise((resolve) => server.listen(port, from, () => resolve(counted)));
}

/** Memory in MiB, as tools show it. */
const memoryOf = ({ pid }: Service): number =>
  Number(/^Rss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024;

const each = <Key extends string, Value>(keys: readonly Key[], value: () => Value) =>
  Object.fromEntries(keys.map((key) => [key, value()])) as Record<Key, Value>;

async function measure(quick: boolean, values: Readonly<Record<string, unknown>>): Promise<Measured> {
  const starts = Number(values.starts);
  if (!Number.isInteger(starts) || starts < 1) throw new Error(`--starts ${values.starts}: use a whole number from 1`);
  const size = quick ? little : { ...whole, starts };
  const progress: Progress = (line) => process.stderr.write(`${line}\n`);
  const python = await preparePython(progress, 'newest', [join(harbourlineOtel, 'peers.lock')]);
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-bench-'));
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', others, `${process.pid}`]); // and what it starts
  const cleanUp = new CleanUp();
  try {
    const wire = await countingProxy(addresses.wire, addresses.gateway, ports.otlpGrpc);
    cleanUp.add(wire.close);
    await startDatadogAgent(cleanUp);
    const { environment } = await startNode(folder, addresses, cleanUp, progress);

    const latencies = each<Variant, number[][]>(variants, () => []);
    const memory = each<Variant, number[]>(variants, () => []);
    const costs = each<Tracer, number[]>(tracers, () => []);
    for (const tracer of tracers) costs[tracer] = await spanCosts(python, tracer, environment, size.seconds.spans);
    let bytes = 0;
    for (let start = 1; start <= size.starts; start++) {
      const started = new CleanUp();
      try {
        const services = await startServices(python, folder, environment, started);
        await requestLatencies(size, start, latencies, progress);
        for (const variant of variants) memory[variant].push(memoryOf(services[variant]));
        if (start === size.starts) bytes = await bytesOnTheWire(wire, size.seconds.wire, progress);
      } finally {
        await started.run();
      }
    }
    return report(size, { latencies, memory, costs, bytes });
  } finally {
    await cleanUp.run();
    rmSync(folder, { recursive: true });
  }
}

async function pay(
  variant: Variant,
  load: { ratePerSecond: number; seconds: number },
  seed: number,
): Promise<number[]> {
  const made = await drive({ target: `http://${payments[variant]}:8000`, ...load, seed });
  const failed = made.filter(({ status }) => status !== 200).length;
  if (failed > 0) throw new Error(`${failed} of ${made.length} payments (${variant}) failed: the machine is too busy.`);
  return made.map(({ latencyMs }) => latencyMs);
}

/** Adds milliseconds of each payment, by round. All variants get the same payments; the settlement takes the same time for all. */
async function requestLatencies(
  size: Size,
  start: number,
  latencies: Figures['latencies'],
  progress: Progress,
): Promise<void> {
  for (let round = 0; round <= size.roundsOfAStart; round++) {
    // Each is first, second, third and last as often as the others.
    const order = variants.map((_, n) => variants[(n + round) % variants.length] as Variant);
    for (const variant of order) {
      const load = { ratePerSecond: rates.latency, seconds: size.seconds.latency };
      const made = await pay(variant, load, 100 * start + round);
      if (round > 0) latencies[variant].push(made); // the first warms up
      const p99 = quantile(made, 0.99).toFixed(1);
      progress(`start ${start} of ${size.starts}, round ${round} of ${size.roundsOfAStart}: ${variant}, p99 ${p99} ms`);
    }
  }
}

/** Bytes of a payment on the way from agent to gateway. At a higher rate, batches are larger and compress better. */
async function bytesOnTheWire(wire: { bytes: number }, seconds: number, progress: Progress): Promise<number> {
  await sleep(5_000); // what was under way
  const before = wire.bytes;
  await pay('with', { ratePerSecond: rates.wire, seconds }, 1_000);
  await sleep(5_000);
  progress(`${wire.bytes - before} bytes on the wire`);
  return (wire.bytes - before) / (rates.wire * seconds);
}

benchmark(
  {
    name: 'bench:python',
    about:
      'Measures what tracing costs a Python service, beside two other agents. Takes some five minutes for each start.',
    options: { starts: { type: 'string', default: `${whole.starts}` } },
    optionsHelp: `  --starts N  starts of every service (default ${whole.starts})\n`,
  },
  measure,
);
