import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePort } from '../../harness/ports';
import { waitFor } from '../../harness/wait';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { featureGates, hashSalt } from '../../lib/contract/sampling';
import { within } from '../../rehearsal/judge/sampling';
import { testSampler } from './support';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

const folder = mkdtempSync(join(tmpdir(), 'harbourline-waiting-'));
const stored = new Map<string, number>();
let counted = 0;
/** What is behind a sampler: the span writer, and CloudWatch. */
const behind = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString());
    for (const { scopeSpans } of body.resourceSpans ?? [])
      for (const { spans } of scopeSpans)
        for (const { traceId, spanId } of spans) stored.set(traceId + spanId, (stored.get(traceId + spanId) ?? 0) + 1);
    for (const { scopeMetrics } of body.resourceMetrics ?? [])
      for (const { metrics } of scopeMetrics)
        for (const { sum } of metrics) for (const { asInt } of sum?.dataPoints ?? []) counted += Number(asInt);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});
beforeAll(() => new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  behind.close();
  rmSync(folder, { recursive: true });
});

const floorPercent = 40;

/** Extensions that take a port. */
const listening = ['health_check', 'harbourline_pages'];

/** The sampler's own way of spans, with a shorter wait after a root, from plain HTTP to what is behind it. */
function configuration(port: number): string {
  const made = parse(testSampler({ sampling: { floorPercent, ceilingPercent: floorPercent, decisionWaitSeconds: 5 } }));
  const { processors, connectors, extensions, exporters, service } = made;
  const { 'traces/all': all, 'traces/kept': kept } = service.pipelines;
  const { sending_queue, retry_on_failure } = exporters['otlp_http/writer'];
  const out = {
    endpoint: `http://127.0.0.1:${(behind.address() as AddressInfo).port}`,
    encoding: 'json',
    compression: 'none',
    retry_on_failure,
  };
  for (const name of listening) delete extensions[name];
  return stringify({
    extensions,
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    processors: {
      ...Object.fromEntries(all.processors.map((name: string) => [name, processors[name]])),
      tail_sampling: processors.tail_sampling,
    },
    connectors: { ...connectors, span_metrics: { ...connectors.span_metrics, metrics_flush_interval: '6s' } },
    exporters: {
      'otlp_http/writer': { ...out, sending_queue: { ...sending_queue, batch: undefined } },
      'otlp_http/metrics': { ...out, sending_queue: { enabled: true, storage: 'file_storage/queue' } },
    },
    service: {
      extensions: service.extensions.filter((name: string) => !listening.includes(name)),
      telemetry: { metrics: { level: 'none' }, logs: { level: 'info' } },
      pipelines: {
        'traces/all': all,
        'traces/kept': { ...kept, exporters: ['otlp_http/writer'] },
        metrics: { receivers: ['span_metrics'], exporters: ['otlp_http/metrics'] },
      },
    },
  });
}

const id = (n: number, length: number): string => n.toString(16).padStart(length, '0');
/** Spread over all hashes. */
const traceOf = (n: number): string => id((n * 2_654_435_761) % 2 ** 32, 8) + id(n, 24);
const perTrace = 4;

test('a sampler that is killed goes on where it was: nothing is lost, nothing stored or counted twice', async () => {
  const port = await freePort();
  const file = join(folder, 'collector.yaml');
  writeFileSync(file, configuration(port));
  const binary = await collectorBinary(hostTarget());
  let log = '';
  let running: { child: ChildProcess; ended: Promise<void> };
  const start = async () => {
    const child = spawn(binary, ['--config', file, `--feature-gates=${featureGates.join(',')}`], {
      env: { DATA_DIRECTORY: folder },
    });
    child.stderr.on('data', (chunk) => (log += chunk));
    running = { child, ended: new Promise<void>((resolve) => child.on('close', () => resolve())) };
    await waitFor('the sampler to take spans', async () => (await send([])) || log);
  };
  const end = async (signal: NodeJS.Signals) => {
    running.child.kill(signal);
    await running.ended;
  };
  const send = async (traces: readonly number[], only?: number) => {
    const spans = traces.flatMap((trace) =>
      Array.from({ length: perTrace }, (_, n) => ({
        traceId: traceOf(trace),
        spanId: id(trace * perTrace + n + 1, 16),
        ...(n > 0 ? { parentSpanId: id(trace * perTrace + 1, 16) } : {}),
        name: 'pay',
        startTimeUnixNano: '1000000000',
        endTimeUnixNano: '2000000000',
      })).filter((_, n) => only === undefined || only === n),
    );
    const attributes = [{ key: 'service.name', value: { stringValue: 'payment' } }];
    const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }),
    });
    return response.ok;
  };
  const from = (first: number) => Array.from({ length: 100 }, (_, n) => first + n);
  const kept = (traces: readonly number[]) => traces.filter((n) => within(floorPercent, hashSalt, traceOf(n)));
  const storedOf = (traces: readonly number[]) =>
    traces.filter((n) => stored.has(traceOf(n) + id(n * perTrace + 1, 16)));
  const [decided, waiting, after] = [from(0), from(100), from(200)];
  try {
    await start();
    expect(await send(decided)).toBe(true);
    await waitFor('the first decisions', () => storedOf(decided).length === kept(decided).length || log);
    await waitFor('the first counts', () => counted === decided.length * perTrace || `${counted} spans`);
    // Of these the roots are still to come: no decision can be taken before the kill.
    for (const n of [1, 2, 3]) expect(await send(waiting, n)).toBe(true);
    await end('SIGKILL');
    expect(storedOf(waiting)).toEqual([]);

    await start();
    // The answer to the last request was lost, for all that a gateway knows: it sends it again.
    expect(await send(waiting, 3)).toBe(true);
    expect(await send(waiting, 0)).toBe(true);
    expect(await send(after)).toBe(true);
    await end('SIGKILL');

    // Nor does it matter how often.
    for (let n = 0; n < 4; n++) {
      await start();
      await end('SIGKILL');
    }
    await start();
    const all = [...decided, ...waiting, ...after];
    await waitFor('every decision', () => storedOf(all).length === kept(all).length || log);
    await end('SIGTERM');
    expect(new Set(stored.values())).toEqual(new Set([1]));
    expect(stored.size).toBe(kept(all).length * perTrace);
    expect(counted).toBe(all.length * perTrace);
    expect(readdirSync(join(folder, 'waiting'))).toEqual([]);
  } finally {
    running!.child.kill('SIGKILL');
    await running!.ended;
  }
});
