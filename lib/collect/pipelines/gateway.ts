/**
 * The gateway: behind the load balancer. Takes OTLP over TLS, drops spans of a foreign environment, redacts, and routes
 * all spans of a trace to one sampler.
 */
import { ports } from '../ports';
import {
  clientTls,
  environmentGuard,
  extensions,
  memoryLimiter,
  queueLength,
  retryForever,
  serverTls,
  service,
  tierName,
} from './components';
import { redactionProcessors } from './redaction';
import { env, renderConfiguration, variables } from './render';

export interface GatewayOptions {
  readonly environment: string;
  /** Volume of the disk queue in GiB. */
  readonly volumeGiB: number;
  /** Cloud Map namespace and service in which the samplers are registered. */
  readonly samplers: { readonly namespace: string; readonly service: string };
}

/** The gateway's configuration as text. */
export function gatewayConfiguration({ environment, volumeGiB, samplers }: GatewayOptions): string {
  const bind = env(variables.bind);
  const processors = { ...memoryLimiter(), ...environmentGuard(environment), ...redactionProcessors };
  return renderConfiguration({
    extensions: extensions(bind),
    receivers: {
      otlp: {
        protocols: {
          grpc: {
            endpoint: `${bind}:${ports.otlpGrpc}`,
            tls: serverTls,
            max_recv_msg_size_mib: 16,
            // A load balancer spreads connections, not requests: aged ones let new gateways take their share.
            keepalive: { server_parameters: { max_connection_age: '5m', max_connection_age_grace: '30s' } },
          },
          http: { endpoint: `${bind}:${ports.otlpHttp}`, tls: serverTls },
        },
      },
    },
    processors,
    exporters: {
      load_balancing: {
        routing_key: 'traceID',
        // The queue and endless retries stand at both levels on purpose: retried at the top alone, a whole batch is
        // sent again when one sampler is away, and the healthy ones count it twice. "0s" would silently mean 5 s.
        timeout: '1h',
        retry_on_failure: retryForever(),
        sending_queue: {
          enabled: true,
          storage: 'file_storage/queue',
          sizer: 'items',
          queue_size: queueLength(volumeGiB),
          num_consumers: 4,
          batch: { flush_timeout: '200ms', min_size: 1000, max_size: 4000 },
        },
        protocol: {
          otlp: {
            tls: clientTls(tierName('sampler', environment)),
            timeout: '5s',
            sending_queue: { enabled: false },
            retry_on_failure: { ...retryForever('2s'), initial_interval: '200ms' },
          },
        },
        resolver: {
          aws_cloud_map: {
            namespace: samplers.namespace,
            service_name: samplers.service,
            port: ports.otlpGrpc,
            // A sampler that leaves must be out of the ring soon: consumers stall on it until then.
            interval: '5s',
            timeout: '3s',
            health_status: 'HEALTHY',
          },
        },
      },
    },
    service: service({
      traces: { receivers: ['otlp'], processors: Object.keys(processors), exporters: ['load_balancing'] },
    }),
  });
}
