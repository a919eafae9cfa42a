/**
 * `npm run bench:python`: what tracing costs a Python service. Figures go to docs/performance.md.
 *
 * The payment service runs twice, with tracing as on a node and without anything of OpenTelemetry but the API that its code
 * imports; both get the same payments in turn, so that a busy machine is busy for both. Spans take their real way: the agent as
 * synthesised, over mutual TLS, to a collector in place of a gateway, through a proxy that counts what is on the wire.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CleanUp } from '../../harness/clean-up';
import { startCollector } from '../../harness/collectors';
import { exampleEnvironments } from '../../harness/environments';
import { type Service, startService } from '../../harness/process';
import { examples, type Python, preparePython } from '../../harness/python/environment';
import { extensions, serverTls, service } from '../../lib/collector/blocks/components';
import { renderConfiguration } from '../../lib/collector/blocks/render';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { ports } from '../../lib/contract/ports';
import { issueCertificates } from '../../lib/machine/certificates.issue';
import { drive } from '../../rehearsal/stage/driver/drive';
import { seeded } from '../../rehearsal/stage/driver/random';
import { synthesise } from '../../rehearsal/stage/synthesised';
import { benchmark, type Measured } from './benchmark';

const addresses = { agent: '127.77.7.1', wire: '127.77.7.2', gateway: '127.77.7.3', settlement: '127.77.7.4' };
const payments = { without: '127.77.7.5', with: '127.77.7.6' };
type Variant = keyof typeof payments;
type Rounds = Record<Variant, number[][]>;
type Memory = Record<'Rss' | 'Pss', number>;

/** Processes of the same program differ in speed by some per cent, and a p99 of a few hundred payments says little. */
interface Size {
  readonly starts: number;
  readonly roundsOfAStart: number;
  /** Seconds of a round of payments, of spans, and of what is counted on the wire. */
  readonly seconds: { readonly latency: number; readonly spans: number; readonly wire: number };
}
const whole: Size = { starts: 4, roundsOfAStart: 5, seconds: { latency: 10, spans: 15, wire: 20 } };
const little: Size = { starts: 1, roundsOfAStart: 1, seconds: { latency: 3, spans: 2, wire: 3 } };
const latencyRate = 20;
const spanRate = 2_000;
const wireRate = 40;
/** Requests a second of the target. Two cores do not take so many payments with everything around them: bytes are scaled. */
const targetRate = 200;
/** Cores of everything but the payment service, which has the first. */
const others = cpus().length > 1 ? `1-${cpus().length - 1}` : '0';
/** A service has the instrumentations that it needs; the environment of the tests has all. */
const unneeded = 'aiohttp-client,asyncpg,flask,psycopg,redis,requests';

/** A collector that takes what the agent sends, and forgets it. */
const gateway = renderConfiguration({
  extensions: extensions('${env:LOOPBACK_ADDRESS}'),
  receivers: {
    otlp: { protocols: { grpc: { endpoint: `\${env:LOOPBACK_ADDRESS}:${ports.otlpGrpc}`, tls: serverTls } } },
  },
  exporters: { debug: {} },
  service: service({ traces: { receivers: ['otlp'], exporters: ['debug'] } }),
});

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

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN;

/** By how many per cent tracing raises a quantile, over the rounds of these numbers. */
const change = (latencies: Rounds, share: number, of: readonly number[]): number => {
  const over = (variant: Variant) =>
    quantile(
      of.flatMap((round) => latencies[variant][round] as number[]),
      share,
    );
  return 100 * (over('with') / over('without') - 1);
};

/** Where that change is, by 95 %: rounds are drawn anew, always the same ones (bootstrap). */
function interval(latencies: Rounds, share: number, rounds: number): [number, number] {
  const random = seeded(1);
  const drawn = Array.from({ length: 1_000 }, () => {
    const some = Array.from({ length: rounds }, () => Math.floor(random() * rounds));
    return change(latencies, share, some);
  });
  return [quantile(drawn, 0.025), quantile(drawn, 0.975)];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Memory in MiB: `Rss` as tools show it; `Pss` counts a page that processes share in parts, as the two services do here. */
const mebibytes = (pid: number, figure: 'Rss' | 'Pss'): number =>
  Number(new RegExp(`^${figure}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024;

async function measure(quick: boolean): Promise<Measured> {
  const size = quick ? little : whole;
  const config = exampleEnvironments().find(({ production }) => production);
  if (!config) throw new Error('There is no environment of production.');
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const [python, binary] = await Promise.all([preparePython(progress), collectorBinary(hostTarget(), progress)]);
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-bench-'));
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', others, `${process.pid}`]); // and what it starts
  const cleanUp = new CleanUp();
  try {
    const synthesised = synthesise(config);
    cleanUp.add(synthesised.dispose);
    const certificates = await issueCertificates({ tiers: synthesised.tierNames, now: new Date() });
    const collector = (name: 'agent' | 'gateway', configuration: string, environment: Record<string, string>) =>
      startCollector({
        name,
        binary,
        directory: folder,
        address: addresses[name],
        tier: { configuration, environment: {}, drain: {} },
        certificate: certificates[name] as NonNullable<(typeof certificates)[string]>,
        environment,
      });
    cleanUp.add(await collector('gateway', gateway, {}));
    const wire = await countingProxy(addresses.wire, addresses.gateway, ports.otlpGrpc);
    cleanUp.add(wire.close);
    const agent = await collector('agent', synthesised.agent, {
      GATEWAY_ENDPOINT: `${addresses.wire}:${ports.otlpGrpc}`,
    });
    cleanUp.add(agent);

    const node = {
      ...synthesised.serviceEnvironment,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${addresses.agent}:${ports.otlpHttp}`,
      OTEL_SERVICE_NAME: 'payment',
      OTEL_PYTHON_DISABLED_INSTRUMENTATIONS: unneeded,
    };
    const costs = await spanCosts(python, node, size.seconds.spans);
    const latencies: Rounds = { without: [], with: [] };
    const memory: Record<Variant, Memory[]> = { without: [], with: [] };
    let bytes = 0;
    for (let start = 1; start <= size.starts; start++) {
      const started = new CleanUp();
      try {
        const services = await startServices(python, folder, node, started);
        await requestLatencies(size, start, latencies, progress);
        for (const variant of ['without', 'with'] as const) memory[variant].push(memoryOf(services[variant]));
        if (start === size.starts) bytes = await bytesOnTheWire(wire, size.seconds.wire, progress);
      } finally {
        await started.run();
      }
    }
    return report(size, costs, latencies, memory, bytes);
  } finally {
    await cleanUp.run();
    rmSync(folder, { recursive: true });
  }
}

/** Microseconds of each span. */
async function spanCosts(python: Python, node: Record<string, string>, seconds: number): Promise<number[]> {
  const script = join(__dirname, 'python_spans.py');
  const { stdout } = await promisify(execFile)(python.python, [script, `${spanRate}`, `${seconds}`], {
    env: node,
    maxBuffer: 1 << 24,
  });
  return (JSON.parse(stdout) as number[]).map((nanoseconds) => nanoseconds / 1000);
}

async function startServices(python: Python, folder: string, node: Record<string, string>, cleanUp: CleanUp) {
  const common = { PATH: `${python.bin}:/usr/bin:/bin`, PYTHONPATH: examples, PYTHONDONTWRITEBYTECODE: '1' };
  const start = async (name: string, address: string, port: number, command: string[], environment: object) => {
    const started = await startService({
      name,
      command: command[0] as string,
      arguments: command.slice(1),
      directory: folder,
      logFile: join(folder, `${name}.log`),
      healthUrl: `http://${address}:${port}/health`,
      environment: { ...common, ...environment },
    });
    cleanUp.add(started);
    return started;
  };
  const mainland = {
    SETTLEMENT_HOST: addresses.settlement,
    SETTLEMENT_SLOW_SHARE: '0',
    SETTLEMENT_DECLINED_SHARE: '0',
  };
  await start('settlement', addresses.settlement, 8080, ['python', '-m', 'settlement'], mainland);
  const payment = (variant: Variant, command: string[], environment: object) =>
    start(`payment-${variant}`, payments[variant], 8000, ['taskset', '--cpu-list', '0', ...command, '-m', 'payment'], {
      PAYMENT_HOST: payments[variant],
      PAYMENT_DATABASE_URL: `sqlite+aiosqlite:///${variant}.sqlite`,
      SETTLEMENT_URL: `http://${addresses.settlement}:8080`,
      ...environment,
    });
  return {
    without: await payment('without', ['python'], {}),
    with: await payment('with', ['opentelemetry-instrument', 'python'], node),
  };
}

async function pay(
  variant: Variant,
  load: { ratePerSecond: number; seconds: number },
  seed: number,
): Promise<number[]> {
  const made = await drive({ target: `http://${payments[variant]}:8000`, ...load, seed });
  const failed = made.filter(({ status }) => status !== 200).length;
  if (failed > 0)
    throw new Error(`${failed} of ${made.length} payments ${variant} tracing failed: the machine is too busy.`);
  return made.map(({ latencyMs }) => latencyMs);
}

/** Adds milliseconds of each payment, by round. Both variants get the same payments; the settlement takes the same time for both. */
async function requestLatencies(
  size: Size,
  start: number,
  latencies: Rounds,
  progress: (line: string) => void,
): Promise<void> {
  for (let round = 0; round <= size.roundsOfAStart; round++) {
    const order: Variant[] = round % 2 === 0 ? ['without', 'with'] : ['with', 'without'];
    for (const variant of order) {
      const made = await pay(
        variant,
        { ratePerSecond: latencyRate, seconds: size.seconds.latency },
        100 * start + round,
      );
      if (round > 0) latencies[variant].push(made); // the first warms up
      const p99 = quantile(made, 0.99).toFixed(1);
      progress(
        `start ${start} of ${size.starts}, round ${round} of ${size.roundsOfAStart}: ${variant} tracing, p99 ${p99} ms`,
      );
    }
  }
}

/** Bytes of a payment on the way from agent to gateway. At a higher rate, batches are larger and compress better. */
async function bytesOnTheWire(
  wire: { bytes: number },
  seconds: number,
  progress: (line: string) => void,
): Promise<number> {
  await sleep(5_000); // what was under way
  const before = wire.bytes;
  await pay('with', { ratePerSecond: wireRate, seconds }, 1_000);
  await sleep(5_000);
  progress(`${wire.bytes - before} bytes on the wire`);
  return (wire.bytes - before) / (wireRate * seconds);
}

const memoryOf = ({ pid }: Service): Memory => ({ Rss: mebibytes(pid, 'Rss'), Pss: mebibytes(pid, 'Pss') });

function report(
  size: Size,
  costs: number[],
  latencies: Rounds,
  memory: Record<Variant, Memory[]>,
  bytes: number,
): Measured {
  const aims: { readonly aim: string; readonly ok: boolean }[] = [];
  const verdict = (aim: string, ok: boolean) => {
    aims.push({ aim, ok });
    return ok ? 'met' : '**missed**';
  };
  const p99 = quantile(costs, 0.99);
  const all = [...latencies.with.keys()];
  const raised = (part: number) => change(latencies, part, all);
  const between = (part: number) =>
    interval(latencies, part, all.length)
      .map((end) => end.toFixed(1))
      .join(' to ');
  const taken = (variant: Variant, of: 'Rss' | 'Pss') => mean(memory[variant].map((figures) => figures[of]));
  const share = (of: 'Rss' | 'Pss') => 100 * (1 - taken('without', of) / taken('with', of));
  const ms = (variant: Variant, part: number) => quantile(latencies[variant].flat(), part).toFixed(1);
  const bits = bytes * 8 * targetRate;
  const text = [
    `Python's side of a span, with the tracer provider of production and the agent as synthesised. The service has one of ${cpus().length} cores, as many containers do; driver, settlement, agent and gateway have the others. ${size.starts} starts of ${size.roundsOfAStart} rounds.`,
    '',
    '| what | measured | target | |',
    '|---|---|---|---|',
    `| a span, from its start until it waits, at ${spanRate} a second | mean ${mean(costs).toFixed(0)} µs, p50 ${quantile(costs, 0.5).toFixed(0)} µs, p99 ${p99.toFixed(0)} µs, p99.9 ${quantile(costs, 0.999).toFixed(0)} µs | p99 < 500 µs | ${verdict("a span's p99 under 500 µs", p99 < 500)} |`,
    `| a payment at ${latencyRate} a second, p99 | ${ms('without', 0.99)} ms without, ${ms('with', 0.99)} ms with tracing: ${raised(0.99).toFixed(1)} % (95 %: ${between(0.99)}) | ≤ +5 % | ${verdict("a payment's p99 raised by 5 % at the most", raised(0.99) <= 5)} |`,
    `| the same, p50 | ${ms('without', 0.5)} ms without, ${ms('with', 0.5)} ms with tracing: ${raised(0.5).toFixed(1)} % (95 %: ${between(0.5)}) | | |`,
    `| memory of the payment service (RSS) | ${taken('without', 'Rss').toFixed(1)} MiB without, ${taken('with', 'Rss').toFixed(1)} MiB with tracing: ${share('Rss').toFixed(1)} % of it (${share('Pss').toFixed(1)} % of the PSS, which shares pages with the other one here) | ≤ 10 % | ${verdict('10 % of the memory at the most', share('Rss') <= 10)} |`,
    `| agent to gateway, gRPC with zstd over TLS: ${bytes.toFixed(0)} bytes a payment at ${wireRate} a second | at ${targetRate} a second ${(bits / 1e6).toFixed(2)} Mbps | < 1 Mbps | ${verdict('under 1 Mbps on the wire', bits < 1e6)} |`,
  ].join('\n');
  return { text, missed: aims.filter(({ ok }) => !ok).map(({ aim }) => aim) };
}

benchmark(
  {
    name: 'bench:python',
    about: 'Measures what tracing costs a Python service. Takes some ten minutes.',
  },
  measure,
);
