/** Calls by crossing: how long, how often wrong; and whether traces stay whole at the border. */
import type { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { EnvironmentConfig } from '../../../config/schema';
import { type Crossing, crossings } from '../../contract/metrics';
import { continuity, errorShareOf, slowShareOf, volume } from '../calls';
import { type AlarmDefinition, type Watched, withEnough } from './alarm';
import type { Budget } from './budget';
import { stoppedFlow } from './flow';

const ways: Readonly<Record<Crossing, string>> = {
  'hk-cn': 'from Hong Kong to the mainland',
  'cn-hk': 'from the mainland to Hong Kong',
  none: 'within Hong Kong',
};

/** Of 100 calls, one may be slower than the 99th percentile's objective: that is what the percentile says. */
export const slowPercent = 1;

function ofCrossing({ environment, observe }: EnvironmentConfig, crossing: Crossing): Budget[] {
  const { p99Ms, errorPercent } = observe.objectives;
  const common = {
    crossing,
    calls: (over: Duration) => volume(environment, crossing, over),
    notifies: crossing === 'hk-cn' ? 'border' : 'hongKong',
    clearsBorder: crossing === 'cn-hk',
    dashboard: 'cross-region',
  } as const;
  return [
    {
      ...common,
      heading: `P99 ${crossing}`,
      bad: (over, judged) => slowShareOf(environment, crossing, p99Ms[crossing], judged, over),
      allowedPercent: slowPercent,
      text: `Too many calls ${ways[crossing]} take longer than ${p99Ms[crossing]} ms: payments wait.`,
    },
    {
      ...common,
      heading: `Error rate ${crossing}`,
      bad: (over, judged) => errorShareOf(environment, crossing, judged, over),
      allowedPercent: errorPercent,
      text: `Too many calls ${ways[crossing]} fail: payments are refused.`,
    },
  ];
}

/** Objectives of every crossing. */
export const crossingBudgets = ({ config }: Watched): Budget[] =>
  crossings.flatMap((crossing) => ofCrossing(config, crossing));

/** Alarms of what happens to a call at the border. */
export function crossingAlarms({ config: { environment, observe } }: Watched): AlarmDefinition[] {
  const { minimumSamples } = observe.objectives;
  return [
    stoppedFlow(environment, minimumSamples, 'hk-cn', {
      heading: 'No calls to the mainland',
      text: 'Hong Kong works, and for three minutes, or a quarter of an hour where there are few, no call has reached the mainland, although calls were usual: a circuit breaker is open, a feature is switched off, or calls hang before they are traced. Payments that need the mainland are refused or held.',
      notifies: 'border',
    }),
    stoppedFlow(environment, minimumSamples, 'cn-hk', {
      heading: 'No calls from the mainland',
      text: 'Hong Kong works, and for three minutes, or a quarter of an hour where there are few, nothing has come from the mainland, although calls were usual: the link, the mainland or its own circuit breaker stops them. Whoever waits for an answer from Hong Kong gets none.',
      notifies: 'border',
    }),
    {
      heading: 'Trace continuity',
      metric: withEnough(continuity(environment), volume(environment, 'cn-hk'), minimumSamples, 100),
      threshold: 99,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.NOT_BREACHING, // no calls, none lost
      text: 'Calls from the mainland arrive without traceparent: traces break at the border and diagnosis is blind there.',
      notifies: 'inform',
      dashboard: 'cross-region',
    },
  ];
}
