/**
 * `npm run bench:store`: what the writer and a node can take, what a span weighs on disk, and how long the page waits at a
 * million spans, all in one run. Figures go to docs/performance.md, and those that sizes are worked out from to
 * lib/store/measured.json.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Client } from '@opensearch-project/opensearch';
import { bundle } from '../../lib/bundle';
import { storeClient } from '../../lib/store/client';
import { prepareOpenSearch, startOpenSearch } from '../../rehearsal/opensearch-node/node';
import { applyForMatrix } from '../permissions/documents';
import { arnOf } from '../permissions/matrix';
import { fetchTrace } from '../trace/fetch';
import { searches } from './searches';
import { writeSection } from './section';
import { Load, spansInRequest } from './store-load';

const help = `Measures the span writer and the store on this machine, and writes docs/performance.md. Takes some six minutes.

npm run bench:store -- [options]
  --spans N   spans in the store when searches are timed (default 1000000)
  --help      this text
`;
const rounds = 5;
const requestsARound = 60;
const connections = 4; // as the collector's consumers
const ticks = 100; // kernel clock ticks a second: getconf CLK_TCK

const say = (line: string): boolean => process.stderr.write(`${line}\n`);
const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Processor seconds of a process. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}
const peakMiB = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Does all of the work, so many at a time. @returns seconds */
async function timed<T>(work: readonly T[], one: (item: T) => Promise<void>): Promise<number> {
  const queue = [...work];
  const started = performance.now();
  const consume = async (): Promise<void> => {
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) await one(item);
  };
  await Promise.all(Array.from({ length: connections }, consume));
  return (performance.now() - started) / 1000;
}

interface Writer {
  readonly pid: number;
  readonly post: (body: Buffer) => Promise<void>;
  readonly stop: () => Promise<void>;
}

async function startWriter(port: number, environment: Record<string, string>): Promise<Writer> {
  const program = join(bundle(join(__dirname, '..', '..', 'lib', 'store', 'span-writer', 'main.ts')), 'main.js');
  const host = '127.77.94.2';
  const child: ChildProcess = spawn(process.execPath, ['--max-old-space-size=512', program], {
    env: { WRITER_LISTEN: `${host}:${port}`, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const call = (method: string, path: string, body?: Buffer): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = body ? { 'content-type': 'application/x-protobuf', 'content-length': body.length } : {};
      const sent = request({ host, port, method, path, agent, headers }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  while ((await call('GET', '/healthz').catch(() => 0)) !== 200) await sleep(50);
  return {
    pid: child.pid ?? 0,
    post: async (body) => {
      while ((await call('POST', '/v1/traces', body)) !== 200) await sleep(50);
    },
    stop: async () => {
      agent.destroy();
      const ended = new Promise((resolve) => child.on('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A store that takes everything and keeps nothing. */
async function nullSink(): Promise<{ url: string; close: () => void }> {
  const server = createServer((incoming, response) => {
    let lines = 0;
    incoming.on('data', (part: Buffer) => {
      for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) lines++;
    });
    incoming.on('end', () => {
      const items = Array.from({ length: lines / 2 }, () => '{"index":{"status":201}}').join(',');
      response.writeHead(200, { 'content-type': 'application/json' }).end(`{"errors":false,"items":[${items}]}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.77.94.3', resolve));
  const address = server.address() as { port: number };
  return { url: `http://127.77.94.3:${address.port}`, close: () => server.close() };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { spans: { type: 'string', default: '1000000' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const wanted = Number(values.spans);
  if (!Number.isInteger(wanted) || wanted < 100_000)
    throw new Error(`--spans ${values.spans}: use a whole number from 100000`);
  const directory = mkdtempSync(join(tmpdir(), 'harbourline-bench-'));
  const password = randomBytes(18).toString('base64url');
  writeFileSync(join(directory, 'password'), password, { mode: 0o600 });
  const users = (['bootstrap', 'writer', 'reader'] as const).map((name) => ({
    name,
    password,
    backendRoles: [arnOf(name)],
  }));
  say('starting OpenSearch');
  const node = await startOpenSearch(await prepareOpenSearch(say), {
    directory: join(directory, 'node'),
    address: '127.77.94.1',
    port: 9200,
    heapMiB: 1024,
    users,
  });
  const { endpoint, caFile } = node;
  const clientOf = (username: string): Client =>
    storeClient({ endpoint, caFile, auth: { kind: 'basic', username, password } });
  const [bootstrap, plain, reader] = [clientOf('bootstrap'), clientOf('writer'), clientOf('reader')];
  const loadedUntil = Date.now();
  const load = new Load(loadedUntil);
  const alias = 'otel-v1-apm-span';
  const bulks = (index = alias, requests = requestsARound): string[] =>
    Array.from({ length: requests }, () => load.bulk(index));
  const send =
    (client: Client) =>
    async (body: string): Promise<void> => {
      const { body: answer } = await client.bulk({ body: body as unknown as object[] });
      if (answer.errors) throw new Error('The node refuses documents: the ceiling would be measured wrongly.');
    };
  const spans = requestsARound * spansInRequest;
  try {
    await applyForMatrix(bootstrap);

    say('writer against a null sink');
    const store = {
      DEAD_LETTER_DIR: join(directory, 'dead'),
      STORE_AUTH: 'basic',
      STORE_USERNAME: 'writer',
      STORE_PASSWORD_FILE: join(directory, 'password'),
    };
    const sink = await nullSink();
    // The null sink speaks no TLS, which the writer insists on: its client is the bench's own there.
    const alone = await writerCost(sink.url, load);
    sink.close();

    say('writer and plain bulk load against the node, in turn');
    const writer = await startWriter(4418, { ...store, STORE_ENDPOINT: endpoint, STORE_CA_FILE: caFile });
    const [ratesPlain, ratesWriter, nodeCost, writerCostTls]: number[][] = [[], [], [], []] as number[][];
    let stored = 0;
    for (let round = 0; round <= rounds; round++) {
      const prepared = bulks();
      const before = processorSeconds(node.pid);
      const plainSeconds = await timed(prepared, send(plain));
      const cost = processorSeconds(node.pid) - before;
      const requests = Array.from({ length: requestsARound }, () => load.request());
      const writerBefore = processorSeconds(writer.pid);
      const writerSeconds = await timed(requests, writer.post);
      const own = processorSeconds(writer.pid) - writerBefore;
      stored += 2 * spans;
      if (round === 0) continue; // both warm up
      ratesPlain?.push(spans / plainSeconds);
      ratesWriter?.push(spans / writerSeconds);
      nodeCost?.push(spans / cost);
      writerCostTls?.push(spans / own);
      say(`round ${round}: plain ${count(spans / plainSeconds)}/s, writer ${count(spans / writerSeconds)}/s`);
    }
    const peak = peakMiB(writer.pid);
    await writer.stop();

    say('codecs and refresh');
    const variants = await codecsAndRefresh(bootstrap, bulks, send(bootstrap));

    say(`filling up to ${count(wanted)} spans`);
    while (stored < wanted) {
      await timed(bulks(alias, 20), send(plain));
      stored += 20 * spansInRequest;
      if (stored % 100_000 === 0) say(`${count(stored)} stored`);
    }
    await bootstrap.indices.refresh({ index: 'otel-v1-apm-*' });
    const waits = await searchTimes(reader, loadedUntil);

    const ratio = median(ratesWriter ?? []) / median(ratesPlain ?? []);
    const bytes = Math.round(load.request().length / spansInRequest);
    const text = [
      `Medians of ${rounds} rounds of ${count(spans)} spans, in turn, ${connections} requests at a time, ${cpus().length} cores for writer, node and load together; a span has ${bytes} bytes as OTLP. One node, TLS, security plugin, one shard, no copies, a JVM that compiles quickly rather than well: a domain's node is faster.`,
      '',
      '| what | spans a second |',
      '|---|---|',
      `| writer, null sink, for each core of its own | ${count(alone)} |`,
      `| writer, the node over TLS, for each core of its own | ${count(median(writerCostTls ?? []))} |`,
      `| the node, plain bulk load, for each core of its own | ${count(median(nodeCost ?? []))} |`,
      `| plain bulk load of prepared documents | ${count(median(ratesPlain ?? []))} |`,
      `| writer | ${count(median(ratesWriter ?? []))} |`,
      '',
      `The writer reaches ${ratio.toFixed(2)} of the plain bulk load (aim: at least 0.70), with ${peak.toFixed(0)} MiB of memory at the most.`,
      '',
      '| index | spans a second | bytes a stored span, as written | merged |',
      '|---|---|---|---|',
      ...variants.map(
        ({ name, rate, written, merged }) => `| ${name} | ${count(rate)} | ${count(written)} | ${count(merged)} |`,
      ),
      '',
      `| search as the masked reader, ${count(stored)} spans | median, ms | slowest of 20, ms |`,
      '|---|---|---|',
      ...waits.map(({ name, middle, slowest }) => `| ${name} | ${middle.toFixed(0)} | ${slowest.toFixed(0)} |`),
    ].join('\n');
    console.log(`\n${text}`);
    writeSection('bench:store', text);
    const bytesOf = (name: string): number =>
      Math.round(variants.find((variant) => variant.name === name)?.written ?? 0);
    const measured = {
      otlpBytesPerSpan: bytes,
      storedBytesPerSpan: {
        default: bytesOf('default, refresh 10 s'),
        best_compression: bytesOf('best_compression, refresh 10 s'),
      },
      writerSpansPerCoreSecond: Math.round(median(writerCostTls ?? [])),
      nodeSpansPerCoreSecond: Math.round(median(nodeCost ?? [])),
    };
    writeFileSync(
      join(__dirname, '..', '..', 'lib', 'store', 'measured.json'),
      `${JSON.stringify(measured, undefined, 2)}\n`,
    );
  } finally {
    await Promise.all([bootstrap, plain, reader].map((client) => client.close()));
    await node.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Spans a processor second of the writer's work alone: decoding, scrubbing, documents, bulk bodies, answers. */
async function writerCost(url: string, load: Load): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'store-null.ts'), url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let port = 0;
  child.stdout.on('data', (text) => {
    port ||= Number(`${text}`.trim());
  });
  while (port === 0) await sleep(50);
  const post = async (body: Buffer): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(body),
    });
    if (answer.status !== 200)
      throw new Error(`The writer answers ${answer.status} in front of a sink that takes everything.`);
    await answer.arrayBuffer();
  };
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const requests = Array.from({ length: requestsARound }, () => load.request());
    const before = processorSeconds(child.pid ?? 0);
    await timed(requests, post);
    const cost = processorSeconds(child.pid ?? 0) - before;
    if (round > 0) rates.push((requestsARound * spansInRequest) / cost);
  }
  child.kill('SIGTERM');
  return median(rates);
}

interface IndexVariant {
  readonly name: string;
  readonly rate: number;
  readonly written: number;
  readonly merged: number;
}

/** The same spans into indices that differ in one setting. */
async function codecsAndRefresh(
  bootstrap: Client,
  bulks: (index: string) => string[],
  send: (body: string) => Promise<void>,
): Promise<IndexVariant[]> {
  const results: IndexVariant[] = [];
  for (const [codec, refresh] of [
    ['default', '10s'],
    ['best_compression', '1s'],
    ['best_compression', '10s'],
    ['best_compression', '30s'],
  ] as const) {
    // Below the pattern of the template, so that mappings are the same; not behind the alias.
    const index = `otel-v1-apm-span-bench-${codec}-${refresh}`;
    await bootstrap.indices.create({ index, body: { settings: { index: { codec, refresh_interval: refresh } } } });
    const rates: number[] = [];
    for (let round = 0; round < 3; round++) {
      const prepared = bulks(index);
      rates.push((prepared.length * spansInRequest) / (await timed(prepared, send)));
    }
    const bytes = async (): Promise<number> => {
      await bootstrap.indices.flush({ index });
      const { body } = await bootstrap.indices.stats({ index, metric: ['store', 'docs'] });
      const { store, docs } = body._all.primaries ?? {};
      return (store?.size_in_bytes as number) / (docs?.count as number);
    };
    await bootstrap.indices.refresh({ index });
    const written = await bytes();
    await bootstrap.indices.forcemerge({ index, max_num_segments: 1 });
    results.push({
      name: `${codec}, refresh ${refresh.replace('s', ' s')}`,
      rate: median(rates),
      written,
      merged: await bytes(),
    });
    await bootstrap.indices.delete({ index });
  }
  return results;
}

/** How long the page waits. */
async function searchTimes(
  reader: Client,
  loadedUntil: number,
): Promise<{ name: string; middle: number; slowest: number }[]> {
  const { body } = await reader.search({
    index: 'otel-v1-apm-span',
    body: { size: 20, query: { term: { parentSpanId: '' } } },
  });
  const ids = body.hits.hits.map(({ _source }) => (_source as unknown as { traceId: string }).traceId);
  const all: Record<string, (at: number) => Promise<unknown>> = {
    'trace list, the last five minutes': () => searches.traceList(reader, loadedUntil),
    'one trace': (at) => fetchTrace(reader, ids[at % ids.length] ?? ''),
    'services, the last hour': () => searches.services(reader, loadedUntil),
    'service map': () => searches.serviceMap(reader),
  };
  const results: { name: string; middle: number; slowest: number }[] = [];
  for (const [name, search] of Object.entries(all)) {
    for (let warm = 0; warm < 3; warm++) await search(warm);
    const times: number[] = [];
    for (let at = 0; at < 20; at++) {
      const started = performance.now();
      await search(at);
      times.push(performance.now() - started);
    }
    results.push({ name, middle: median(times), slowest: Math.max(...times) });
  }
  return results;
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
