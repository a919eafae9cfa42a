/** Calls that stop: what is not made is neither slow nor failed, so shares of calls say nothing of it. */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Crossing } from '../../contract/metrics';
import { stopped, volume } from '../expressions';
import type { AlarmDefinition, GateDefinition } from './alarm';

/** The longest that an alarm may look back on (CloudWatch API reference, PutMetricAlarm). */
export const hoursOfWeek = 168;
export const hour = Duration.hours(1);

const atLeast = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;

/** Calls a minute that are a flow: at five a minute, three minutes without one are no chance (e^-15). */
const usualCalls = 5;

/** Minutes, of the last three hours, with a flow: it is usual now, and a batch of an hour is not a flow. */
const usual = { minutes: 90, of: 180 } as const;

/** Minutes without a call after which a flow has stopped, and for how long a stop is remembered. */
const still = { minutes: 3, of: 15 } as const;

/** Whether calls over a crossing were usual in the last hours: a new environment, or one at night, has nothing to stop. */
const usualFlow = (environment: string, crossing: Exclude<Crossing, 'none'>): GateDefinition => ({
  heading: `Calls ${crossing} are usual`,
  metric: volume(environment, crossing),
  threshold: usualCalls,
  comparison: atLeast,
  ...usual,
  missing: TreatMissingData.NOT_BREACHING, // no calls are no flow
});

/** An alarm of a flow that stopped, while Hong Kong goes on: where all is silent, other alarms tell. */
export const stoppedFlow = (
  environment: string,
  minimumSamples: number,
  crossing: Exclude<Crossing, 'none'>,
  what: Pick<AlarmDefinition, 'heading' | 'text' | 'notifies'>,
): AlarmDefinition => ({
  ...what,
  metric: stopped(environment, crossing, minimumSamples),
  threshold: 1,
  comparison: atLeast,
  ...still,
  missing: TreatMissingData.NOT_BREACHING, // the expression fills what is missing
  onlyWhile: usualFlow(environment, crossing),
  dashboard: 'cross-region',
});

/** Headings of all gates: in ALARM while something is in use. */
export const gateHeadings = [
  'In use',
  'Link in use',
  'Calls hk-cn are usual',
  'Calls cn-hk are usual',
  'Aggregates in use',
] as const;

/** Whether the environment has had traffic in the last week: before its first day silence is no fault. */
export const everUsed = (environment: string): GateDefinition => ({
  heading: 'In use',
  metric: volume(environment, 'none', hour),
  threshold: 1,
  comparison: atLeast,
  // The hour before this one, too: what alarms look back on was there.
  minutes: 2,
  of: hoursOfWeek,
  missing: TreatMissingData.NOT_BREACHING, // no spans, not in use
});
