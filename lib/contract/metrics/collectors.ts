/** What collectors say of themselves. */
import type { EmittedMetric } from './metric';

/** Metric dimension that says which tier of collectors a metric is of. */
export const tierDimension = 'tier';

const byTier = [tierDimension] as const;

/** Tiers of collectors. */
export const collectorTiers = ['agent', 'gateway', 'sampler'] as const;
export type CollectorTier = (typeof collectorTiers)[number];

/** What collectors measure of themselves, summed or averaged over the instances of a tier. */
export const collectorMetrics = {
  /** Spans that came in and were taken. */
  accepted: {
    name: 'otelcol_receiver_accepted_spans',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'agent, gateway, sampler: receivers',
    tiers: collectorTiers,
  },
  /** Spans that came in and were sent back: memory or queue was full. The sender tries again. */
  refused: {
    name: 'otelcol_receiver_refused_spans',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'agent, gateway, sampler: receivers',
    tiers: collectorTiers,
  },
  /** Bytes in a disk queue of an instance: of spans, and of metrics in another one. */
  queued: {
    name: 'otelcol_exporter_queue_size',
    unit: 'Bytes',
    dimensions: [byTier],
    emitter: 'agent, gateway, sampler: exporters',
    tiers: collectorTiers,
  },
  /** Kept spans that a full queue of a sampler did not take: lost to the store, or to a backend that they are forwarded to. */
  notQueued: {
    name: 'otelcol_exporter_enqueue_failed_spans',
    unit: 'Count',
    dimensions: [byTier, [tierDimension, 'exporter']],
    emitter: 'sampler: otlp_http/writer, forwarding exporters',
    tiers: ['sampler'],
    onlyWhen: 'a queue is full',
  },
  /** Spans that the next hop refused for good: no retry helps, and they are lost. */
  sendFailed: {
    name: 'otelcol_exporter_send_failed_spans',
    unit: 'Count',
    dimensions: [byTier, [tierDimension, 'exporter']],
    emitter: 'agent, gateway, sampler: exporters',
    tiers: collectorTiers,
    onlyWhen: 'a next hop refuses spans for good',
  },
  /** Points of metrics that CloudWatch, or an agent's gateway, refused for good. */
  metricsFailed: {
    name: 'otelcol_exporter_send_failed_metric_points',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'agent, gateway, sampler: exporters of metrics',
    tiers: collectorTiers,
    onlyWhen: 'metrics are refused for good',
  },
  /** Points of services, calls of operations and to destinations beyond the budget of metrics: they became those of one. */
  folded: {
    name: 'otelcol_budget_folded_points',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'gateway, sampler: awsemf, harbourline_crossing',
    tiers: ['gateway', 'sampler'],
    onlyWhen: 'there are more names than the budget has',
  },
  /** Spans of which something was cut because it was too deep, too long or too large, by the service that sent them. */
  cut: {
    name: 'otelcol_processor_limits_cut_spans',
    unit: 'Count',
    dimensions: [byTier, [tierDimension, 'service']],
    emitter: 'agent, gateway: harbourline_limits',
    tiers: ['agent', 'gateway'],
    onlyWhen: 'a span is beyond the limits',
    fields: ['reason'],
  },
  /** Files of queues, and of the log of what waits, that were damaged at a start, and set aside. */
  damagedQueues: {
    name: 'otelcol_extension_queue_damaged_files',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'agent, gateway, sampler: file_storage; sampler: harbourline_waiting',
    tiers: collectorTiers,
    onlyWhen: 'a file of a queue is damaged',
  },
  /** Spans that wait for their decision in a sampler's memory alone, because its log took no more: a kill would lose them. */
  unlogged: {
    name: 'otelcol_waiting_unlogged_spans',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'sampler: harbourline_waiting',
    tiers: ['sampler'],
    onlyWhen: "a sampler's log is full, or its disk takes nothing",
    fields: ['reason'],
  },
  /** Spans of a foreign environment, or of none, by the service that sent them. */
  foreign: {
    name: 'otelcol_processor_environment_refused_spans',
    unit: 'Count',
    dimensions: [byTier, [tierDimension, 'service']],
    emitter: 'agent, gateway: harbourline_environment',
    tiers: ['agent', 'gateway'],
    onlyWhen: 'such a span comes',
    fields: ['environment'],
  },
  /** Attributes that were masked because their key is not on the allow-list, by key. */
  unknownKeys: {
    name: 'otelcol_processor_redaction_unknown_keys',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'agent, gateway: harbourline_redaction',
    tiers: ['agent', 'gateway'],
    onlyWhen: 'a key is not on the list',
    fields: ['key'],
  },
  /** What an agent's node sends to the gateways, as its kernel counts it. `Maximum` is the busiest node. */
  egress: {
    name: 'harbourline.agent.egress',
    unit: 'Kilobits/Second',
    dimensions: [byTier],
    emitter: 'agent: bandwidth.sh',
    tiers: ['agent'],
  },
  /** Days that the certificate in use is still good for, once a day. `Minimum` is the oldest. */
  certificateDays: {
    name: 'harbourline.certificate.days',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'gateway, sampler: certificate.sh',
    tiers: ['gateway', 'sampler'],
    notRehearsed: 'it is measured once a day',
  },
  /** How full the root disk of an instance is, once a day, in per cent. `Maximum` is the fullest. */
  diskUsed: {
    name: 'harbourline.disk.used',
    unit: 'Percent',
    dimensions: [byTier],
    emitter: 'gateway, sampler: certificate.sh',
    tiers: ['gateway', 'sampler'],
    notRehearsed: 'it is measured once a day',
  },
  /** Samplers that a gateway sends to. `Minimum` is the gateway that knows fewest. */
  backends: {
    name: 'otelcol_loadbalancer_num_backends',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'gateway: load_balancing',
    tiers: ['gateway'],
  },
  /** Traces that were decided, kept (`sampled` is true) or not. */
  decided: {
    name: 'otelcol_processor_tail_sampling_global_count_traces_sampled',
    unit: 'Count',
    dimensions: [[tierDimension, 'sampled']],
    emitter: 'sampler: tail_sampling',
    tiers: ['sampler'],
  },
  /** Traces that left memory before they were decided: more of them than a sampler holds. */
  droppedTooEarly: {
    name: 'otelcol_processor_tail_sampling_sampling_trace_dropped_too_early',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'sampler: tail_sampling',
    tiers: ['sampler'],
    onlyWhen: 'a sampler holds too many traces',
  },
} as const satisfies Record<string, EmittedMetric & { readonly tiers: readonly CollectorTier[] }>;
