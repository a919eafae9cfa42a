/** Everything that a rehearsal is judged by: data, gathered while it ran. */
import type { EnvironmentConfig } from '../../config/schema';
import type { Allowance, ExpectedAlarms } from './allowance';
import type { AlarmSet } from './cloudwatch/alarms';
import type { DashboardBody } from './cloudwatch/dashboards';
import type { MetricStore } from './cloudwatch/metric-store';
import type { Interval } from './interval';
import type { MachineReading } from './machine';
import type { Forbidden } from './permissions';

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
  /** Whether every process ended by itself when asked to. */
  readonly cleanStop: boolean;
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
