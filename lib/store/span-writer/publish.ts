/** The writer's own metrics on their way to CloudWatch: every minute, OTLP, to the collector beside it. */
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { writerMetrics as names } from '../../contract/metrics';
import type { Metrics, WriterMetric } from './metrics';

const minute = 60_000;

/** Counters that are published, by the counter of {@link Metrics} that they read. */
const counters: Readonly<Record<string, readonly [WriterMetric, labels?: RegExp]>> = {
  [names.stored.name]: ['harbourline_writer_documents_stored_total'],
  [names.retried.name]: ['harbourline_writer_requests_refused_total', /status="(429|503)"/],
  [names.defused.name]: ['harbourline_writer_documents_defused_total'],
  [names.dead.name]: ['harbourline_writer_dead_letters_total'],
  [names.lettersDropped.name]: ['harbourline_writer_dead_letters_dropped_total'],
  [names.aside.name]: ['harbourline_writer_attributes_aside_total', /reason="budget"/],
  [names.collided.name]: ['harbourline_writer_attributes_aside_total', /reason="collision"/],
  [names.dropped.name]: ['harbourline_writer_requests_refused_total', /status="4(00|13|15)"/],
};

/**
 * Publishes what {@link Metrics} counts and observes.
 *
 * @param endpoint `http://127.0.0.1:4319/v1/metrics`
 * @returns sends what is left and ends it. A collector that is gone already is no error.
 */
export function publishMetrics(metrics: Metrics, endpoint: string, intervalMs = minute): () => Promise<void> {
  const provider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter: otlpExporter(endpoint),
        exportIntervalMillis: intervalMs,
        exportTimeoutMillis: Math.min(intervalMs, 10_000),
      }),
    ],
    // Percentiles are measured, never averaged.
    views: [{ instrumentName: names.latency.name, aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  });
  const meter = provider.getMeter('harbourline-span-writer');
  for (const [name, [metric, labels]] of Object.entries(counters)) {
    meter
      .createObservableCounter(name, { unit: 'Count' })
      .addCallback((result) => result.observe(metrics.total(metric, labels)));
  }
  const latency = meter.createHistogram(names.latency.name, { unit: names.latency.unit });
  metrics.onBulk = (seconds) => latency.record(seconds * 1000);
  return () => provider.shutdown({ timeoutMillis: 2_000 }).catch(() => {});
}

/** CloudWatch adds up: deltas. What could not be sent is not sent again, a gap of a minute is seen as one. */
const otlpExporter = (endpoint: string): PushMetricExporter => ({
  export: (batch, done) => {
    fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new TextDecoder().decode(JsonMetricsSerializer.serializeRequest(batch)),
      signal: AbortSignal.timeout(5_000),
    }).then(
      ({ ok, status }) => done(ok ? { code: 0 } : { code: 1, error: new Error(`${status} from ${endpoint}`) }),
      (error: Error) => done({ code: 1, error }),
    );
  },
  selectAggregationTemporality: () => AggregationTemporality.DELTA,
  forceFlush: async () => {},
  shutdown: async () => {},
});
