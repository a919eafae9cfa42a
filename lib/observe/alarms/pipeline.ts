/** The line from services to CloudWatch and to the store. */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { noSpans } from '../../contract/alarms';
import {
  type CollectorTier,
  collectorMetrics,
  collectorTiers,
  logMetrics,
  metricLogGroup,
} from '../../contract/metrics';
import { namesOf } from '../../contract/names';
import { queueBytes } from '../../contract/sizing';
import { volume } from '../calls';
import { agentEgress, collector, period } from '../expressions';
import { type AlarmDefinition, pageMinutes, type Watched } from './alarm';
import { everUsed } from './flow';

/** Share of its bandwidth at which an agent is reported, in per cent: before packets are dropped. */
const bandwidthShare = 80;

/** Share of a disk queue at which somebody should look: what is left takes hours to fill at a fair day's rate. */
const queueShare = 0.1;

/** A certificate is replaced when 60 of its 120 days are left (lib/machine/certificates.issue.ts): at 45 it was not. */
const certificateDays = 45;

/** Share of the root disk at which somebody should look, in per cent. */
const diskPercent = 85;

const day = Duration.days(1);

/** What CloudWatch Logs says of a log group. */
const ofLog = (LogGroupName: string, { namespace, name }: (typeof logMetrics)[keyof typeof logMetrics]) =>
  new Metric({ namespace, metricName: name, dimensionsMap: { LogGroupName }, statistic: 'Sum', period });

type Daily = typeof collectorMetrics.certificateDays | typeof collectorMetrics.diskUsed;
const daily = (environment: string, metric: Daily, statistic: 'Minimum' | 'Maximum') =>
  Object.fromEntries(
    metric.tiers.map((tier) => [tier, collector(environment, metric, tier, statistic).with({ period: day })]),
  );
const fewest = (environment: string, metric: Daily) =>
  new MathExpression({
    expression: 'MIN([gateway, sampler])',
    usingMetrics: daily(environment, metric, 'Minimum'),
    period: day,
  });
const fullest = (environment: string, metric: Daily) =>
  new MathExpression({
    expression: 'MAX([gateway, sampler])',
    usingMetrics: daily(environment, metric, 'Maximum'),
    period: day,
  });

/** The sum over tiers. Their counters appear with the first failure. */
const overTiers = (
  environment: string,
  metric: Parameters<typeof collector>[1],
  tiers: readonly CollectorTier[] = collectorTiers,
): MathExpression =>
  new MathExpression({
    expression: tiers.map((tier) => `FILL(${tier}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(tiers.map((tier) => [tier, collector(environment, metric, tier, 'Sum')])),
    label: metric.name,
    period,
  });

/** Alarms of agents, gateways and samplers. */
export function pipelineAlarms({ config }: Watched): AlarmDefinition[] {
  const { environment, production, collect, agent, observe } = config;
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
      of: pageMinutes,
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
      of: pageMinutes,
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
      heading: 'More names than the budget',
      metric: overTiers(environment, collectorMetrics.folded, collectorMetrics.folded.tiers),
      threshold: 0,
      // A name that comes once, of a test perhaps, is no matter.
      minutes: 5,
      of: 15,
      missing: TreatMissingData.NOT_BREACHING, // the counter appears with the first
      text: `There are more than ${observe.metricsBudget.services} services, ${observe.metricsBudget.destinations} destinations in the mainland or ${observe.metricsBudget.operations} operations: those that came last have no metrics of their own, and one of them that fails is not named. All are in the totals of a crossing, and in the traces.`,
    },
    {
      heading: 'Damaged queue',
      metric: overTiers(environment, collectorMetrics.damagedQueues),
      threshold: 0,
      minutes: 1,
      missing: TreatMissingData.NOT_BREACHING, // no tier publishes: "No spans" sees it
      text: "The file of a queue, or of a sampler's log, was damaged and set aside when a collector started: what waited in it was not sent.",
    },
    {
      heading: 'Spans not logged',
      metric: collector(environment, collectorMetrics.unlogged, 'sampler', 'Sum'),
      threshold: 0,
      minutes: 1,
      missing: TreatMissingData.NOT_BREACHING, // the counter appears with the first
      text: 'The log of what waits for a decision is full on a sampler, or its disk takes nothing: nothing is lost, but would be if it were killed now.',
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
      heading: 'Metrics not read',
      metric: new MathExpression({
        expression: 'FILL(parsing, 0) + FILL(validation, 0)',
        usingMetrics: {
          parsing: ofLog(metricLogGroup(namesOf(config)), logMetrics.parsingErrors),
          validation: ofLog(metricLogGroup(namesOf(config)), logMetrics.validationErrors),
        },
        period,
      }),
      threshold: 0,
      minutes: 1,
      missing: TreatMissingData.NOT_BREACHING, // CloudWatch counts them only where there are some
      text: 'CloudWatch took log events and could not read the metrics in them: counts and percentiles of these minutes are too low, and alarms see less.',
    },
    {
      heading: 'Certificate of collectors ends',
      metric: fewest(environment, collectorMetrics.certificateDays),
      threshold: certificateDays,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      minutes: 1,
      of: 1,
      missing: TreatMissingData.IGNORE, // once a day
      text: `A gateway or sampler uses a certificate that is good for less than ${certificateDays} days, although renewed ones are handed out every month: it does not fetch them.`,
    },
    {
      heading: 'Disk of collectors fills',
      metric: fullest(environment, collectorMetrics.diskUsed),
      threshold: diskPercent,
      minutes: 1,
      of: 1,
      missing: TreatMissingData.IGNORE, // once a day
      text: `The disk of a gateway or sampler is more than ${diskPercent} % full, its queue's room aside: logs or dead letters grow.`,
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
