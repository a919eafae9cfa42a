/** Calls over the border: how long, how often wrong, whether traces stay whole. */
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { EnvironmentConfig } from '../../../config/schema';
import { continuity, errorRate, percentile, volume } from '../expressions';
import { type AlarmDefinition, type Watched, withEnough } from './alarm';

function ofCrossing({ environment, observe }: EnvironmentConfig, crossing: 'hk-cn' | 'cn-hk'): AlarmDefinition[] {
  const { p99Ms, errorPercent, minimumSamples } = observe.objectives;
  const way = crossing === 'hk-cn' ? 'from Hong Kong to the mainland' : 'from the mainland to Hong Kong';
  const calls = volume(environment, crossing);
  return [
    {
      heading: `P99 ${crossing}`,
      metric: withEnough(percentile(environment, crossing, 'p99'), calls, minimumSamples, 0),
      threshold: p99Ms[crossing],
      missing: TreatMissingData.NOT_BREACHING, // no calls, nobody waits
      text: `One call in a hundred ${way} takes longer than ${p99Ms[crossing]} ms: payments wait.`,
    },
    {
      heading: `Error rate ${crossing}`,
      metric: withEnough(errorRate(environment, crossing), calls, minimumSamples, 0),
      threshold: errorPercent,
      missing: TreatMissingData.NOT_BREACHING, // no calls, none fail
      text: `More than ${errorPercent} % of calls ${way} fail: payments are refused.`,
    },
  ];
}

/** Alarms of calls over the border. */
export function crossingAlarms({ config }: Watched): AlarmDefinition[] {
  const { environment } = config;
  return [
    ...ofCrossing(config, 'hk-cn'),
    ...ofCrossing(config, 'cn-hk'),
    {
      heading: 'Trace continuity',
      metric: withEnough(
        continuity(environment),
        volume(environment, 'cn-hk'),
        config.observe.objectives.minimumSamples,
        100,
      ),
      threshold: 99,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.NOT_BREACHING, // no calls, none lost
      text: 'Calls from the mainland arrive without traceparent: traces break at the border and diagnosis is blind there.',
    },
  ];
}
