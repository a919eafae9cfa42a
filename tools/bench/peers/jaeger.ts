/** Jaeger with its OpenSearch storage: what a user would store spans with in place of our writer. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Service, startService } from '../../../harness/process';
import { ports } from '../../../lib/contract/ports';
import { telemetry } from '../../../rehearsal/stage/telemetry';
import type { Store } from '../store-node';
import type { Peer } from './program';

/**
 * Jaeger 2: its releases have two versions, and only the one below 2 is that of a Go module. The proxy serves it without the
 * page, in whose place Jaeger shows a line.
 */
export const jaeger: Peer = {
  name: 'jaeger',
  module: 'github.com/jaegertracing/jaeger',
  version: 'v1.76.0',
  sum: 'h1:sWCOOF1dr+NL0PLil7mFo3BqqQL8k4WiM7aguFbc14g=',
  program: './cmd/jaeger',
};
/** As its users know it. */
export const jaegerVersion = 'v2.13.0';

/** One that runs. */
export interface Jaeger extends Service {
  /** Where it takes OTLP. */
  readonly url: string;
}

/**
 * Starts it as its own example for OpenSearch has it, with as many shards and copies as ours.
 *
 * @throws Error with what it wrote, where it does not start
 */
export async function startJaeger(binary: string, address: string, store: Store): Promise<Jaeger> {
  const directory = mkdtempSync(join(store.directory, 'jaeger-'));
  const file = join(directory, 'jaeger.json');
  const size = { shards: 1, replicas: 0 };
  const http = `${address}:${ports.otlpHttp}`;
  const configuration = {
    service: {
      extensions: ['jaeger_storage'],
      pipelines: {
        traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['jaeger_storage_exporter'] },
      },
      telemetry: {
        logs: { level: 'error' },
        metrics: { readers: [{ pull: { exporter: { prometheus: { host: address, port: ports.telemetry } } } }] },
      },
    },
    extensions: {
      jaeger_storage: {
        backends: {
          node: {
            opensearch: {
              server_urls: [store.node.endpoint],
              auth: { basic: { username: 'bootstrap', password_file: store.passwordFile } },
              tls: { ca_file: store.node.caFile },
              indices: { spans: size, services: size, dependencies: size, sampling: size },
            },
          },
        },
      },
    },
    receivers: { otlp: { protocols: { http: { endpoint: http } } } },
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: 'node' } },
  };
  writeFileSync(file, JSON.stringify(configuration));
  const started = await startService({
    name: 'Jaeger',
    command: binary,
    arguments: ['--config', file],
    directory,
    environment: {},
    logFile: join(directory, 'jaeger.log'),
    healthUrl: 'its own metrics',
    isReady: async () => (await telemetry(address)).size > 0,
  });
  return { ...started, url: `http://${http}/v1/traces` };
}
