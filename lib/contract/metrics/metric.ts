/** What is said of each metric, and where metrics of our own stand. */
import type { Names } from '../names';

/** A metric as it stands in CloudWatch. */
export interface EmittedMetric {
  /** Namespace of an AWS service. @default the environment's own, {@link metricNamespace} */
  readonly namespace?: `AWS/${string}`;
  readonly name: string;
  /** CloudWatch's unit. */
  readonly unit:
    | 'Milliseconds'
    | 'Seconds'
    | 'Count'
    | 'Percent'
    | 'Bytes'
    | 'Megabytes'
    | 'Bits/Second'
    | 'Kilobits/Second';
  /** The sets of dimensions under which it is published. Each combination of values is a paid metric. */
  readonly dimensions: readonly (readonly string[])[];
  /** Tier and component that emit it. */
  readonly emitter: string;
  /** Kept in the log event, where a query finds them, and no dimension: they cost nothing. @default none */
  readonly fields?: readonly string[];
  /** Why it need not be there on a fair day. @default it is always there */
  readonly onlyWhen?: string;
  /** Why no rehearsal of the services' line sends it. @default it does */
  readonly notRehearsed?: string;
  /** Why no dashboard and no alarm shows it. @default one does */
  readonly notShown?: string;
}

/** CloudWatch namespace of an environment's metrics: two environments in one account stay apart. */
export const metricNamespace = (environment: string): string => `Harbourline/${environment}`;

/** Log group that gateways and samplers write embedded metrics to, in `/harbourline/` so that one policy can name it. */
export const metricLogGroup = ({ logs }: Names): string => `${logs}/metrics`;

/** Log group that the mainland's receivers write Hong Kong's aggregates to. Physical: their static configuration names it. */
export const aggregatesLogGroup = ({ logs }: Names): string => `${logs}/aggregates`;
