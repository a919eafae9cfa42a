/** Collector tiers as they are synthesised, started on loopback with a sink in place of what comes after them. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startService } from '../../harness/process';
import { ports } from '../../lib/contract/ports';
import { telemetry } from '../../rehearsal/stage/telemetry';
import { ownKibibytes } from './measure';

/** A sampler decides this many seconds after it has got a trace, and a little later it is done. */
const settleSampler = 13;

/** A tier as it is measured. */
export interface Variant {
  readonly name: string;
  readonly address: string;
  readonly configuration: object;
  /** Until everything is decided. */
  readonly settleSeconds: number;
  /** Of its own, beside what every tier is given. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One that runs. */
export interface Running extends Variant {
  readonly pid: number;
  /** Memory of its own before the first span, and the most right after a round was sent, in KiB. */
  readonly emptyKibibytes: number;
  fullKibibytes: number;
  readonly stop: () => Promise<unknown>;
  readonly microseconds: number[];
}

/** As much of a configuration as is changed here. */
interface Configuration {
  readonly extensions: Record<string, unknown>;
  readonly receivers: Record<string, unknown>;
  readonly processors: Record<string, unknown>;
  readonly connectors?: Record<string, unknown>;
  exporters: Record<string, { readonly sending_queue?: object; readonly compression?: string }>;
  readonly service: {
    extensions: string[];
    readonly telemetry: { readonly logs: { level: string } };
    readonly pipelines: Record<string, { processors?: string[]; exporters: string[] }>;
  };
}

/**
 * The configuration of a tier, on loopback without TLS, sending to the sink in place of the next tier.
 *
 * @param sink URL that takes OTLP
 * @param goMiB what Go's garbage collector stays under, as where the tier is deployed
 * @param without a processor that is left out, and the extension of its name. @default none
 */
export function variant(
  name: string,
  address: string,
  { text, goMiB }: { readonly text: string; readonly goMiB: number },
  sink: string,
  without?: string,
): Variant {
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
    pipeline.processors = (pipeline.processors ?? []).filter((processor) => processor !== without);
  }
  if (without) {
    delete configuration.processors[without];
    delete configuration.extensions[without];
    service.extensions = service.extensions.filter((extension) => extension !== without);
  }
  service.telemetry.logs.level = 'error';
  const wait = 'tail_sampling' in configuration.processors ? settleSampler : 0;
  return { name, address, configuration, settleSeconds: wait, environment: { GOMEMLIMIT: `${goMiB}MiB` } };
}

/** Starts a collector. @throws Error with its log, where it does not start */
export async function start(of: Variant, binary: string, folder: string): Promise<Running> {
  const directory = mkdtempSync(join(folder, 'collector-'));
  const file = join(directory, 'collector.yaml');
  writeFileSync(file, stringify(of.configuration));
  const { pid, stop } = await startService({
    name: of.name,
    command: binary,
    arguments: ['--config', file],
    directory,
    environment: {
      BIND_ADDRESS: of.address,
      LOOPBACK_ADDRESS: of.address,
      PAGES_ADDRESS: of.address,
      DATA_DIRECTORY: directory,
      TLS_DIRECTORY: directory,
      INSTANCE_ID: of.name,
      GATEWAY_ENDPOINT: 'unused:1',
      ...of.environment,
    },
    logFile: join(directory, 'collector.log'),
    healthUrl: 'its own metrics',
    isReady: async () => (await telemetry(of.address)).size > 0,
  });
  return { ...of, pid, emptyKibibytes: ownKibibytes(pid), fullKibibytes: 0, stop, microseconds: [] };
}
