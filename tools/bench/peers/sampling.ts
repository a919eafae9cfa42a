/** Our sampler tier and Refinery on the same spans, in turn. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { exampleEnvironments } from '../../../harness/environments';
import { edited } from '../../../harness/environments/edited';
import { waitFor } from '../../../harness/wait';
import { collectorBinary, hostTarget } from '../../../lib/collector/distribution/build';
import { ports } from '../../../lib/contract/ports';
import { sizesOf } from '../../../lib/contract/sizing';
import { decodeRequest } from '../../../lib/store/span-writer/otlp';
import { synthesise } from '../../../rehearsal/stage/synthesised';
import { telemetry } from '../../../rehearsal/stage/telemetry';
import { count, median, ownKibibytes, type Poster, peakMiB, poster, processorSeconds, timed } from '../measure';
import { Load, type Sent, spansATrace, spansInRequest } from '../store-load';
import { start, type Variant, variant } from '../tiers';
import { Arrivals, isComplete, total, type Verdict } from './arrivals';
import { startHoneycomb } from './honeycomb';
import { peerBinary } from './program';
import { refinery, startRefinery } from './refinery';

/** Of ordinary traces, the same for both: Refinery keeps one in a whole number of them. */
const keptPercent = 20;
/** One span in so many fails: two traces in a hundred. */
const failing = 500;
/** Ours must take so many times the spans that Refinery takes, for each core. */
const aim = 2;

/** Nothing more comes where nothing came for so long: both send at least once a second. */
const quietSeconds = 2;

/** A sampler in the race. */
interface Contestant {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly arrivals: Arrivals;
  readonly drained: () => Promise<true | string>;
  readonly stop: () => Promise<unknown>;
  readonly settleSeconds: number;
  readonly emptyKibibytes: number;
  fullKibibytes: number;
  readonly microseconds: number[];
  readonly verdicts: Verdict[];
}

/** A section of the page, and what was missed. */
export interface Section {
  readonly lines: readonly string[];
  readonly wrong: readonly string[];
  readonly missed: readonly string[];
}

/** One round: processor time from the first span to the last decision, in microseconds a span. */
async function round(contestant: Contestant, requests: readonly Sent[], client: Poster): Promise<number> {
  const { name, pid, url, headers, arrivals, drained, settleSeconds } = contestant;
  const before = processorSeconds(pid);
  await timed(requests, ({ body }) =>
    waitFor(`${name} to take spans`, async () => {
      const status = await client.post(url, body, headers);
      return status === 200 || status; // else it asks for patience
    }),
  );
  contestant.fullKibibytes = Math.max(contestant.fullKibibytes, ownKibibytes(pid));
  await sleep(settleSeconds * 1000);
  await waitFor(`${name} to have decided and sent all`, async () => {
    const left = await drained();
    return left === true && arrivals.quietSeconds < quietSeconds ? 'spans that still come' : left;
  });
  const microseconds = ((processorSeconds(pid) - before) * 1e6) / (requests.length * spansInRequest);
  const sent = new Map(requests.flatMap(({ traces }) => [...traces]));
  contestant.verdicts.push(arrivals.judge(sent, spansATrace));
  return microseconds;
}

/** The tier without what Refinery has not: metrics of every span, the border, and the log that outlives a kill. */
function samplingAlone(name: string, address: string, tier: Parameters<typeof variant>[2], sink: string): Variant {
  const whole = variant(name, address, tier, sink, 'harbourline_waiting');
  const configuration = structuredClone(whole.configuration) as {
    service: { pipelines: Record<string, { receivers: string[]; processors: string[] }> };
  };
  const { 'metrics/own': own, 'traces/kept': kept } = configuration.service.pipelines;
  if (!own || !kept) throw new Error("The sampler's configuration has other pipelines than this benchmark knows.");
  configuration.service.pipelines = {
    'metrics/own': own,
    'traces/kept': { ...kept, receivers: ['otlp'], processors: ['memory_limiter', ...kept.processors] },
  };
  return { ...whole, configuration };
}

/** A sink that counts what a collector sends to it. */
async function sink(address: string, arrivals: Arrivals): Promise<{ url: string; close: () => void }> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const { resourceSpans = [] } = decodeRequest(Buffer.concat(chunks));
      for (const { traceId, spanId } of resourceSpans.flatMap(({ scopeSpans = [] }) =>
        scopeSpans.flatMap(({ spans = [] }) => spans),
      ))
        arrivals.take(Buffer.from(traceId).toString('hex'), Buffer.from(spanId).toString('hex'));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://${address}:${port}`, close: () => server.close() };
}

/** As much of a sampler's configuration as Refinery must be like. */
interface TailSampling {
  readonly processors: {
    readonly tail_sampling: { readonly num_traces: number; readonly decision_wait_after_root_received: string };
  };
}

/** Measures. @param say receives lines of progress */
export async function compareSamplers(quick: boolean, say: (line: string) => void): Promise<Section> {
  const [rounds, requestsARound] = quick ? [1, 20] : [3, 200];
  const [example] = exampleEnvironments();
  if (!example) throw new Error('There is no environment.');
  const config = edited(example, { 'sampling.floorPercent': 10, 'sampling.ceilingPercent': keptPercent });
  const binary = await collectorBinary(hostTarget(), say);
  const other = await peerBinary(refinery, say);
  const synthesised = synthesise(config);
  synthesised.dispose();
  const text = synthesised.sampler.configuration;
  const { goMiB } = sizesOf('sampler', config.collect.sampler.instanceType);
  const { num_traces: traces, decision_wait_after_root_received: wait } = (parse(text) as TailSampling).processors
    .tail_sampling;
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-peers-'));
  const client = poster();
  const closing: (() => unknown)[] = [];
  const contestants: Contestant[] = [];
  const fresh = { fullKibibytes: 0 };
  try {
    for (const [name, address, make] of [
      ['Harbourline, the sampler tier', '127.77.9.11', variant],
      ['Harbourline, tail sampling alone', '127.77.9.12', samplingAlone],
    ] as const) {
      const arrivals = new Arrivals();
      const to = await sink('127.77.9.1', arrivals);
      closing.push(to.close);
      const running = await start(make(name, address, { text, goMiB }, to.url), binary, folder);
      closing.push(running.stop);
      const drained = async (): Promise<true | string> => {
        const seen = await telemetry(address);
        if (seen.size === 0) return 'no figures';
        const queued = seen.get('otelcol_exporter_queue_size') ?? 0;
        return queued === 0 || `${queued} queued`;
      };
      const url = `http://${address}:${ports.otlpHttp}/v1/traces`;
      contestants.push({ ...running, ...fresh, microseconds: [], verdicts: [], arrivals, url, drained });
    }
    const arrivals = new Arrivals();
    const honeycomb = await startHoneycomb('127.77.9.1', arrivals);
    closing.push(honeycomb.close);
    const theirs = await startRefinery({
      binary: other,
      folder,
      address: '127.77.9.13',
      api: honeycomb.url,
      traces,
      waitSeconds: Number.parseInt(wait, 10),
      slowMs: config.sampling.slowThresholdMs ?? 2_000,
      oneIn: 100 / keptPercent,
    });
    closing.push(theirs.stop);
    contestants.push({
      ...theirs,
      ...fresh,
      name: `Refinery ${refinery.version}`,
      arrivals,
      microseconds: [],
      verdicts: [],
      settleSeconds: contestants[0]?.settleSeconds ?? 0,
      emptyKibibytes: ownKibibytes(theirs.pid),
    });

    const load = new Load(Date.now(), failing);
    for (let n = 0; n <= rounds; n++) {
      const requests = Array.from({ length: requestsARound }, () => load.next());
      for (const contestant of contestants) {
        const microseconds = await round(contestant, requests, client);
        if (n > 0) contestant.microseconds.push(microseconds); // the first warms up
        say(`round ${n} of ${rounds}: ${contestant.name} ${microseconds.toFixed(1)} µs a span`);
      }
      if (honeycomb.problems.length > 0) throw new Error(`Refinery's API was asked wrongly: ${honeycomb.problems[0]}`);
    }
    return section(contestants, { rounds, requestsARound, traces, wait, goMiB });
  } finally {
    client.close();
    for (const close of closing.reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function section(
  contestants: readonly Contestant[],
  of: { rounds: number; requestsARound: number; traces: number; wait: string; goMiB: number },
): Section {
  const rate = ({ microseconds }: Contestant): number => 1e6 / median(microseconds);
  const tracesARound = (of.requestsARound * spansInRequest) / spansATrace;
  const rows = contestants.map((contestant) => {
    const { name, pid, microseconds, fullKibibytes, emptyKibibytes, verdicts } = contestant;
    const { sent, kept, whole, failedSent, failedKept } = total(verdicts);
    const cells = [
      name,
      median(microseconds).toFixed(1),
      count(rate(contestant)),
      peakMiB(pid).toFixed(0),
      ((fullKibibytes - emptyKibibytes) / tracesARound).toFixed(1),
      `${((100 * kept) / sent).toFixed(1)} %`,
      `${count(whole)} of ${count(kept)}`,
      `${count(failedKept)} of ${count(failedSent)}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const [tier, alone, theirs] = contestants as [Contestant, Contestant, Contestant];
  const ratio = rate(tier) / rate(theirs);
  const incomplete = contestants.filter(({ verdicts }) => !isComplete(total(verdicts)));
  const verdict = `The sampler tier takes ${ratio.toFixed(1)} × the spans of Refinery for each core, tail sampling alone ${(rate(alone) / rate(theirs)).toFixed(1)} × (aim: at least ${aim} × by the tier).`;
  return {
    lines: [
      '### Tail sampling beside Honeycomb Refinery',
      '',
      `Medians of ${of.rounds} rounds of ${count(of.requestsARound * spansInRequest)} spans, in turn, the same spans for all, over HTTP on loopback. Both keep every trace with an error, every slow one and ${keptPercent} % of the others, decide ${of.wait} after the root, and have room for ${count(of.traces)} traces; all else of Refinery is its default. The tier also makes the metrics of every span, and keeps on disk what waits and what it sends; Refinery keeps both in memory, and sends to a stand-in of Honeycomb's API. Ours collects garbage late, as it does where it is deployed with ${of.goMiB} MiB; Refinery when Go does by default.`,
      '',
      '| sampler | CPU, µs a span | spans a second and core | peak memory, MiB | memory for each waiting trace, with garbage, KiB | traces kept | of these whole | traces with an error kept |',
      '|---|---|---|---|---|---|---|---|',
      ...rows,
      '',
      verdict,
    ],
    wrong: incomplete
      .filter(({ name }) => name !== theirs.name)
      .map(({ name, verdicts }) => `${name} is not complete: ${JSON.stringify(total(verdicts))}`),
    missed: [
      ...(ratio < aim
        ? [`the sampler tier takes ${ratio.toFixed(1)} × the spans of Refinery for each core, not ${aim} ×`]
        : []),
      ...(incomplete.includes(theirs) ? [`Refinery is not complete: ${JSON.stringify(total(theirs.verdicts))}`] : []),
    ],
  };
}
