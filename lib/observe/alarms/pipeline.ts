/** The line from services to CloudWatch and to the store. */
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { noSpans } from '../../contract/alarms';
import { collectorMetrics } from '../../contract/metrics';
import { queueLength } from '../../contract/sizing';
import { agentEgress, collector, volume } from '../expressions';
import type { AlarmDefinition, Watched } from './alarm';
import { everUsed } from './flow';

/** Share of its bandwidth at which an agent is reported, in per cent: before packets are dropped. */
const bandwidthShare = 80;

/** Share of a disk queue at which somebody should look: what is left takes hours to fill at a fair day's rate. */
const queueShare = 0.1;

/** Alarms of agents, gateways and samplers. */
export function pipelineAlarms({ config: { environment, production, collect, agent } }: Watched): AlarmDefinition[] {
  return [
    {
      heading: noSpans,
      metric: volume(environment, 'none'),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      minutes: 5,
      // In production silence is the fault; elsewhere nights and weekends are silent.
      missing: production ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      onlyWhile: everUsed(environment),
      text: 'No span was counted for five minutes: services, agents, gateways or samplers are down or cannot publish.',
      notifies: 'tracing',
    },
    {
      heading: 'Spans lost',
      metric: collector(environment, collectorMetrics.notQueued, 'sampler', 'Sum'),
      threshold: 0,
      minutes: 1,
      missing: TreatMissingData.NOT_BREACHING, // the counter appears with the first failure
      text: 'The disk queue of a sampler is full: kept spans are dropped, and their traces will be missing in the store.',
      notifies: 'tracing',
    },
    {
      heading: 'Spans refused',
      metric: collector(environment, collectorMetrics.refused, 'gateway', 'Sum'),
      threshold: 0,
      missing: TreatMissingData.NOT_BREACHING, // a gateway that is not there refuses nothing; "No spans" sees it
      text: 'Gateways refuse spans, because memory or room in the queue is short: agents hold them and try again.',
    },
    ...(['gateway', 'sampler'] as const).map((tier): AlarmDefinition => {
      const most = Math.floor(queueShare * queueLength(collect[tier].volumeGiB));
      return {
        heading: `Queue of ${tier}s`,
        metric: collector(environment, collectorMetrics.queued, tier, 'Maximum'),
        threshold: most,
        missing: TreatMissingData.NOT_BREACHING, // no instance, no queue; "No spans" sees it
        text: `More than ${most.toLocaleString('en-US')} spans wait on the disk of a ${tier}, a tenth of its room: what comes after it is slow or away. Nothing is lost yet.`,
      };
    }),
    {
      heading: 'Traces decided too early',
      metric: collector(environment, collectorMetrics.droppedTooEarly, 'sampler', 'Sum'),
      threshold: 0,
      missing: TreatMissingData.NOT_BREACHING, // the counter appears with the first
      text: 'Samplers have more traces under way than they hold: the oldest are dropped undecided, errors among them.',
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
