/**
 * The mainland's receiver: OTLP metrics from the relays, over mutual TLS, into CloudWatch of the mainland or into whatever
 * a side that is not on AWS has. Metrics only: there is no pipeline for traces or logs.
 */

import { metricNamespace, metrics } from '../contract/metrics';
import { ports } from '../contract/ports';
import { memoryLimiter, service } from './blocks/components';
import { env, renderConfiguration, variables } from './blocks/render';
import { linkTls } from './relay';

export interface ReceiverOptions {
  readonly environment: string;
  readonly port: number;
  /** CloudWatch of a region, or an OTLP endpoint that the side names itself, as BACKEND_ENDPOINT. */
  readonly sink: { readonly region: string; readonly logGroupName: string } | 'otlp';
}

/** Dimensions of Hong Kong's aggregates in the mainland: by crossing, and by service. */
const byService = ['crossing', 'span.kind', 'service.name'] as const;
const dimensions = [byService.slice(0, 2), byService, [...byService, 'status.code']];

/** The receiver's configuration as text. */
export function receiverConfiguration({ environment, port, sink }: ReceiverOptions): string {
  const exporters =
    sink === 'otlp'
      ? {
          'otlp_http/backend': {
            endpoint: env('BACKEND_ENDPOINT'),
            retry_on_failure: { enabled: true, max_elapsed_time: '0s' },
            // Answered when the backend has it: until then it is on the disk of the relay that sent it.
            sending_queue: { enabled: false },
          },
        }
      : {
          awsemf: {
            region: sink.region,
            namespace: metricNamespace(environment),
            log_group_name: sink.logGroupName,
            log_stream_name: env(variables.instance),
            dimension_rollup_option: 'NoDimensionRollup',
            retain_initial_value_of_delta_metric: true,
            version: '1',
            metric_declarations: [
              {
                dimensions,
                metric_name_selectors: Object.values(metrics).map(({ name }) => `^${name.replace(/\./g, '\\.')}$`),
              },
            ],
            metric_descriptors: Object.values(metrics).map(({ name, unit }) => ({
              metric_name: name,
              unit,
              overwrite: true,
            })),
          },
        };
  return renderConfiguration({
    extensions: { health_check: { endpoint: `${env(variables.bind)}:${ports.health}` } },
    receivers: {
      otlp: {
        protocols: {
          http: {
            endpoint: `${env(variables.bind)}:${port}`,
            tls: {
              ...linkTls(variables.linkTlsDirectory),
              client_ca_file: `${env(variables.linkTlsDirectory)}/authority.pem`,
              client_ca_file_reload: true,
            },
          },
        },
      },
    },
    processors: memoryLimiter(),
    exporters,
    service: {
      ...service({
        metrics: { receivers: ['otlp'], processors: ['memory_limiter'], exporters: Object.keys(exporters) },
      }),
      extensions: ['health_check'],
    },
  });
}
