/** Calls that stop: what is not made is neither slow nor failed, so shares of calls say nothing of it. */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Crossing } from '../../contract/metrics';
import { stopped, volume } from '../calls';
import { period } from '../expressions';
import { type AlarmDefinition, type GateDefinition, pageMinutes } from './alarm';

/** The longest that an alarm may look back on (CloudWatch API reference, PutMetricAlarm). */
export const hoursOfWeek = 168;
export const hour = Duration.hours(1);

const atLeast = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;

/** What a flow is, and for how long it must be still to have stopped. */
interface Flow {
  /** Heading of its gate, after the crossing. */
  readonly gate: string;
  readonly window: Duration;
  /** Calls in a window that are a flow. */
  readonly calls: number;
  /** Windows in a row without one, after which it has stopped: at so many calls that is no chance (e^-15). */
  readonly inARow: number;
  /** Windows, of the last three hours, that must be a flow: it is usual now, and a batch of an hour is not. */
  readonly usual: { readonly minutes: number; readonly of: number };
  /** Calls of servers in Hong Kong in a window, for a minimum of samples: fewer, and it is night there, too. */
  readonly others: (minimumSamples: number) => number;
}

const flows = {
  /** Five calls a minute: stopped after three minutes. */
  steady: {
    gate: 'are usual',
    window: period,
    calls: 5,
    inARow: 3,
    usual: { minutes: 90, of: 180 },
    others: (minimumSamples) => minimumSamples,
  },
  /** A call a minute: stopped after a quarter of an hour. */
  thin: {
    gate: 'come now and then',
    window: Duration.minutes(15),
    calls: 15,
    inARow: 1,
    usual: { minutes: 6, of: 12 },
    others: (minimumSamples) => 5 * minimumSamples,
  },
} as const satisfies Record<string, Flow>;

/** Whether calls over a crossing were usual in the last hours: a new environment, or one at night, has nothing to stop. */
const usualFlow = (environment: string, crossing: Exclude<Crossing, 'none'>, flow: Flow): GateDefinition => ({
  heading: `Calls ${crossing} ${flow.gate}`,
  metric: volume(environment, crossing, flow.window),
  threshold: flow.calls,
  comparison: atLeast,
  ...flow.usual,
  missing: TreatMissingData.NOT_BREACHING, // no calls are no flow
});

/** An alarm of a flow that stopped, while Hong Kong goes on: where all is silent, other alarms tell. */
export const stoppedFlow = (
  environment: string,
  minimumSamples: number,
  crossing: Exclude<Crossing, 'none'>,
  what: Pick<AlarmDefinition, 'heading' | 'text' | 'notifies'>,
): AlarmDefinition => {
  const sign = (flow: Flow) => ({
    metric: stopped(environment, crossing, {
      fewest: flow.others(minimumSamples),
      tried: flow.calls,
      over: flow.window,
      inARow: flow.inARow,
    }),
    minutes: 1,
    of: pageMinutes / flow.window.toMinutes(),
    onlyWhile: usualFlow(environment, crossing, flow),
  });
  return {
    ...what,
    ...sign(flows.steady),
    // That few calls have stopped shows after a quarter of an hour: by then Hong Kong has paged, where it fails for want of them.
    or: { name: 'few as they are', ...sign(flows.thin), unless: 'hongKong' },
    threshold: 1,
    comparison: atLeast,
    missing: TreatMissingData.NOT_BREACHING, // the expression fills what is missing
    dashboard: 'cross-region',
  };
};

/** Headings of all gates: in ALARM while something is in use. */
export const gateHeadings = [
  'In use',
  'Link in use',
  'Calls hk-cn are usual',
  'Calls cn-hk are usual',
  'Calls hk-cn come now and then',
  'Calls cn-hk come now and then',
  'Aggregates in use',
  'The mainland before Hong Kong',
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
