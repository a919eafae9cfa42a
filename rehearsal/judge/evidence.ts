/** Everything that a rehearsal is judged by: data, gathered while it ran. */
import type { EnvironmentConfig } from '../../config/schema';
import type { AlarmSet } from './cloudwatch/alarms';
import type { DashboardBody } from './cloudwatch/dashboards';
import type { MetricStore } from './cloudwatch/metric-store';
import type { Side } from './diagnosis';
import type { Interval } from './interval';
import type { Row } from './report';

export interface Evidence {
  /** What was promised. What was deployed is never asked what it should have done. */
  readonly config: EnvironmentConfig;
  /** What people will look at and be notified by, out of the templates. */
  readonly deployed: Deployed;
  /** From when until when payments were made. */
  readonly drive: Interval;
  /** How long payments were to be made. */
  readonly driveSeconds: number;
  readonly payments: readonly Payment[];
  /** Every span that services ended. */
  readonly ledger: readonly LedgerEntry[];
  /** What CloudWatch would hold. */
  readonly metrics: MetricStore;
  /** Bytes of metric events, as sent. */
  readonly metricBytes: number;
  /** The same, compressed by zstd request by request. */
  readonly metricBytesCompressed: number;
  /** Why AWS would have refused requests, each with its count. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Every document of the span indices. */
  readonly spans: readonly StoredSpan[];
  /** Every document of the service map. */
  readonly edges: readonly object[];
  /** Contents of the dead-letter files. */
  readonly deadLetters: readonly string[];
  readonly crossed: Readonly<Record<Direction, Crossings>>;
  /** What the writer's role was answered when it tried what it must not: HTTP statuses. */
  readonly attempts: Readonly<Record<Forbidden, number>>;
  /** How busy the machine was while payments were made; empty where it does not tell. */
  readonly machine: readonly MachineReading[];
  /** Whether every process ended by itself when asked to; undefined while they still run. */
  readonly cleanStop?: boolean;
  /** What the scenario may have cost. */
  readonly allowance: Allowance;
  /** What alarms must have made of it. */
  readonly expectedAlarms: ExpectedAlarms;
}

export interface Deployed {
  readonly dashboards: readonly DashboardBody[];
  readonly alarms: AlarmSet;
}

/** What became of a payment. */
export interface Payment {
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** From the moment that it was due. */
  readonly latencyMs: number;
  /** Milliseconds since the epoch at which it was sent. */
  readonly sentAt: number;
  readonly amount: string;
  readonly paymentId?: string;
  readonly traceId?: string;
  /** Trace id that the mainland saw. */
  readonly settlementTraceId?: string;
  /** Whether the mainland called Hong Kong back. */
  readonly callback: boolean;
  /** Strings that must not be found in the store. */
  readonly planted: readonly string[];
}

/** A span as the service ended it. */
export interface LedgerEntry {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER';
  /** Nanoseconds since the epoch; as text, since they do not fit a number. */
  readonly startNs: string;
  readonly endNs: string;
  readonly status: 'UNSET' | 'OK' | 'ERROR';
  readonly serverAddress: string | null;
  readonly clientAddress: string | null;
}

/** A span document of the store, as far as it is judged. */
export interface StoredSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceGroup?: string;
}

/** Who crosses the border: as the `crossing` attribute of spans. */
export type Direction = 'hk-cn' | 'cn-hk';

/** What crossed in one direction (that of the request). */
export interface Crossings {
  /** Requests that reached the line, also those that failed. */
  requests: number;
  /** Requests that carried `traceparent`. */
  traceparentOut: number;
  /** Answers that named the trace of their request, in a header or in the first 64 KiB of the body. */
  traceBack: number;
  /** Requests that got no whole answer. */
  failed: number;
  /** Body bytes of requests, and of answers. */
  bytesOut: number;
  bytesBack: number;
}

/** What was read of the machine while payments were made, about once a second: a mean since the reading before. */
export interface MachineReading {
  /** Ms since the epoch. */
  readonly at: number;
  /** Share of all processors that others than the rehearsal took, or the hypervisor kept, in per cent. */
  readonly othersPercent: number;
  /** How long the driver waited for a processor each time that it had something to do, in ms. */
  readonly driverDelayMs: number;
  /** Share of time in which something waited for a processor (`some` of `/proc/pressure/cpu`), in per cent. */
  readonly pressurePercent: number;
}

/** What the writer's role must be refused, each in words for the report. */
export const forbidden = {
  search: 'search',
  get: 'get',
  delete: 'delete',
  deleteIndex: 'delete the index',
  writeElsewhere: 'write to a foreign index',
  createIndex: 'create an index',
  readRoles: 'read the roles',
} as const;

export type Forbidden = keyof typeof forbidden;

/** A cost that a scenario admits, with the reason. */
export interface Cost {
  readonly atMost: number;
  readonly because: string;
}

/** What a scenario may cost. A planned event costs {@link nothing}. */
export interface Allowance {
  /** Spans that no metric counted. */
  readonly notCounted: Cost;
  /** Spans that the metrics counted beyond those that were made. */
  readonly countedTwice: Cost;
  /** Traces that had to be kept, and are missing or incomplete. */
  readonly tracesHarmed: Cost;
  /** Spans that the scenario itself made, beside those of the services. @default none */
  readonly made?: readonly LedgerEntry[];
  /** Strings in them that must not be found in the store. @default none */
  readonly planted?: readonly string[];
  /** When the fault began, ms since the epoch: the time before it stands for the hours before. @default there is none */
  readonly injectedAt?: number;
  /** What was seen on the way. */
  readonly rows: readonly Row[];
  /** What is judged when everything has come to rest. @default nothing */
  readonly atRest?: (evidence: Evidence) => readonly Row[];
}

/** What alarms must make of a scenario, by their names without the environment. */
export interface ExpectedAlarms {
  /** These notify somebody. */
  readonly notify: readonly string[];
  /** These may as well, each for its reason; no other may. @default none */
  readonly may?: Readonly<Record<string, string>>;
  /** Services that messages must name, and no others. @default not asked */
  readonly named?: readonly string[];
  /** Who is at fault, as the metrics alone must tell. @default not asked */
  readonly side?: Side;
}
