/** Metrics of services' spans, counted by the samplers before they sample. */
import type { EmittedMetric } from './metric';

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

/**
 * Span attributes and metric dimensions that tell calls apart, within `observe.metricsBudget`: of a client's call to the mainland
 * where it goes, as the service map calls it; of a server's span which operation it is, by the span's name.
 */
export const destinationAttribute = 'call.destination';
export const operationAttribute = 'call.operation';

/** Values of the `status.code` dimension as the span_metrics connector writes them. */
export const statusError = 'STATUS_CODE_ERROR';

/** Span kinds as the span_metrics connector writes them. */
const spanKinds = { client: 'SPAN_KIND_CLIENT', server: 'SPAN_KIND_SERVER' } as const;

/** The kind of span whose duration is "the" duration of a crossing: the caller's view outward, the server's view inward. */
export const kindOfCrossing: Readonly<Record<Crossing, string>> = {
  'hk-cn': spanKinds.client,
  'cn-hk': spanKinds.server,
  none: spanKinds.server,
};

const byCrossing = [crossingAttribute, 'span.kind'] as const;
const byService = [...byCrossing, 'service.name'] as const;
const byDestination = [destinationAttribute] as const;
const byOperation = ['service.name', operationAttribute] as const;

/** Metrics of services' spans, counted by the sampler tier. */
export const metrics = {
  /** Duration of every span, before sampling: a delta exponential histogram, so that percentiles are measured. */
  duration: {
    name: 'traces.span.metrics.duration',
    unit: 'Milliseconds',
    dimensions: [byCrossing, byService, byDestination, byOperation],
    emitter: 'sampler: span_metrics',
  },
  /** Number of spans, before sampling. */
  calls: {
    name: 'traces.span.metrics.calls',
    unit: 'Count',
    // All calls of a destination or an operation are as many as their durations: those that failed are counted apart.
    dimensions: [
      byCrossing,
      byService,
      [...byCrossing, 'status.code'],
      [...byService, 'status.code'],
      [crossingAttribute, traceparentAttribute],
      [...byDestination, 'status.code'],
      [...byOperation, 'status.code'],
    ],
    emitter: 'sampler: span_metrics',
  },
  /**
   * Failed calls less all others, of the kind of span that a crossing is judged by: above 0 where most calls of a service, or to a
   * destination, fail. A query over names that synth does not know can add up, not divide.
   */
  excess: {
    name: 'harbourline.calls.excess',
    unit: 'Count',
    dimensions: [[crossingAttribute, 'service.name'], byDestination],
    emitter: 'sampler: span_metrics, transform/excess',
  },
} as const satisfies Record<string, EmittedMetric>;
