/** Alarms as CloudFormation would get them, and what they did. */

/** A metric alarm, as CloudFormation would get it. */
export interface AlarmProperties {
  readonly AlarmName: string;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly Dimension[];
  readonly Period?: number;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Metrics?: readonly AlarmMetric[];
}

interface AlarmMetric {
  readonly Id: string;
  readonly Expression?: string;
  /** Seconds, of a Metrics Insights query. */
  readonly Period?: number;
  readonly ReturnData?: boolean;
  readonly MetricStat?: {
    readonly Metric: { Namespace: string; MetricName: string; Dimensions?: readonly Dimension[] };
    readonly Period: number;
    readonly Stat: string;
  };
}

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** A composite alarm, as CloudFormation would get it. */
export interface CompositeProperties {
  readonly AlarmName: string;
  readonly AlarmRule: string;
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
  readonly ActionsSuppressor?: string;
  /** Seconds. */
  readonly ActionsSuppressorWaitPeriod?: number;
  readonly ActionsSuppressorExtensionPeriod?: number;
}

/** All alarms of an environment. `arn` is how rules and suppressors name an alarm. */
export interface AlarmSet {
  readonly metric: readonly { readonly arn: string; readonly properties: AlarmProperties }[];
  readonly composite: readonly { readonly arn: string; readonly properties: CompositeProperties }[];
}

export type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** What an alarm did. */
export interface AlarmCourse {
  readonly name: string;
  /** Changes of state: time in ms → state. */
  readonly changes: readonly { readonly at: number; readonly state: State }[];
  /** When it notified somebody that it is in ALARM. */
  readonly notified: readonly number[];
  /** When it notified somebody that it is OK again. */
  readonly ended: readonly number[];
  /** Whom: ids of its actions. */
  readonly actions: readonly string[];
  /** Of an alarm over many series: which of them went into ALARM, and when. */
  readonly contributors: readonly { readonly at: number; readonly name: string }[];
}
