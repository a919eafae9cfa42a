/**
 * The relay: takes the samplers' aggregates, lets through what is listed, and sends it into the mainland from a queue on
 * disk. Metrics only: it has no pipeline for traces or logs, and its processor makes every point anew.
 */

import { crossingAttribute, crossings, metrics, traceparentAttribute } from '../contract/metrics';
import { names } from '../contract/names';
import { ports } from '../contract/ports';
import { extensions, memoryLimiter, pingsAllowed, retryForever, serverTls, service } from './blocks/components';
import { embeddedMetrics, metricsOf, ownMetrics, ownReader } from './blocks/own-metrics';
import { env, renderConfiguration, variables } from './blocks/render';

export interface RelayOptions {
  readonly environment: string;
  /** `organisation.namePrefix`: the log group of metrics begins with it. */
  readonly namePrefix?: string | undefined;
  readonly region: string;
  /** Name in the certificate of the mainland's receiver. */
  readonly receiverName: string;
  /** Names of services that may cross; all others are one, {@link otherServices}. */
  readonly services: readonly string[];
  /** Calls a minute below which a group is not reported. */
  readonly minimumCalls: number;
  /** Size of the queue on disk. */
  readonly queueBytes: number;
}

/** Seconds in which groups are added up over samplers, by the clock: CloudWatch's period. */
export const windowSeconds = 60;

/**
 * Seconds after a minute in which points of it may still come: the samplers' queue sends every 5 s, and tries again every
 * 5 s. What comes later is judged by itself.
 */
export const graceSeconds = 20;

/** What a service is called in the mainland that nobody listed: a name is free text, and could be a person's. */
const otherServices = 'other';

/** What may leave, and which values it may have, as a pattern. Whoever adds a key here sends it across the border. */
export const listedAttributes = (
  environment: string,
  services: readonly string[],
): Readonly<Record<string, string>> => ({
  'service.name': [...services, otherServices].map((name) => name.replaceAll('.', '[.]')).join('|'),
  'deployment.environment.name': environment,
  [crossingAttribute]: crossings.join('|'),
  [traceparentAttribute]: 'received|lost',
  'span.kind': 'SPAN_KIND_(?:INTERNAL|CLIENT|SERVER|PRODUCER|CONSUMER)',
  'status.code': 'STATUS_CODE_(?:UNSET|OK|ERROR)',
});

/** Trace and span ids are hexadecimal, numbers of people and cards are digits: no name needs so many of either. */
const refusedValues = '[0-9a-fA-F]{16,}|[0-9]{6,}';

/** Certificate and key of the link, this end's. */
export const linkTls = (directory: string) => ({
  cert_file: `${env(directory)}/certificate.pem`,
  key_file: `${env(directory)}/key.pem`,
  reload_interval: '5m',
  min_version: '1.2',
});

/** The relay's configuration as text. */
export function relayConfiguration(options: RelayOptions): string {
  const { environment, region } = options;
  const own = ownMetrics('relay');
  return renderConfiguration({
    extensions: extensions(env(variables.loopback)),
    receivers: {
      ...own.receivers,
      otlp: {
        protocols: {
          grpc: {
            endpoint: `${env(variables.bind)}:${ports.otlpGrpc}`,
            tls: serverTls,
            max_recv_msg_size_mib: 16,
            keepalive: pingsAllowed,
          },
        },
      },
    },
    processors: {
      ...own.processors,
      ...memoryLimiter(),
      harbourline_aggregates: {
        window: `${windowSeconds}s`,
        grace: `${graceSeconds}s`,
        judged_over: ['status.code', 'span.kind', traceparentAttribute],
        minimum_count: options.minimumCalls,
        metrics: Object.values(metrics).map(({ name }) => name),
        attributes: listedAttributes(environment, options.services),
        folded: { 'service.name': otherServices },
        refused_values: refusedValues,
      },
    },
    exporters: {
      ...embeddedMetrics(names(environment, options.namePrefix), region, metricsOf('relay')),
      'otlp_http/mainland': {
        endpoint: env(variables.receiverEndpoint),
        tls: {
          ...linkTls(variables.linkTlsDirectory),
          ca_file: `${env(variables.linkTlsDirectory)}/authority.pem`,
          server_name_override: options.receiverName,
        },
        compression: 'zstd',
        timeout: '30s',
        // After an outage TCP waits minutes before it sends again, and HTTP/2 has one connection for all: what answers no ping
        // is closed, and a new one is made. Without it nothing crossed for three minutes after two minutes without a link, and
        // what had arrived was sent again and counted twice.
        http2_read_idle_timeout: '10s',
        http2_ping_timeout: '5s',
        retry_on_failure: retryForever('30s'),
        sending_queue: {
          enabled: true,
          storage: 'file_storage/queue',
          sizer: 'bytes',
          queue_size: options.queueBytes,
          num_consumers: 2,
        },
      },
    },
    service: service(
      {
        ...own.pipelines,
        'metrics/aggregates': {
          receivers: ['otlp'],
          processors: ['memory_limiter', 'harbourline_aggregates'],
          exporters: ['otlp_http/mainland'],
        },
      },
      [ownReader],
    ),
  });
}
