/** The line from services to CloudWatch. */
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { agentEgress, volume } from '../expressions';
import type { AlarmDefinition, Watched } from './alarm';

/** Share of its bandwidth at which an agent is reported, in per cent: before packets are dropped. */
const bandwidthShare = 80;

/** Alarms of agents, gateways and samplers. */
export function pipelineAlarms({ config: { environment, production, agent } }: Watched): AlarmDefinition[] {
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
    {
      heading: 'Agent bandwidth',
      metric: agentEgress(environment),
      threshold: (bandwidthShare / 100) * agent.egressKilobits,
      missing: TreatMissingData.NOT_BREACHING, // an agent that sends nothing costs nothing
      text: `The agent of a node sends more than ${bandwidthShare} % of the ${agent.egressKilobits} kbit/s that it may: soon its packets are dropped, and spans wait on the node's disk.`,
    },
  ];
}
