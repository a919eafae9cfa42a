/**
 * The agent: on every service node. Takes OTLP on loopback, drops what is of a foreign environment, redacts, and sends
 * compressed batches to the gateways from a queue on disk. Metrics, its own and those of services, take the same way.
 */
import { ports } from '../contract/ports';
import {
  clientTls,
  environmentGuard,
  extensions,
  memoryLimiter,
  retryForever,
  service,
  tierName,
} from './blocks/components';
import { marksOfAgent, serviceMetricProcessors } from './blocks/node-metrics';
import { ownMetrics, ownReader } from './blocks/own-metrics';
import { type RedactionOptions, redactionProcessors } from './blocks/redaction';
import { env, renderConfiguration, variables } from './blocks/render';

export interface AgentOptions {
  readonly environment: string;
  readonly redaction?: RedactionOptions;
}

/** Length of the disk queue in spans: about half a GiB, 20 minutes at 400 spans a second. */
export const agentQueueLength = 500_000;

/** Length of the disk queue in data points of metrics: half a day of the agent's own, and of a few services. */
export const agentMetricsQueueLength = 50_000;

/** The agent's configuration as text. */
export function agentConfiguration({ environment, redaction }: AgentOptions): string {
  const loopback = env(variables.loopback);
  const guards = { ...memoryLimiter(), ...environmentGuard(environment) };
  const redactors = redactionProcessors(redaction);
  const services = serviceMetricProcessors();
  const own = ownMetrics('agent', 'otlp_grpc/metrics', marksOfAgent(environment));
  const exporter = (length: number, batch: object) => ({
    endpoint: env(variables.gatewayEndpoint),
    tls: clientTls(tierName('gateway', environment)),
    compression: 'zstd',
    timeout: '10s',
    retry_on_failure: retryForever(),
    sending_queue: {
      enabled: true,
      storage: 'file_storage/queue',
      sizer: 'items',
      queue_size: length,
      num_consumers: 2,
      batch: { flush_timeout: '1s', ...batch },
    },
  });
  return renderConfiguration({
    extensions: extensions(loopback),
    receivers: {
      ...own.receivers,
      otlp: {
        protocols: {
          grpc: { endpoint: `${loopback}:${ports.otlpGrpc}` },
          http: { endpoint: `${loopback}:${ports.otlpHttp}` },
        },
      },
    },
    processors: { ...guards, ...redactors, ...services, ...own.processors },
    exporters: {
      otlp_grpc: exporter(agentQueueLength, { min_size: 512, max_size: 2048 }),
      // A queue of its own: spans that wait must not hold up the figures that tell of it.
      'otlp_grpc/metrics': exporter(agentMetricsQueueLength, { min_size: 64, max_size: 1024 }),
    },
    service: service(
      {
        ...own.pipelines,
        'metrics/services': {
          receivers: ['otlp'],
          processors: [...Object.keys(guards), ...Object.keys(services)],
          exporters: ['otlp_grpc/metrics'],
        },
        traces: {
          receivers: ['otlp'],
          processors: [...Object.keys(guards), ...Object.keys(redactors)],
          exporters: ['otlp_grpc'],
        },
      },
      [ownReader],
    ),
  });
}
