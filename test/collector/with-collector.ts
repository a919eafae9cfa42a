/** A collector of the built binary, with a configuration of a test's own, that writes what comes out of it into a file. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../harness/ports';
import { waitFor } from '../../harness/wait';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';

/** A collector that runs. */
export interface Collector {
  /** Sends JSON to its receiver, again and again until it is taken: a collector takes a moment to start. */
  post(path: string, body: unknown): Promise<void>;
  /** What it wrote so far, a request a line. */
  written(): any[];
  log(): string;
}

/** Of the configuration, what is the same in all tests. */
export const quiet = { metrics: { level: 'none' }, logs: { level: 'error' } };

/** A configuration: what is received goes through processors, in their order, into the file. */
export const straight =
  (
    signal: 'traces' | 'metrics',
    processors: object,
    receiversAt: (endpoint: string) => object = (endpoint) => ({ otlp: { protocols: { http: { endpoint } } } }),
  ) =>
  (port: number, output: string): object => {
    const receivers = receiversAt(`127.0.0.1:${port}`);
    const pipeline = { receivers: Object.keys(receivers), processors: Object.keys(processors), exporters: ['file'] };
    return {
      receivers,
      processors,
      exporters: { file: { path: output } },
      service: { telemetry: quiet, pipelines: { [signal]: pipeline } },
    };
  };

/**
 * Starts a collector, and ends it when `use` has ended. That is no way to have it write: a signal that comes before it
 * handles signals ends it with what it had not written.
 *
 * @param configure its configuration, by the port that it listens on and the file that it writes into
 */
export async function withCollector<T>(
  configure: (port: number, output: string) => object,
  use: (collector: Collector) => Promise<T>,
  { args = [], env }: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-collector-'));
  const port = await freePort();
  const [file, output] = [join(folder, 'collector.yaml'), join(folder, 'out.json')];
  writeFileSync(file, stringify(configure(port, output)));
  const child = spawn(await collectorBinary(hostTarget()), ['--config', file, ...args], { env });
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  try {
    return await use({
      post: (path, body) =>
        waitFor(`the collector to take ${path}`, async () => {
          if (child.exitCode !== null) return new Error(log);
          const response = await fetch(`http://127.0.0.1:${port}${path}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          });
          return response.ok || `${response.status} ${await response.text()}`;
        }),
      written: () =>
        (existsSync(output) ? readFileSync(output, 'utf8') : '')
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line)),
      log: () => log,
    });
  } finally {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
}

/** Spans of what was written, with their resource and scope. */
export const spansOf = (written: readonly any[]): any[] =>
  written
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ resource, scopeSpans }: any) =>
      scopeSpans.flatMap(({ scope, spans }: any) => spans.map((span: any) => ({ ...span, resource, scope }))),
    );
