/** What services on the nodes say of themselves. */
import type { EmittedMetric } from './metric';

/** Which service a metric is of. */
export const serviceDimension = 'service.name';

/**
 * What services on the nodes measure of themselves: OTLP metrics to the agent, which lets these through and no others. The
 * keys of a metric's dimensions are the only attributes that are kept; values are words or short numbers, or become `other`.
 */
export const serviceMetrics = {
  /** Spans that a service ended and that its span processor is done with; those that it dropped have an `error.type`. */
  processed: {
    name: 'otel.sdk.processor.span.processed',
    unit: 'Count',
    dimensions: [[serviceDimension], [serviceDimension, 'error.type']],
    emitter: 'service: harbourline-otel',
  },
  /** Spans that the agent took; those that it never will have an `error.type`. */
  exported: {
    name: 'otel.sdk.exporter.span.exported',
    unit: 'Count',
    dimensions: [[serviceDimension], [serviceDimension, 'error.type']],
    emitter: 'service: harbourline-otel',
  },
  /** How long an attempt to hand over a batch took; a failed one has an `error.type`. */
  exportDuration: {
    name: 'otel.sdk.exporter.operation.duration',
    unit: 'Seconds',
    dimensions: [[serviceDimension], [serviceDimension, 'error.type']],
    emitter: 'service: harbourline-otel',
  },
  /** Spans that wait in a process of a service. */
  spanQueue: {
    name: 'otel.sdk.processor.span.queue.size',
    unit: 'Count',
    dimensions: [[serviceDimension]],
    emitter: 'service: harbourline-otel',
  },
  /** Collections of Python's garbage collector, of all generations. */
  gcCollections: {
    name: 'cpython.gc.collections',
    unit: 'Count',
    dimensions: [[serviceDimension]],
    emitter: 'service: harbourline-otel',
  },
  /** How long they held a service up, together. */
  gcPause: {
    name: 'harbourline.gc.pause.time',
    unit: 'Seconds',
    dimensions: [[serviceDimension]],
    emitter: 'service: harbourline-otel',
  },
  /** How long the longest of them held a process of a service up. */
  gcLongestPause: {
    name: 'harbourline.gc.pause.longest',
    unit: 'Seconds',
    dimensions: [[serviceDimension]],
    emitter: 'service: harbourline-otel',
  },
} as const satisfies Record<string, EmittedMetric>;
