/**
 * The agent: on every service node. Takes OTLP on loopback, drops what is of a foreign environment, redacts, and sends
 * compressed batches to the gateways from a queue on disk. Metrics, its own and those of services, take the same way.
 */
import { tierName } from '../../config/tier-names';
import { agentMetricsQueueBytes, agentQueueBytes, hops, mebibytes } from '../contract/limits';
import { ports } from '../contract/ports';
import {
  clientKeepalive,
  clientTls,
  environmentGuard,
  extensions,
  memoryLimiter,
  retryForever,
  service,
  sizeLimits,
} from './blocks/components';
import { marksOfAgent, serviceMetricProcessors } from './blocks/node-metrics';
import { ownMetrics, ownReader } from './blocks/own-metrics';
import { type RedactionOptions, redactionProcessors } from './blocks/redaction';
import { env, renderConfiguration, variables } from './blocks/render';

export interface AgentOptions {
  readonly environment: string;
  readonly redaction?: RedactionOptions;
}

/** The agent's configuration as text. */
export function agentConfiguration({ environment, redaction }: AgentOptions): string {
  const loopback = env(variables.loopback);
  const guards = { ...memoryLimiter(), ...environmentGuard(environment) };
  const spanGuards = { ...memoryLimiter(), ...sizeLimits, ...environmentGuard(environment) };
  const redactors = redactionProcessors(redaction);
  const services = serviceMetricProcessors();
  const own = ownMetrics('agent', 'otlp_grpc/metrics', marksOfAgent(environment));
  const exporter = (bytes: number, batch: object) => ({
    endpoint: env(variables.gatewayEndpoint),
    tls: clientTls(tierName('gateway', environment)),
    ...clientKeepalive,
    compression: 'zstd',
    timeout: '10s',
    retry_on_failure: retryForever(),
    sending_queue: {
      enabled: true,
      storage: 'file_storage/queue',
      sizer: 'bytes',
      queue_size: bytes,
      num_consumers: 2,
      batch: { sizer: 'bytes', flush_timeout: '1s', max_size: hops.agentToGateway.batchBytes, ...batch },
    },
  });
  return renderConfiguration({
    extensions: extensions(loopback),
    receivers: {
      ...own.receivers,
      otlp: {
        protocols: {
          grpc: {
            endpoint: `${loopback}:${ports.otlpGrpc}`,
            max_recv_msg_size_mib: mebibytes(hops.intoAgent.messageBytes),
          },
          http: { endpoint: `${loopback}:${ports.otlpHttp}`, max_request_body_size: hops.intoAgent.messageBytes },
        },
      },
    },
    processors: { ...spanGuards, ...redactors, ...services, ...own.processors },
    exporters: {
      otlp_grpc: exporter(agentQueueBytes, { min_size: 256 * 1024 }),
      // A queue of its own: spans that wait must not hold up the figures that tell of it.
      'otlp_grpc/metrics': exporter(agentMetricsQueueBytes, { min_size: 32 * 1024 }),
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
          processors: [...Object.keys(spanGuards), ...Object.keys(redactors)],
          exporters: ['otlp_grpc'],
        },
      },
      [ownReader],
    ),
  });
}
