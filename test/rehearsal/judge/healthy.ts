/** Evidence of a rehearsal in which every promise held: tests break one thing of it. Small, and without a synthesis. */
import { createHash } from 'node:crypto';
import type { EnvironmentConfig } from '../../../config/schema';
import { exampleEnvironments } from '../../../harness/environments';
import {
  type Crossing,
  crossingAttribute,
  destinationAttribute,
  everyMetric,
  kindOfCrossing,
  metricNamespace,
  metrics,
  operationAttribute,
  statusError,
  traceparentAttribute,
} from '../../../lib/contract/metrics';
import { hashSalt } from '../../../lib/contract/sampling';
import { nothing } from '../../../rehearsal/judge/allowance';
import type { DataPoint } from '../../../rehearsal/judge/cloudwatch/embedded-metrics';
import { MetricStore } from '../../../rehearsal/judge/cloudwatch/metric-store';
import type { Evidence, LedgerEntry, Payment, StoredSpan } from '../../../rehearsal/judge/evidence';
import { deployed } from './deployed';

export const config = exampleEnvironments().find(({ environment }) => environment === 'dev') as EnvironmentConfig;
export const namespace = metricNamespace(config.environment);

/** A full minute of the clock. */
export const start = 1_790_000_040_000;
export const minute = 60_000;
const minutes = 3;
const traceCount = 120;
/** Four reports a minute, from the start until nothing moves any more. */
const reportMs = 15_000;
const reports = 4 * minutes + 6;
export const drive = { from: start, until: start + minutes * minute };

/** A span with the crossing that it has by its making, not by the judge's reading of it. */
export interface Made extends LedgerEntry {
  readonly crossing: Crossing;
}

const id = (text: string, length: number) => createHash('md5').update(text).digest('hex').slice(0, length);

/** Trace ids of the fixture. */
const traceId = (n: number) => id(`trace ${n}`, 32);

/** What was planted in a payment. */
export const planted = (n: number) => `4111${String(n).padStart(12, '0')}`;

/** A payment's spans: its server, the call to the mainland, the call back, and the database. */
function spansOf(n: number): Made[] {
  const at = start + (n * minutes * minute) / traceCount;
  const slow = n % 100 === 7;
  const failed = n % 20 === 3;
  // 1 to 3 % of spread, so that a percentile has neighbours.
  const spread = 1 + (n % 30) / 1000;
  const span = (part: string, kind: LedgerEntry['kind'], ms: number, more: Partial<Made> = {}): Made => ({
    traceId: traceId(n),
    spanId: id(`${n} ${part}`, 16),
    parentSpanId: id(`${n} server`, 16),
    name: part,
    kind,
    startNs: `${BigInt(at) * 1_000_000n}`,
    endNs: `${BigInt(at) * 1_000_000n + BigInt(Math.round(ms * spread * 1e6))}`,
    status: 'UNSET',
    serverAddress: null,
    clientAddress: null,
    crossing: 'none',
    ...more,
  });
  const settling = slow ? 2_500 : 80;
  return [
    span('server', 'SERVER', settling + 20, {
      parentSpanId: '',
      name: `POST /payments?card=${planted(n)}`,
      status: failed ? 'ERROR' : 'UNSET',
      clientAddress: '10.30.0.9',
    }),
    span('call', 'CLIENT', settling, { serverAddress: '10.20.0.15', crossing: 'hk-cn' }),
    // Its parent is a span of the mainland, which nobody here has.
    span('call back', 'SERVER', 3, {
      parentSpanId: id(`${n} mainland`, 16),
      clientAddress: '10.20.0.15',
      crossing: 'cn-hk',
    }),
    span('database', 'INTERNAL', 2),
  ];
}

export const made: readonly Made[] = Array.from({ length: traceCount }, (_, n) => spansOf(n)).flat();

const point = (name: string, dimensions: Record<string, string>, timestamp: number, values: number[]): DataPoint => ({
  namespace,
  name,
  unit: 'None',
  dimensions,
  timestamp,
  values,
  counts: values.map(() => 1),
});

/** What samplers make of spans: a point for each set of dimensions, every 15 seconds. */
export function measured(spans: readonly Made[]): DataPoint[] {
  const points = new Map<string, { point: DataPoint; values: number[] }>();
  const add = (name: string, dimensions: Record<string, string>, endNs: string, value: number) => {
    const flushed = Math.ceil(Number(BigInt(endNs) / 1_000_000n) / reportMs) * reportMs;
    const key = JSON.stringify([name, dimensions, flushed]);
    const known = points.get(key);
    if (known) known.values.push(value);
    else points.set(key, { point: point(name, dimensions, flushed, []), values: [value] });
  };
  for (const { crossing, kind, startNs, endNs, status, parentSpanId } of spans) {
    const ms = Number(BigInt(endNs) - BigInt(startNs)) / 1e6;
    const byCrossing = { [crossingAttribute]: crossing, 'span.kind': `SPAN_KIND_${kind}` };
    const byService = { ...byCrossing, 'service.name': 'payment' };
    const code = { 'status.code': status === 'ERROR' ? statusError : 'STATUS_CODE_UNSET' };
    for (const dimensions of [byCrossing, byService]) {
      add(metrics.duration.name, dimensions, endNs, ms);
      add(metrics.calls.name, dimensions, endNs, 1);
      add(metrics.calls.name, { ...dimensions, ...code }, endNs, 1);
    }
    if (kindOfCrossing[crossing] === byCrossing['span.kind']) {
      const excess = { [crossingAttribute]: crossing, 'service.name': 'payment' };
      add(metrics.excess.name, excess, endNs, status === 'ERROR' ? 1 : -1);
    }
    const named: Record<string, string> | undefined =
      crossing === 'hk-cn' && kind === 'CLIENT'
        ? { [destinationAttribute]: 'mainland' }
        : kind === 'SERVER'
          ? { 'service.name': 'payment', [operationAttribute]: 'POST /payments' }
          : undefined;
    if (named) {
      add(metrics.duration.name, named, endNs, ms);
      add(metrics.calls.name, { ...named, ...code }, endNs, 1);
      if (kind === 'CLIENT') add(metrics.excess.name, named, endNs, status === 'ERROR' ? 1 : -1);
    }
    const traceparent = { [crossingAttribute]: crossing, [traceparentAttribute]: parentSpanId ? 'received' : 'lost' };
    if (crossing === 'cn-hk') add(metrics.calls.name, traceparent, endNs, 1);
  }
  return [...points.values()].map(({ point: { name, dimensions, timestamp }, values }) =>
    name === metrics.calls.name
      ? point(name, dimensions, timestamp, [values.length])
      : name === metrics.excess.name
        ? point(name, dimensions, timestamp, [values.reduce((sum, value) => sum + value, 0)])
        : point(name, dimensions, timestamp, values),
  );
}

const values: Readonly<Record<string, readonly string[]>> = {
  'service.name': ['payment'],
  path: ['vpn-1'],
  sampled: ['true', 'false'],
};
const figures: Readonly<Record<string, number>> = { 'harbourline.agent.egress': 50, 'link.rtt': 25, 'link.probes': 60 };

/** What everything says of itself: every metric that is there on a fair day. */
export const selfMeasured: readonly DataPoint[] = everyMetric
  .filter((metric) => metric.namespace === undefined && !metric.onlyWhen && !metric.notRehearsed)
  .filter(({ name }) => !Object.values(metrics).some((metric) => metric.name === name))
  .flatMap((metric) =>
    metric.dimensions
      .filter((set) => !set.includes('error.type'))
      .flatMap((set) => {
        const tiers = 'tiers' in metric ? (metric.tiers as readonly string[]) : ['sampler'];
        const of = (dimension: string) => (dimension === 'tier' ? tiers : (values[dimension] ?? []));
        const combined = set.reduce<Record<string, string>[]>(
          (sofar, dimension) => sofar.flatMap((one) => of(dimension).map((value) => ({ ...one, [dimension]: value }))),
          [{}],
        );
        return combined.flatMap((dimensions) =>
          Array.from({ length: reports }, (_, n) =>
            point(metric.name, dimensions, start + n * reportMs, [
              figures[metric.name] ?? (/refused|lost/.test(metric.name) ? 0 : 10),
            ]),
          ),
        );
      }),
  );

export const storeOf = (points: readonly DataPoint[]): MetricStore => {
  const store = new MetricStore();
  store.add(points);
  return store;
};

/** FNV-1a of salt and trace id, 64 bits, as a share of all there are: written once more, for the judge must not say what it is held to. */
const shareOf = (traceId: string): number =>
  Number(
    [...Buffer.from(hashSalt), ...Buffer.from(traceId, 'hex')].reduce(
      (hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1_099_511_628_211n),
      14_695_981_039_346_656_037n,
    ),
  ) /
  2 ** 64;

/** What must become of a payment's trace in the environment dev: 10 to 30 % kept, failed ones and those beyond 2 s on top. */
export function fateOf(trace: readonly LedgerEntry[]): 'error' | 'slow' | 'floor' | 'band' | 'drop' {
  if (trace.some(({ status }) => status === 'ERROR')) return 'error';
  if (trace.some(({ startNs, endNs }) => Number(BigInt(endNs) - BigInt(startNs)) > 2_001e6)) return 'slow';
  const share = shareOf(trace[0]!.traceId);
  return share < 0.1 ? 'floor' : share < 0.3 ? 'band' : 'drop';
}

/** Spans of each trace. */
export const traces = (spans: readonly LedgerEntry[]): LedgerEntry[][] =>
  [...new Set(spans.map(({ traceId }) => traceId))].map((trace) => spans.filter(({ traceId }) => traceId === trace));

/** Every document of traces that must be kept, and of those of the band. */
export const kept = (spans: readonly LedgerEntry[]): StoredSpan[] =>
  traces(spans)
    .filter((trace) => fateOf(trace) !== 'drop')
    .flat()
    .map((span) => ({ traceId: span.traceId, spanId: span.spanId, traceGroup: 'POST /payments' }));

const payments: readonly Payment[] = Array.from({ length: traceCount }, (_, n) => ({
  status: 201,
  latencyMs: 100,
  sentAt: start,
  amount: '1.00',
  paymentId: `${n}`,
  traceId: traceId(n),
  settlementTraceId: traceId(n),
  callback: true,
  planted: [planted(n)],
}));

const crossings = {
  requests: traceCount,
  traceparentOut: traceCount,
  traceBack: traceCount,
  failed: 0,
  bytesOut: 1,
  bytesBack: 1,
};

const wellMeasured = [...measured(made), ...selfMeasured];
const wellKept = kept(made);

/** All is well, but for what is given. Nothing of it is made by the judge before a test begins. */
export const healthy = (broken: Partial<Evidence> = {}): Evidence => ({
  config,
  deployed,
  drive,
  driveSeconds: minutes * 60,
  payments,
  ledger: made,
  metrics: storeOf(wellMeasured),
  metricBytes: 100_000,
  metricBytesCompressed: 10_000,
  refusals: new Map(),
  spans: wellKept,
  edges: [{ serviceName: 'payment' }],
  deadLetters: [],
  crossed: { 'hk-cn': crossings, 'cn-hk': crossings },
  attempts: {
    search: 403,
    get: 403,
    delete: 403,
    deleteIndex: 403,
    writeElsewhere: 403,
    createIndex: 403,
    readRoles: 403,
  },
  machine: Array.from({ length: 10 }, (_, n) => ({
    at: start + n * 1_000,
    othersPercent: 2,
    driverDelayMs: 0.1,
    pressurePercent: 10,
  })),
  cleanStop: true,
  allowance: nothing,
  expectedAlarms: { notify: [] },
  ...broken,
});
