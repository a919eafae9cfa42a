/** No span is lost: what services made against what the metrics counted. */
import { crossingAttribute, metricNamespace, metrics } from '../../lib/contract/metrics';
import { permitted } from './allowance';
import type { MetricStore } from './cloudwatch/metric-store';
import type { Evidence } from './evidence';
import { count, type Row } from './report';

/** Spans that the samplers counted, over all crossings and kinds. */
export function countedSpans(store: MetricStore, environment: string): number {
  return store
    .search(metricNamespace(environment), metrics.calls.name, [crossingAttribute, 'span.kind'], {})
    .reduce((sum, metric) => sum + (store.total({ ...metric, statistic: 'Sum' }) ?? 0), 0);
}

/** Payments were made and answered, and every span of them was counted. */
export function spansCounted({ ledger, payments, metrics: store, config, allowance }: Evidence): Row[] {
  const counted = countedSpans(store, config.environment);
  const lost = ledger.length - counted;
  const answered = payments.filter(({ traceId }) => traceId);
  const traces = new Set(ledger.map(({ traceId }) => traceId));
  const missing = answered.filter(({ traceId }) => !traces.has(traceId as string)).length;
  const { countedTwice, notCounted } = allowance;
  return [
    {
      what: 'payments made, answered',
      seen: `${count(payments.length)}, ${count(answered.length)}${missing > 0 ? `; ${count(missing)} without a span` : ''}`,
      expected: 'all answered, each with its trace',
      ok: payments.length > 0 && answered.length === payments.length && missing === 0,
    },
    {
      what: 'spans made / counted by the metrics',
      seen: `${count(ledger.length)} / ${count(counted)}${lost > 0 ? `: ${count(lost)} lost` : ''}`,
      expected: permitted('equal', [countedTwice, 'more'], [notCounted, 'fewer']),
      ok: ledger.length > 0 && -lost <= countedTwice.atMost && lost <= notCounted.atMost,
    },
  ];
}
