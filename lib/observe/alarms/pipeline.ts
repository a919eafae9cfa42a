/** The line from services to CloudWatch. */
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { volume } from '../expressions';
import type { AlarmDefinition, Watched } from './alarm';

/** Alarms of agents, gateways and samplers. */
export function pipelineAlarms({ config: { environment, production } }: Watched): AlarmDefinition[] {
  return [
    {
      heading: 'No spans',
      metric: volume(environment, 'none'),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      minutes: 5,
      // In production silence is the fault; elsewhere nights and weekends are silent.
      missing: production ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      text: 'No span was counted for five minutes: services, agents, gateways or samplers are down or cannot publish.',
    },
  ];
}
