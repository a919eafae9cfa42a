/**
 * Every metric that a pipeline emits: name, unit, dimensions and emitter, once. Pipelines, dashboards, alarms and tests
 * import it, so a dashboard cannot show a metric that nothing sends.
 */

/** Directions in which a span can cross the border; see {@link crossingAttribute}. */
export const crossings = ['hk-cn', 'cn-hk', 'none'] as const;
export type Crossing = (typeof crossings)[number];

/**
 * Span attribute and metric dimension that says which border a span crosses: `hk-cn` for a client span whose server is
 * in the mainland, `cn-hk` for a server span whose caller is, `none` otherwise.
 */
export const crossingAttribute = 'crossing';

/**
 * Span attribute and metric dimension of calls from the mainland: `lost` where the server span has no parent, because
 * `traceparent` was lost on the way; `received` otherwise. Absent on all other spans.
 */
export const traceparentAttribute = 'traceparent';

/** Values of the `status.code` dimension as the span_metrics connector writes them. */
export const statusError = 'STATUS_CODE_ERROR';

/** Span kinds as the span_metrics connector writes them. */
export const spanKinds = { client: 'SPAN_KIND_CLIENT', server: 'SPAN_KIND_SERVER' } as const;

/** The kind of span whose duration is "the" duration of a crossing: the caller's view outward, the server's view inward. */
export const kindOfCrossing: Readonly<Record<Crossing, string>> = {
  'hk-cn': spanKinds.client,
  'cn-hk': spanKinds.server,
  none: spanKinds.server,
};

/** A metric as it stands in CloudWatch. */
export interface EmittedMetric {
  readonly name: string;
  /** CloudWatch's unit. */
  readonly unit: 'Milliseconds' | 'Count';
  /** The sets of dimensions under which it is published. Each combination of values is a paid metric. */
  readonly dimensions: readonly (readonly string[])[];
  /** Tier and component that emit it. */
  readonly emitter: string;
}

const byCrossing = [crossingAttribute, 'span.kind'] as const;
const byService = [...byCrossing, 'service.name'] as const;

/** Metrics of services' spans, counted by the sampler tier. */
export const metrics = {
  /** Duration of every span, before sampling: a delta exponential histogram, so that percentiles are measured. */
  duration: {
    name: 'traces.span.metrics.duration',
    unit: 'Milliseconds',
    dimensions: [byCrossing, byService],
    emitter: 'sampler: span_metrics',
  },
  /** Number of spans, before sampling. */
  calls: {
    name: 'traces.span.metrics.calls',
    unit: 'Count',
    dimensions: [
      byCrossing,
      byService,
      [...byCrossing, 'status.code'],
      [...byService, 'status.code'],
      [crossingAttribute, traceparentAttribute],
    ],
    emitter: 'sampler: span_metrics',
  },
} as const satisfies Record<string, EmittedMetric>;

/** Metric dimension that says which tier of collectors a metric is of. */
export const tierDimension = 'tier';

const byTier = [tierDimension] as const;

/** What collectors measure of themselves, summed or averaged over the instances of a tier. */
export const collectorMetrics = {
  /** Spans that came in and were taken. */
  accepted: {
    name: 'otelcol_receiver_accepted_spans',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'gateway, sampler: receivers',
    tiers: ['gateway', 'sampler'],
  },
  /** Spans that came in and were sent back: memory or queue was full. The sender tries again. */
  refused: {
    name: 'otelcol_receiver_refused_spans',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'gateway, sampler: receivers',
    tiers: ['gateway', 'sampler'],
  },
  /** Spans in the disk queue of an instance. */
  queued: {
    name: 'otelcol_exporter_queue_size',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'gateway, sampler: exporters',
    tiers: ['gateway', 'sampler'],
  },
  /** Kept spans that the full queue of a sampler did not take: they are lost. */
  notQueued: {
    name: 'otelcol_exporter_enqueue_failed_spans',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'sampler: otlp_http/writer',
    tiers: ['sampler'],
  },
  /** Spans of a foreign environment, or of none. */
  foreign: {
    name: 'otelcol_processor_filter_spans_filtered',
    unit: 'Count',
    dimensions: [byTier],
    emitter: 'gateway: filter/environment',
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
  },
} as const satisfies Record<string, EmittedMetric & { readonly tiers: readonly ('gateway' | 'sampler')[] }>;

/** CloudWatch namespace of an environment's metrics: two environments in one account stay apart. */
export const metricNamespace = (environment: string): string => `Harbourline/${environment}`;

/** Log group that gateways and samplers write embedded metrics to, in `/harbourline/` so that one policy can name it. */
export const metricLogGroup = (environment: string): string => `/harbourline/${environment}/metrics`;
