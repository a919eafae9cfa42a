/**
 * `npm run bench:collect`: what a span costs in each tier, and what redaction adds, all in one run: variants take turns, so
 * that a busy machine is busy for all of them. Figures go to docs/performance.md.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { exampleEnvironments } from '../../harness/environments';
import { waitFor } from '../../harness/wait';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { ports } from '../../lib/contract/ports';
import { payload, randomise, spansInPayload, tracesInPayload } from '../../rehearsal/stage/clients/payload';
import { synthesise } from '../../rehearsal/stage/synthesised';
import { telemetry } from '../../rehearsal/stage/telemetry';
import { benchmark, type Measured } from './benchmark';
import { median, processorSeconds } from './measure';

/** A sampler decides this many seconds after it has got a trace, and a little later it is done. */
const settleSampler = 13;

interface Variant {
  readonly name: string;
  readonly address: string;
  readonly configuration: object;
  /** Until everything is decided. */
  readonly settleSeconds: number;
}

interface Running extends Variant {
  readonly pid: number;
  /** Memory of its own before the first span, and the most right after a round was sent, in KiB. */
  readonly emptyKibibytes: number;
  fullKibibytes: number;
  readonly stop: () => Promise<void>;
  readonly microseconds: number[];
}

/** As much of a configuration as is changed here. */
interface Configuration {
  readonly receivers: Record<string, unknown>;
  readonly processors: Record<string, unknown>;
  readonly connectors?: Record<string, unknown>;
  exporters: Record<string, { readonly sending_queue?: object; readonly compression?: string }>;
  readonly service: {
    readonly telemetry: { readonly logs: { level: string } };
    readonly pipelines: Record<string, { processors?: string[]; exporters: string[] }>;
  };
}

/** The configuration of a tier, on loopback without TLS, sending to the sink in place of the next tier. */
function variant(name: string, address: string, text: string, sink: string, redaction = true): Variant {
  const configuration: Configuration = parse(text);
  configuration.receivers.otlp = { protocols: { http: { endpoint: `${address}:${ports.otlpHttp}` } } };
  delete configuration.receivers.zipkin;
  delete configuration.receivers.jaeger;
  delete configuration.service.pipelines['traces/legacy'];
  const { exporters, service, connectors = {} } = configuration;
  const queue = (exporters.load_balancing ?? exporters.otlp_grpc ?? exporters['otlp_http/writer'])?.sending_queue ?? {};
  configuration.exporters = {
    'otlp_http/sink': { endpoint: sink, compression: exporters.otlp_grpc?.compression ?? 'none', sending_queue: queue },
    debug: {},
  } as Configuration['exporters'];
  for (const [signal, pipeline] of Object.entries(service.pipelines)) {
    // Whatever takes spans out of the tier is the sink; what takes metrics costs the same whoever gets them.
    const out = signal.startsWith('traces') ? 'otlp_http/sink' : 'debug';
    pipeline.exporters = [...new Set(pipeline.exporters.map((to) => (to in connectors ? to : out)))];
    if (!redaction) {
      pipeline.processors = (pipeline.processors ?? []).filter((processor) => processor !== 'harbourline_redaction');
    }
  }
  if (!redaction) delete configuration.processors.harbourline_redaction;
  service.telemetry.logs.level = 'error';
  const wait = 'tail_sampling' in configuration.processors ? settleSampler : 0;
  return { name, address, configuration, settleSeconds: wait };
}

async function start(of: Variant, binary: string, folder: string): Promise<Running> {
  const directory = mkdtempSync(join(folder, 'collector-'));
  const file = join(directory, 'collector.yaml');
  writeFileSync(file, stringify(of.configuration));
  const child = spawn(binary, ['--config', file], {
    env: {
      BIND_ADDRESS: of.address,
      LOOPBACK_ADDRESS: of.address,
      DATA_DIRECTORY: directory,
      TLS_DIRECTORY: directory,
      INSTANCE_ID: of.name,
      GATEWAY_ENDPOINT: 'unused:1',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  await waitFor(`${of.name} to show what it counts`, async () => {
    if (child.exitCode !== null) return new Error(`${of.name} does not start.\n${log}`);
    return (await telemetry(of.address)).size > 0 || log;
  });
  const stop = async () => {
    child.kill();
    await ended;
  };
  const pid = child.pid ?? 0;
  return { ...of, pid, emptyKibibytes: ownKibibytes(pid), fullKibibytes: 0, stop, microseconds: [] };
}

const peakMebibytes = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Without pages of files: the program's, and those of the queue. */
const ownKibibytes = (pid: number): number =>
  Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const post = (url: string, body: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    request(url, { method: 'POST', agent, headers: { 'content-type': 'application/x-protobuf' } }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end(body);
  });

/** One round of one variant: its CPU time from the first span to an empty queue, in microseconds a span. */
async function round(collector: Running, body: Buffer, payloads: number): Promise<number> {
  const before = processorSeconds(collector.pid);
  const bodies = Array.from({ length: 4 }, () => Buffer.from(body));
  let sent = 0;
  await Promise.all(
    bodies.map(async (own) => {
      while (sent < payloads) {
        sent++;
        randomise(own);
        await waitFor(`${collector.name} to take spans`, async () => {
          const status = await post(`http://${collector.address}:${ports.otlpHttp}/v1/traces`, own);
          return status === 200 || status; // else it asks for patience
        });
      }
    }),
  );
  collector.fullKibibytes = Math.max(collector.fullKibibytes, ownKibibytes(collector.pid));
  await sleep(collector.settleSeconds * 1000);
  await waitFor(`an empty queue of ${collector.name}`, async () => {
    const queued = (await telemetry(collector.address)).get('otelcol_exporter_queue_size') ?? 0;
    return queued === 0 || `${queued} spans`;
  });
  return ((processorSeconds(collector.pid) - before) * 1e6) / (sent * spansInPayload);
}

async function measure(quick: boolean): Promise<Measured> {
  const [rounds, payloadsARound] = quick ? [1, 20] : [4, 200];
  const [config] = exampleEnvironments();
  if (!config) throw new Error('There is no environment.');
  const binary = await collectorBinary(hostTarget(), (line) => process.stderr.write(`${line}\n`));
  const synthesised = synthesise(config);
  synthesised.dispose();
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-bench-'));
  const sink = createServer((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.77.8.1', resolve));
  const { port } = sink.address() as { port: number };
  const to = `http://127.77.8.1:${port}`;
  const variants = [
    variant('agent', '127.77.8.11', synthesised.agent, to),
    variant('gateway', '127.77.8.12', synthesised.gateway.configuration, to),
    variant('gateway without redaction', '127.77.8.13', synthesised.gateway.configuration, to, false),
    variant('sampler', '127.77.8.14', synthesised.sampler.configuration, to),
  ];
  const running: Running[] = [];
  try {
    for (const each of variants) running.push(await start(each, binary, folder));
    const body = payload(config.environment);
    for (let n = 0; n <= rounds; n++) {
      for (const collector of running) {
        const microseconds = await round(collector, body, payloadsARound);
        if (n > 0) collector.microseconds.push(microseconds); // the first warms up
        process.stderr.write(`round ${n} of ${rounds}: ${collector.name} ${microseconds.toFixed(1)} µs a span\n`);
      }
    }
    const spans = payloadsARound * spansInPayload * (rounds + 1);
    const rows = running.map(({ name, pid, microseconds }) => {
      const cost = median(microseconds);
      return `| ${name} | ${cost.toFixed(1)} | ${Math.round(1e6 / cost).toLocaleString('en-US')} | ${peakMebibytes(pid).toFixed(0)} |`;
    });
    const [, full, without] = running.map(({ microseconds }) => median(microseconds));
    const sampler = running.find(({ name }) => name === 'sampler');
    const traceKibibytes =
      ((sampler?.fullKibibytes ?? 0) - (sampler?.emptyKibibytes ?? 0)) / (payloadsARound * tracesInPayload);
    const text = [
      `Medians of ${rounds} rounds of ${(payloadsARound * spansInPayload).toLocaleString('en-US')} spans, variants in turn; a span has ${(body.length / spansInPayload).toFixed(0)} bytes. The next tier is a sink; queues are on disk.`,
      '',
      `| tier | CPU, µs a span | spans a second and core | peak memory after ${spans.toLocaleString('en-US')} spans, MiB |`,
      '|---|---|---|---|',
      ...rows,
      '',
      `A gateway with redaction has ${((100 * (without ?? 0)) / (full ?? 1)).toFixed(0)} % of its throughput without (aim: at least 60 %).`,
      '',
      `A trace of ${spansInPayload / tracesInPayload} spans that waits for its decision takes ${traceKibibytes.toFixed(0)} KiB of a sampler's memory.`,
    ].join('\n');
    const share = (100 * (without ?? 0)) / (full ?? 1);
    return {
      text,
      missed: share < 60 ? [`a gateway with redaction has ${share.toFixed(0)} % of its throughput without`] : [],
    };
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
    agent.destroy();
    sink.close();
    rmSync(folder, { recursive: true });
  }
}

benchmark(
  {
    name: 'bench:collect',
    about: 'Measures what a span costs in each collector tier, and what redaction adds. Takes some three minutes.',
  },
  measure,
);
