/**
 * `npm run bench:collect`: what a span costs in each tier, and what redaction and the log of a sampler add, all in one run: variants take turns, so
 * that a busy machine is busy for all of them. Figures go to docs/performance.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exampleEnvironments } from '../../harness/environments';
import { waitFor } from '../../harness/wait';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { ports } from '../../lib/contract/ports';
import { goMemoryMiB, sizesOf } from '../../lib/contract/sizing';
import { payload, randomise, spansInPayload, tracesInPayload } from '../../rehearsal/stage/clients/payload';
import { synthesise } from '../../rehearsal/stage/synthesised';
import { telemetry } from '../../rehearsal/stage/telemetry';
import { benchmark, type Measured } from './benchmark';
import { median, ownKibibytes, peakMiB, poster, processorSeconds } from './measure';
import { type Running, start, variant } from './tiers';

const client = poster();

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
          const status = await client.post(`http://${collector.address}:${ports.otlpHttp}/v1/traces`, own);
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
  const agent = { text: synthesised.agent, goMiB: goMemoryMiB(config.agent.memoryMiB) };
  const fleet = (tier: 'gateway' | 'sampler') => ({
    text: synthesised[tier].configuration,
    goMiB: sizesOf(tier, config.collect[tier].instanceType).goMiB,
  });
  const frugal = variant('sampler with little garbage', '127.77.8.16', fleet('sampler'), to);
  const variants = [
    variant('agent', '127.77.8.11', agent, to),
    variant('gateway', '127.77.8.12', fleet('gateway'), to),
    variant('gateway without redaction', '127.77.8.13', fleet('gateway'), to, 'harbourline_redaction'),
    variant('sampler', '127.77.8.14', fleet('sampler'), to),
    variant('sampler without its log', '127.77.8.15', fleet('sampler'), to, 'harbourline_waiting'),
    // As where memory is short: what a trace takes is seen where hardly any garbage is.
    { ...frugal, environment: { ...frugal.environment, GOGC: '10' } },
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
      return `| ${name} | ${cost.toFixed(1)} | ${Math.round(1e6 / cost).toLocaleString('en-US')} | ${peakMiB(pid).toFixed(0)} |`;
    });
    const [, full, without, logged, unlogged] = running.map(({ microseconds }) => median(microseconds));
    const sampler = running.find(({ name }) => name === frugal.name);
    const traceKibibytes =
      ((sampler?.fullKibibytes ?? 0) - (sampler?.emptyKibibytes ?? 0)) / (payloadsARound * tracesInPayload);
    const share = (100 * (without ?? 0)) / (full ?? 1);
    const logShare = (100 * (unlogged ?? 0)) / (logged ?? 1);
    const text = [
      `Medians of ${rounds} rounds of ${(payloadsARound * spansInPayload).toLocaleString('en-US')} spans, variants in turn; a span has ${(body.length / spansInPayload).toFixed(0)} bytes. The next tier is a sink; queues are on disk.`,
      '',
      `| tier | CPU, µs a span | spans a second and core | peak memory after ${spans.toLocaleString('en-US')} spans, MiB |`,
      '|---|---|---|---|',
      ...rows,
      '',
      `A gateway with redaction has ${share.toFixed(0)} % of its throughput without (aim: at least 60 %).`,
      '',
      `A sampler with the log of what waits has ${logShare.toFixed(0)} % of its throughput without (aim: at least 85 %).`,
      '',
      `A trace of ${spansInPayload / tracesInPayload} spans that waits for its decision takes ${traceKibibytes.toFixed(1)} KiB of a sampler's memory, beside garbage.`,
    ].join('\n');
    const missed = [
      ...(share < 60 ? [`a gateway with redaction has ${share.toFixed(0)} % of its throughput without`] : []),
      ...(logShare < 85 ? [`a sampler with its log has ${logShare.toFixed(0)} % of its throughput without`] : []),
    ];
    return { text, missed };
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
    client.close();
    sink.close();
    rmSync(folder, { recursive: true });
  }
}

benchmark(
  {
    name: 'bench:collect',
    about:
      'Measures what a span costs in each collector tier, and what redaction and the log of a sampler add. Takes some four minutes.',
  },
  measure,
);
