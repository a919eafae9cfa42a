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
    emitter: 'service: OpenTelemetry SDK',
  },
} as const satisfies Record<string, EmittedMetric>;
