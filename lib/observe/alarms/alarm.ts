/** What is said of each alarm. */
import {
  type ComparisonOperator,
  type IMetric,
  MathExpression,
  type TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { EnvironmentConfig } from '../../../config/schema';
import type { DashboardName } from '../../contract/dashboards';
import { period } from '../expressions';
import type { Incident } from './incidents';

/** What alarms look at. */
export interface Watched {
  readonly config: EnvironmentConfig;
  /** Name of the OpenSearch domain. */
  readonly domainName: string;
  /** What the collectors run on. */
  readonly capacity: FleetCapacity;
  /** Functions by what they do: they run unseen, and a failure notifies. */
  readonly functions: Readonly<Record<FunctionName, string>>;
}

/** What functions do, as their alarms say it. */
type FunctionName = 'Certificates not renewed' | 'Ended samplers stay registered' | 'Store check failed';

/** Names under which AWS measures the collectors' instances and what stands before them. */
export interface FleetCapacity {
  /** Auto Scaling groups by tier. */
  readonly groups: Readonly<Record<'gateway' | 'sampler', string>>;
  /** Full names of the gateways' load balancer and of its target group for OTLP over gRPC. */
  readonly loadBalancer: string;
  readonly targetGroup: string;
}

/**
 * Whom an alarm notifies. A symptom is part of an incident, which pages once however many of its symptoms show; a cause
 * informs.
 */
export type Notifies = Incident | 'inform';

/**
 * What must hold for an alarm to mean something: an alarm that notifies nobody, in state ALARM while it holds. Alarms of one
 * environment share a gate by its heading.
 */
export type GateDefinition = Required<
  Pick<AlarmDefinition, 'heading' | 'metric' | 'threshold' | 'comparison' | 'minutes' | 'of' | 'missing'>
>;

/** An alarm. Each subject has a file with a function from {@link Watched} to its alarms. */
export interface AlarmDefinition {
  /** Heading in docs/runbook.md; the alarm's name is made of it. */
  readonly heading: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default greater than the threshold */
  readonly comparison?: ComparisonOperator;
  /** Periods, of the last `of`, that must breach. @default 3: one slow minute is noise, three are not */
  readonly minutes?: number;
  /** @default 5 */
  readonly of?: number;
  /** What a minute without data means, with the reason beside it. */
  readonly missing: TreatMissingData;
  /** What broke, and what it means for users. */
  readonly text: string;
  /** @default inform */
  readonly notifies?: Notifies;
  /** Its metric has a series for each service: it informs too, with the name, where it is part of an incident. @default false */
  readonly byName?: boolean;
  /** Where to look. @default pipeline */
  readonly dashboard?: DashboardName;
  /** @default it always counts */
  readonly onlyWhile?: GateDefinition;
  /** Another way to see the same, by what it goes by: either suffices. Of alarms with a gate. @default none */
  readonly or?: OtherSign;
}

/** What differs where an alarm sees the same in another way. */
type OtherSign = Required<Pick<AlarmDefinition, 'metric' | 'minutes' | 'of' | 'onlyWhile'>> & {
  /** An incident that says it already: it shows sooner, since there is more to go by. @default none */
  readonly unless?: Incident;
  /** As it stands in the alarm's name. */
  readonly name: string;
};

/** Minutes that symptoms of a page look back on: what comes back within them is the same incident, and one page. */
export const pageMinutes = 15;

/** Construct id of a name. */
export const idOf = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '');

/**
 * A figure that only counts in periods with enough calls: the p99 of nine calls is simply the slowest. Other periods
 * show `neutral`, which breaches nothing.
 */
export const withEnough = (
  figure: IMetric,
  calls: IMetric,
  minimumSamples: number,
  neutral: number,
  over = period,
): MathExpression =>
  new MathExpression({
    expression: `IF(calls >= ${minimumSamples}, figure, ${neutral})`,
    usingMetrics: { calls, figure },
    period: over,
  });
