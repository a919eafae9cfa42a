/** The line from services to CloudWatch and to the store. */
import { ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { noSpans } from '../../contract/alarms';
import { collectorMetrics, collectorTiers } from '../../contract/metrics';
import { queueBytes } from '../../contract/sizing';
import { agentEgress, collector, period, volume } from '../expressions';
import type { AlarmDefinition, Watched } from './alarm';
import { everUsed } from './flow';

/** Share of its bandwidth at which an agent is reported, in per cent: before packets are dropped. */
const bandwidthShare = 80;

/** Share of a disk queue at which somebody should look: what is left takes hours to fill at a fair day's rate. */
const queueShare = 0.1;

/** The sum over all tiers. Their counters appear with the first failure. */
const overTiers = (environment: string, metric: Parameters<typeof collector>[1]): MathExpression =>
  new MathExpression({
    expression: collectorTiers.map((tier) => `FILL(${tier}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(collectorTiers.map((tier) => [tier, collector(environment, metric, tier, 'Sum')])),
    label: metric.name,
    period,
  });

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
      const most = Math.floor(queueShare * queueBytes(collect[tier].volumeGiB));
      return {
        heading: `Queue of ${tier}s`,
        metric: collector(environment, collectorMetrics.queued, tier, 'Maximum'),
        threshold: most,
        missing: TreatMissingData.NOT_BREACHING, // no instance, no queue; "No spans" sees it
        text: `More than ${Math.floor(most / 1024 ** 2).toLocaleString('en-US')} MiB wait on the disk of a ${tier}, a tenth of its room: what comes after it is slow or away. Nothing is lost yet.`,
      };
    }),
    {
      heading: 'Spans refused for good',
      metric: overTiers(environment, collectorMetrics.sendFailed),
      threshold: 0,
      minutes: 1,
      missing: TreatMissingData.NOT_BREACHING, // no tier publishes: "No spans" sees it
      text: 'A hop refuses spans in a way that no retry fixes: they are lost, and their traces have holes.',
      notifies: 'tracing',
    },
    {
      heading: 'Metrics refused for good',
      metric: overTiers(environment, collectorMetrics.metricsFailed),
      threshold: 0,
      minutes: 1,
      missing: TreatMissingData.NOT_BREACHING, // no tier publishes: "No spans" sees it
      text: 'CloudWatch refuses metrics in a way that no retry fixes: counts and percentiles of these minutes are too low.',
    },
    {
      heading: 'Damaged queue',
      metric: overTiers(environment, collectorMetrics.damagedQueues),
      threshold: 0,
      minutes: 1,
      missing: TreatMissingData.NOT_BREACHING, // no tier publishes: "No spans" sees it
      text: 'The file of a queue was damaged and set aside when a collector started: what waited in it was not sent.',
    },
    {
      heading: 'Spans cut',
      metric: collector(environment, collectorMetrics.cut, 'agent', 'Sum'),
      threshold: 0,
      missing: TreatMissingData.NOT_BREACHING, // the counter appears with the first
      text: 'A service sends spans that are too deep, too long or too large: agents cut them, and what was cut is not in the store.',
    },
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
