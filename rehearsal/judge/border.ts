/** Context crosses the border, and only a trickle leaves. */
import type { Evidence } from './evidence';
import { count, type Row } from './report';

/** Kbit/s that aggregates may take where an environment has no link of its own to say so. */
const trickle = 1_000;

export function crossed({
  payments,
  ledger,
  crossed: line,
  metricBytes,
  metricBytesCompressed,
  driveSeconds,
  config,
}: Evidence): Row[] {
  const answered = payments.filter(({ settlementTraceId }) => settlementTraceId);
  const same = answered.filter(({ traceId, settlementTraceId }) => traceId === settlementTraceId).length;
  const own = new Set(ledger.map(({ spanId }) => spanId));
  const callbacks = ledger.filter(
    ({ kind, parentSpanId }) => kind === 'SERVER' && parentSpanId && !own.has(parentSpanId),
  );
  const traces = new Set(payments.map(({ traceId }) => traceId));
  const joined = callbacks.filter(({ traceId }) => traces.has(traceId)).length;
  const [kilobits, compressed] = [metricBytes, metricBytesCompressed].map(
    (bytes) => (bytes * 8) / 1000 / driveSeconds,
  ) as [number, number];
  const most = config.link ? config.link.relay.bitsPerSecond / 1000 : trickle;
  return [
    {
      what: 'traceparent across and back',
      seen: `${same} of ${answered.length} seen over there; ${joined} of ${callbacks.length} calls back in their trace`,
      expected: 'all',
      ok: answered.length > 0 && same === answered.length && callbacks.length > 0 && joined === callbacks.length,
    },
    {
      what: 'calls over the line',
      seen: `${count(line['hk-cn'].requests)} hk-cn, ${count(line['cn-hk'].requests)} cn-hk`,
      expected: 'for information',
    },
    {
      what: 'aggregates for the mainland, at most',
      seen: `${count(metricBytes)} bytes, ${kilobits.toFixed(1)} kbit/s (as JSON; ${compressed.toFixed(1)} by zstd)`,
      expected: `< ${count(most)} kbit/s, no span`,
      ok: metricBytes > 0 && kilobits < most,
    },
  ];
}
