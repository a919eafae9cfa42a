/**
 * The sampler: gets all spans of a trace. Counts and times every span, then keeps a band of traces and hands them to the
 * span writer beside it.
 */

import { tierName } from '../../config/tier-names';
import { hops, mebibytes } from '../contract/limits';
import {
  crossingAttribute,
  crossings,
  destinationAttribute,
  kindOfCrossing,
  metrics,
  operationAttribute,
  statusError,
  traceparentAttribute,
} from '../contract/metrics';
import { names } from '../contract/names';
import { ports } from '../contract/ports';
import { hashSalt, rootWaitSeconds } from '../contract/sampling';
import { forwardQueueBytes, queueBytes, sizesOf, waitingBytes } from '../contract/sizing';
import {
  clientKeepalive,
  clientTls,
  extensions,
  memoryLimiter,
  pingsAllowed,
  retryForever,
  serverTls,
  service,
} from './blocks/components';
import { crossingProcessor, type MainlandPeers, type NamedCalls } from './blocks/crossing';
import { type ForwardOptions, forwarders } from './blocks/forward';
import { embeddedMetrics, metricsOf, ownMetrics, ownReader, unitStatements } from './blocks/own-metrics';
import { env, renderConfiguration, variables } from './blocks/render';
import { graceSeconds, windowSeconds } from './relay';

export interface SamplerOptions {
  readonly environment: string;
  /** `organisation.namePrefix`: the log group of metrics begins with it. */
  readonly namePrefix?: string | undefined;
  readonly region: string;
  readonly instanceType: string;
  /** Volume of the disk queue in GiB. */
  readonly volumeGiB: number;
  /** Services, destinations in the mainland and operations of servers that have metrics of their own. */
  readonly named: NamedCalls & { readonly services: number };
  /** Backends that get kept traces too. @default none */
  readonly forward?: ForwardOptions;
  /**
   * Most samplers that there may be: budgets are the fleet's, limits are per instance. With fewer of them there is less to
   * keep, so the share that is kept stays about the same.
   */
  readonly instances: number;
  readonly mainland: MainlandPeers;
  /** Cloud Map namespace and service in which the relays are registered. @default no link: aggregates stay */
  readonly relays?: { readonly namespace: string; readonly service: string };
  readonly sampling: {
    /** Share of ordinary traces that is always kept, in per cent. */
    readonly floorPercent: number;
    /** Share of ordinary traces that is kept at most, in per cent. */
    readonly ceilingPercent: number;
    /** Budget of the band between floor and ceiling, bytes a second for the fleet. */
    readonly bytesPerSecond: number;
    /** Budget of errors and slow traces, bytes a second for the fleet. */
    readonly errorBytesPerSecond: number;
    /** A trace that takes longer is slow. */
    readonly slowThresholdMs: number;
    /** How long a trace is collected after its root has come, before it is decided. */
    readonly decisionWaitSeconds: number;
  };
}

/** Seconds between two flushes of the RED metrics. CloudWatch's finest standard period is 60 s: four flushes each. */
export const metricsFlushSeconds = 15;

/**
 * Buckets of a duration histogram. With 640 of them durations from 1 ms to 17 minutes have buckets of 2.2 %, so that a
 * percentile is within 1.1 % (ADR 30); with the usual 160 it was off by up to 3.4 %. Empty buckets cost nothing.
 */
const histogramBuckets = 640;

/** The sampler's configuration as text. */
export function samplerConfiguration(options: SamplerOptions): string {
  const { environment, region, sampling, instances } = options;
  const share = (bytesPerSecond: number) => ({
    bytes_per_second: Math.floor(bytesPerSecond / instances),
    // Whatever one trace may weigh: the share bounds what is kept over time, not how large a single trace is.
    burst_capacity: Math.max(hops.samplerToWriter.messageBytes, Math.floor((60 * bytesPerSecond) / instances)),
  });
  const probabilistic = (percent: number) => ({
    type: 'probabilistic',
    probabilistic: { hash_salt: hashSalt, sampling_percentage: percent },
  });
  // `and` stops at the first refusal: a budget is only charged with what everything before it let through.
  const within = (name: string, bytesPerSecond: number, ...conditions: object[]) => ({
    name,
    type: 'and',
    and: {
      and_sub_policy: [
        ...conditions,
        { name: `${name}-budget`, type: 'bytes_limiting', bytes_limiting: share(bytesPerSecond) },
      ],
    },
  });

  const sizes = sizesOf('sampler', options.instanceType);
  const forward = forwarders(options.forward, forwardQueueBytes(options.volumeGiB));
  const ownOnes = metricsOf('sampler');
  const own = ownMetrics('sampler', undefined, unitStatements(ownOnes));
  const relays = options.relays ? toRelays(environment, options.relays) : {};
  return renderConfiguration({
    extensions: {
      ...extensions(env(variables.loopback)),
      harbourline_waiting: {
        directory: `${env(variables.dataDirectory)}/waiting`,
        bytes: waitingBytes(options.volumeGiB),
      },
    },
    receivers: {
      ...own.receivers,
      otlp: {
        protocols: {
          grpc: {
            endpoint: `${env(variables.bind)}:${ports.otlpGrpc}`,
            tls: serverTls,
            max_recv_msg_size_mib: mebibytes(hops.gatewayToSampler.messageBytes),
            keepalive: pingsAllowed,
          },
        },
      },
    },
    processors: {
      ...own.processors,
      ...memoryLimiter(sizes.collectorMiB),
      ...crossingProcessor(options.mainland, options.named),
      // Writes down what was taken, before it is answered: a sampler that is killed goes on where it was (ADR 46).
      harbourline_waiting: {},
      ...excess,
      tail_sampling: {
        // Until the root has come, which ends last: a call that fails after thirty seconds is judged by its failure.
        decision_wait: `${rootWaitSeconds}s`,
        decision_wait_after_root_received: `${sampling.decisionWaitSeconds}s`,
        num_traces: sizes.traces,
        sample_on_first_match: true,
        // Spans that come after the decision follow it.
        decision_cache: { sampled_cache_size: 2 * sizes.traces, non_sampled_cache_size: 2 * sizes.traces },
        policies: [
          within('errors', sampling.errorBytesPerSecond, {
            name: 'error',
            type: 'status_code',
            status_code: { status_codes: ['ERROR'] },
          }),
          within('slow', sampling.errorBytesPerSecond, {
            name: 'latency',
            type: 'latency',
            latency: { threshold_ms: sampling.slowThresholdMs },
          }),
          { name: 'floor', ...probabilistic(sampling.floorPercent) },
          within(
            'band',
            sampling.bytesPerSecond,
            { name: 'ceiling', ...probabilistic(sampling.ceilingPercent) },
            {
              name: 'above-floor',
              type: 'not',
              not: { not_sub_policy: { name: 'floor-again', ...probabilistic(sampling.floorPercent) } },
            },
          ),
        ],
      },
    },
    connectors: {
      'forward/sampling': {},
      span_metrics: {
        aggregation_temporality: 'AGGREGATION_TEMPORALITY_DELTA',
        histogram: { unit: 'ms', exponential: { max_size: histogramBuckets } },
        dimensions: [
          { name: crossingAttribute, default: 'none' },
          ...[traceparentAttribute, destinationAttribute, operationAttribute].map((name) => ({ name })),
        ],
        exclude_dimensions: ['span.name'],
        // Without it the exporter drops same-named metrics of different resources, with a mere warning.
        resource_metrics_key_attributes: ['service.name', 'deployment.environment.name'],
        aggregation_cardinality_limit: 5000,
        metrics_flush_interval: `${metricsFlushSeconds}s`,
      },
    },
    exporters: {
      ...embeddedMetrics(
        names(environment, options.namePrefix),
        region,
        [...Object.values(metrics), ...ownOnes],
        options.named.services,
        ownOnes,
      ),
      ...forward,
      ...relays,
      'otlp_http/writer': {
        endpoint: `http://${env(variables.loopback)}:${ports.spanWriter}`,
        encoding: 'proto',
        compression: 'none', // loopback
        timeout: '60s',
        retry_on_failure: retryForever(),
        sending_queue: {
          enabled: true,
          storage: 'file_storage/queue',
          sizer: 'bytes',
          queue_size: queueBytes(options.volumeGiB),
          num_consumers: 4,
          // The writer works out trace groups per request, so a trace is split only where it is larger than a writer takes.
          batch: {
            sizer: 'bytes',
            flush_timeout: '1s',
            min_size: 512 * 1024,
            max_size: hops.samplerToWriter.batchBytes,
          },
        },
      },
    },
    service: service(
      {
        ...own.pipelines,
        'traces/all': {
          receivers: ['otlp'],
          processors: ['memory_limiter', 'harbourline_crossing', 'harbourline_waiting'],
          exporters: ['span_metrics', 'forward/sampling'],
        },
        'traces/kept': {
          receivers: ['forward/sampling'],
          processors: ['tail_sampling'],
          exporters: ['otlp_http/writer', ...Object.keys(forward)],
        },
        'metrics/excess': { receivers: ['span_metrics'], processors: Object.keys(excess), exporters: ['awsemf'] },
        metrics: { receivers: ['span_metrics'], exporters: ['awsemf', ...Object.keys(relays)] },
      },
      [ownReader],
      ['harbourline_waiting'],
    ),
  });
}

/** Makes of the calls by service what {@link metrics.excess} says: failed ones count as they are, others as less than nothing. */
const excess = {
  'filter/excess': {
    error_mode: 'ignore',
    metric_conditions: [
      `metric.name != "${metrics.calls.name}" or not (${crossings
        .map(
          (crossing) =>
            `(datapoint.attributes["${crossingAttribute}"] == "${crossing}" and datapoint.attributes["span.kind"] == "${kindOfCrossing[crossing]}")`,
        )
        .join(' or ')})`,
    ],
  },
  'transform/excess': {
    error_mode: 'ignore',
    metric_statements: [
      {
        statements: [
          `set(metric.name, "${metrics.excess.name}")`,
          'set(metric.is_monotonic, false)',
          `set(datapoint.value_int, 0 - datapoint.value_int) where datapoint.attributes["status.code"] != "${statusError}"`,
        ],
      },
    ],
  },
};

/**
 * The exporter to the relays. By service, so that one relay sees the whole of a group and can judge its size. A relay
 * answers when what it got is on its disk, after its window: so there are many at once, and each waits long.
 */
const toRelays = (environment: string, { namespace, service }: { namespace: string; service: string }) => ({
  'load_balancing/relays': {
    routing_key: 'service',
    timeout: '1h', // as at the gateway: "0s" would mean 5 s
    retry_on_failure: retryForever(),
    sending_queue: {
      enabled: true,
      storage: 'file_storage/queue',
      sizer: 'items',
      // An hour of a hundred services at a flush every 15 s, about 20 points each: relays away, not the link.
      queue_size: 500_000,
      num_consumers: 16,
      batch: { flush_timeout: '5s', min_size: 2_000, max_size: 10_000 },
    },
    protocol: {
      otlp: {
        tls: clientTls(tierName('relay', environment)),
        ...clientKeepalive,
        // Longer than a relay's window, its grace and what may be between two looks.
        timeout: `${windowSeconds + graceSeconds + 40}s`,
        compression: 'zstd',
        sending_queue: { enabled: false },
        retry_on_failure: { ...retryForever('5s'), max_elapsed_time: '60s' },
      },
    },
    resolver: {
      aws_cloud_map: {
        namespace,
        service_name: service,
        port: ports.otlpGrpc,
        interval: '5s',
        timeout: '3s',
        health_status: 'HEALTHY',
      },
    },
  },
});
