/** Calls by crossing: how long, how often wrong; and whether traces stay whole at the border. */
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { EnvironmentConfig } from '../../../config/schema';
import { type Crossing, crossings } from '../../contract/metrics';
import { continuity, errorRate, slowShare, volume } from '../expressions';
import { type AlarmDefinition, type Watched, withEnough } from './alarm';
import type { Budget } from './budget';

const ways: Readonly<Record<Crossing, string>> = {
  'hk-cn': 'from Hong Kong to the mainland',
  'cn-hk': 'from the mainland to Hong Kong',
  none: 'within Hong Kong',
};

/** Of 100 calls, one may be slower than the 99th percentile's objective: that is what the percentile says. */
const slowPercent = 1;

function ofCrossing({ environment, observe }: EnvironmentConfig, crossing: Crossing): Budget[] {
  const { p99Ms, errorPercent, minimumSamples } = observe.objectives;
  const common = {
    tells: crossing === 'hk-cn' ? 'border' : 'hongKong',
    clearsBorder: crossing === 'cn-hk',
    dashboard: 'cross-region',
  } as const;
  return [
    {
      ...common,
      heading: `P99 ${crossing}`,
      bad: (over) =>
        withEnough(
          slowShare(environment, crossing, p99Ms[crossing], over),
          volume(environment, crossing, over),
          minimumSamples,
          0,
          over,
        ),
      allowedPercent: slowPercent,
      text: `Too many calls ${ways[crossing]} take longer than ${p99Ms[crossing]} ms: payments wait.`,
    },
    {
      ...common,
      heading: `Error rate ${crossing}`,
      bad: (over) =>
        withEnough(
          errorRate(environment, crossing, over),
          volume(environment, crossing, over),
          minimumSamples,
          0,
          over,
        ),
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
  return [
    {
      heading: 'Trace continuity',
      metric: withEnough(continuity(environment), volume(environment, 'cn-hk'), observe.objectives.minimumSamples, 100),
      threshold: 99,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.NOT_BREACHING, // no calls, none lost
      text: 'Calls from the mainland arrive without traceparent: traces break at the border and diagnosis is blind there.',
      tells: 'inform',
      dashboard: 'cross-region',
    },
  ];
}
