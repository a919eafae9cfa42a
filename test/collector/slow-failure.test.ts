import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { freePort } from '../../harness/ports';
import { waitFor } from '../../harness/wait';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { featureGates } from '../../lib/contract/sampling';
import { testSampler } from './support';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

const folder = mkdtempSync(join(tmpdir(), 'harbourline-slow-failure-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The sampler's own policies, with its waits in the same proportion and shorter. */
function configuration(port: number, out: string): string {
  const { tail_sampling } = parse(
    testSampler({
      // Less than one of the traces weighs: a budget bounds what is kept over time.
      sampling: { errorBytesPerSecond: 1_000 },
    }),
  ).processors;
  return stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    processors: { tail_sampling: { ...tail_sampling, decision_wait: '30s' } },
    exporters: { file: { path: out } },
    service: {
      telemetry: { metrics: { level: 'none' }, logs: { level: 'error' } },
      pipelines: { traces: { receivers: ['otlp'], processors: ['tail_sampling'], exporters: ['file'] } },
    },
  });
}

const id = (n: number, length: number): string => `${n}`.padStart(length, '0');

test('a payment whose root fails long after its first span is kept, each of 300, and says why', async () => {
  const port = await freePort();
  const [file, out] = [join(folder, 'collector.yaml'), join(folder, 'out.json')];
  writeFileSync(file, configuration(port, out));
  const child = spawn(await collectorBinary(hostTarget()), [
    '--config',
    file,
    `--feature-gates=${featureGates.join(',')}`,
  ]);
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const send = async (spans: object[]) => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans }] }] }),
    });
    return response.ok;
  };
  const numbers = Array.from({ length: 300 }, (_, n) => n + 1);
  const spanOf = (n: number, more: object) => ({
    traceId: id(n, 32),
    name: 'pay',
    startTimeUnixNano: '1000000000',
    endTimeUnixNano: '2000000000',
    ...more,
  });
  try {
    await waitFor('the sampler to take spans', async () => (await send([])) || log);
    expect(await send(numbers.map((n) => spanOf(n, { spanId: id(n, 16), parentSpanId: id(1000 + n, 16) })))).toBe(true);
    // Longer than the wait after a root: without one, nothing is decided yet.
    await sleep(2_500);
    expect(await send(numbers.map((n) => spanOf(n, { spanId: id(1000 + n, 16), status: { code: 2 } })))).toBe(true);
    const stored = () =>
      readFileSync(out, 'utf8')
        .split('\n')
        .filter(Boolean)
        .flatMap((line) => JSON.parse(line).resourceSpans)
        .flatMap(({ scopeSpans }: any) => scopeSpans);
    const spans = () => stored().flatMap((scoped: any) => scoped.spans);
    await waitFor('both spans of each trace', () => spans().length === 600 || `${spans().length} spans\n${log}`);
    expect(new Set(spans().map(({ traceId }: any) => traceId)).size).toBe(300);
    for (const { scope } of stored()) {
      expect(JSON.stringify(scope)).toContain('"tailsampling.policy","value":{"stringValue":"errors"}');
    }
    for (const { traceState } of spans()) expect(traceState).toBe('ot=th:0');
  } finally {
    child.kill();
    await ended;
  }
});
