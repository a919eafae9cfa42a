/**
 * The gateway: behind the load balancer. Takes OTLP over TLS, drops what is of a foreign environment, redacts, and routes
 * all spans of a trace to one sampler. Metrics of nodes go to CloudWatch from here: nodes need no access to it.
 */

import { tierName } from '../../config/tier-names';
import { hops, mebibytes } from '../contract/limits';
import { names } from '../contract/names';
import { ports } from '../contract/ports';
import { queueBytes, sizesOf } from '../contract/sizing';
import {
  clientKeepalive,
  clientTls,
  environmentGuard,
  extensions,
  memoryLimiter,
  pingsAllowed,
  retryForever,
  serverTls,
  service,
  sizeLimits,
} from './blocks/components';
import { type LegacyClient, legacyReceivers } from './blocks/legacy';
import { metricsOfNodes, nodeMetricProcessors } from './blocks/node-metrics';
import { embeddedMetrics, metricsOf, ownMetrics, ownReader } from './blocks/own-metrics';
import { type RedactionOptions, redactionProcessors } from './blocks/redaction';
import { env, renderConfiguration, variables } from './blocks/render';

export interface GatewayOptions {
  readonly environment: string;
  /** `organisation.namePrefix`: the log group of metrics begins with it. */
  readonly namePrefix?: string | undefined;
  readonly redaction?: RedactionOptions;
  readonly region: string;
  /** Clients of older systems that are admitted. @default none */
  readonly legacyClients?: readonly LegacyClient[];
  readonly instanceType: string;
  /** Volume of the disk queue in GiB. */
  readonly volumeGiB: number;
  /** Services that have metrics of their own. */
  readonly services: number;
  /** Cloud Map namespace and service in which the samplers are registered. */
  readonly samplers: { readonly namespace: string; readonly service: string };
}

/**
 * How long a batch is offered to one sampler before it is routed anew, in seconds: longer than a sampler's restart and a
 * planned departure take, so that a batch is sent again for a sampler that died only.
 */
export const backendRetrySeconds = 60;

/** The gateway's configuration as text. */
export function gatewayConfiguration({
  environment,
  namePrefix,
  region,
  instanceType,
  volumeGiB,
  services,
  samplers,
  legacyClients = [],
  redaction,
}: GatewayOptions): string {
  const bind = env(variables.bind);
  const own = ownMetrics('gateway');
  const legacy = legacyReceivers(legacyClients, environment);
  const guards = {
    ...memoryLimiter(sizesOf('gateway', instanceType).collectorMiB),
    ...environmentGuard(environment),
  };
  // Cut again: agents are updated node by node, and services can send without one.
  const { memory_limiter, ...guard } = guards;
  const processors = { memory_limiter, ...sizeLimits, ...guard, ...redactionProcessors(redaction) };
  const nodes = nodeMetricProcessors();
  return renderConfiguration({
    extensions: extensions(bind),
    receivers: {
      ...own.receivers,
      ...legacy.receivers,
      otlp: {
        protocols: {
          grpc: {
            endpoint: `${bind}:${ports.otlpGrpc}`,
            tls: serverTls,
            max_recv_msg_size_mib: mebibytes(hops.agentToGateway.messageBytes),
            // A load balancer spreads connections, not requests: aged ones let new gateways take their share.
            keepalive: {
              ...pingsAllowed,
              server_parameters: { max_connection_age: '5m', max_connection_age_grace: '30s' },
            },
          },
          http: {
            endpoint: `${bind}:${ports.otlpHttp}`,
            tls: serverTls,
            // Clients of HTTP are services: what they may send is what an agent takes.
            max_request_body_size: hops.intoAgent.messageBytes,
          },
        },
      },
    },
    processors: { ...own.processors, ...legacy.processors, ...processors, ...nodes },
    exporters: {
      ...embeddedMetrics(
        names(environment, namePrefix),
        region,
        [...new Set([...metricsOf('gateway'), ...metricsOfNodes])],
        services,
      ),
      load_balancing: {
        routing_key: 'traceID',
        // Retries stand at both levels on purpose. Retried at the top alone, a whole batch is sent again each time that one
        // sampler is away, and the healthy ones count it twice. Retried without end below, a batch for a sampler that is
        // gone for good never comes back to be routed anew (ADR 14). "0s" would silently mean 5 s.
        timeout: '1h',
        retry_on_failure: retryForever(),
        sending_queue: {
          enabled: true,
          storage: 'file_storage/queue',
          sizer: 'bytes',
          queue_size: queueBytes(volumeGiB),
          num_consumers: 4,
          // Small, because a batch that was under way to a sampler that dies is counted twice by the others.
          batch: {
            sizer: 'bytes',
            flush_timeout: '200ms',
            min_size: 256 * 1024,
            max_size: hops.gatewayToSampler.batchBytes,
          },
        },
        protocol: {
          otlp: {
            tls: clientTls(tierName('sampler', environment)),
            ...clientKeepalive,
            timeout: '5s',
            sending_queue: { enabled: false },
            retry_on_failure: {
              ...retryForever('2s'),
              initial_interval: '200ms',
              max_elapsed_time: `${backendRetrySeconds}s`,
            },
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
    service: service(
      {
        ...own.pipelines,
        'metrics/nodes': {
          receivers: ['otlp'],
          processors: [...Object.keys(guards), ...Object.keys(nodes)],
          exporters: ['awsemf'],
        },
        traces: { receivers: ['otlp'], processors: Object.keys(processors), exporters: ['load_balancing'] },
        ...legacy.pipelines(Object.keys(processors), ['load_balancing']),
      },
      [ownReader],
    ),
  });
}
