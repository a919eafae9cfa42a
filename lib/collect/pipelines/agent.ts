/**
 * The agent: on every service node. Takes OTLP on loopback, drops spans of a foreign environment, redacts, and sends
 * compressed batches to the gateways from a queue on disk.
 */
import { ports } from '../ports';
import { clientTls, environmentGuard, extensions, memoryLimiter, retryForever, service, tierName } from './components';
import { type RedactionOptions, redactionProcessors } from './redaction';
import { env, renderConfiguration, variables } from './render';

export interface AgentOptions {
  readonly environment: string;
  readonly redaction?: RedactionOptions;
  /** Length of the disk queue in spans. @default 500,000: about half a GiB, 20 minutes at 400 spans a second */
  readonly queueLength?: number;
}

/** The agent's configuration as text. */
export function agentConfiguration({ environment, redaction, queueLength = 500_000 }: AgentOptions): string {
  const loopback = env(variables.loopback);
  const processors = { ...memoryLimiter(), ...environmentGuard(environment), ...redactionProcessors(redaction) };
  return renderConfiguration({
    extensions: extensions(loopback),
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: `${loopback}:${ports.otlpGrpc}` },
          http: { endpoint: `${loopback}:${ports.otlpHttp}` },
        },
      },
    },
    processors,
    exporters: {
      otlp_grpc: {
        endpoint: env(variables.gatewayEndpoint),
        tls: clientTls(tierName('gateway', environment)),
        compression: 'zstd',
        timeout: '10s',
        retry_on_failure: retryForever(),
        sending_queue: {
          enabled: true,
          storage: 'file_storage/queue',
          sizer: 'items',
          queue_size: queueLength,
          num_consumers: 2,
          batch: { flush_timeout: '1s', min_size: 512, max_size: 2048 },
        },
      },
    },
    service: service({
      traces: { receivers: ['otlp'], processors: Object.keys(processors), exporters: ['otlp_grpc'] },
    }),
  });
}
