/** When fleets grow and shrink: by what saturates them, not by the processor alone. */
import { Duration } from 'aws-cdk-lib';
import { type AutoScalingGroup, CfnScalingPolicy, Schedule } from 'aws-cdk-lib/aws-autoscaling';
import { Alarm, ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { EnvironmentConfig } from '../../config/schema';
import { collectorMetrics, metricNamespace, tierDimension } from '../contract/metrics';
import { queueBytes } from '../contract/sizing';

/** Processor use that leaves room for the loss of one instance of three, in per cent. */
const busyPercent = 60;

/** Processor use at which one sampler fewer still stays below {@link busyPercent}: two take what three did. */
const idlePercent = 25;

/** Share of a queue's capacity at which gateways no longer keep up; on a fair day it is empty. */
const queueShare = 0.02;

const period = Duration.minutes(1);

type GatewayConfig = EnvironmentConfig['collect']['gateway'];
type SamplerConfig = EnvironmentConfig['collect']['sampler'];

/** What the collectors of a tier measure of themselves. */
const ownMetric = (environment: string, tier: string, metricName: string, statistic: string) =>
  new Metric({
    namespace: metricNamespace(environment),
    metricName,
    dimensionsMap: { [tierDimension]: tier },
    statistic,
    period,
  });

/**
 * Gateways hold no state that matters, so they follow the load in any step: processor, queue on disk, spans that they had
 * to refuse. Target tracking waits by the instances' warm-up and takes no cooldown. What they refuse only calls for more; fewer they become when processor and queue agree.
 */
export function scaleGateways(group: AutoScalingGroup, environment: string, gateway: GatewayConfig): void {
  const metric = (metricName: string, statistic: string) => ownMetric(environment, 'gateway', metricName, statistic);
  group.scaleOnCpuUtilization('Processor', { targetUtilizationPercent: busyPercent });
  group.scaleToTrackMetric('Queue', {
    metric: metric(collectorMetrics.queued.name, 'Average'),
    targetValue: Math.floor(queueShare * queueBytes(gateway.volumeGiB)),
  });
  group.scaleToTrackMetric('Refused', {
    metric: metric(collectorMetrics.refused.name, 'Sum'),
    targetValue: 1,
    disableScaleIn: true,
  });

  const hours = gateway.tradingHours;
  if (!hours) return;
  const at = (time: string, minCapacity: number, id: string) => {
    const [hour = '', minute = ''] = time.split(':');
    group.scaleOnSchedule(id, {
      schedule: Schedule.cron({ weekDay: 'MON-FRI', hour: `${Number(hour)}`, minute: `${Number(minute)}` }),
      timeZone: hours.timeZone,
      minCapacity,
    });
  };
  at(hours.opens, hours.minInstances, 'Opens');
  at(hours.closes, gateway.minInstances, 'Closes');
}

/** Share of its queue at which a sampler's writer or the store no longer keeps up: another brings another queue. */
const samplerQueueShare = 0.2;

/**
 * Samplers come and go one at a time, and rarely: each change moves traces between them, and a trace that is under way is
 * then decided in two halves. Simple scaling, because it alone waits between two steps. One more for a busy processor, spans
 * refused or a queue that fills; one fewer when all three agree.
 */
export function scaleSamplers(group: AutoScalingGroup, environment: string, sampler: SamplerConfig): void {
  const own = (metricName: string, statistic: string) => ownMetric(environment, 'sampler', metricName, statistic);
  const load = {
    processor: new Metric({
      namespace: 'AWS/EC2',
      metricName: 'CPUUtilization',
      dimensionsMap: { AutoScalingGroupName: group.autoScalingGroupName },
      statistic: 'Average',
      period,
    }),
    refused: own(collectorMetrics.refused.name, 'Sum'),
    queued: own(collectorMetrics.queued.name, 'Maximum'),
  };
  const full = Math.floor(samplerQueueShare * queueBytes(sampler.volumeGiB));
  const step = (id: string, adjustment: 1 | -1, expression: string) => {
    const policy = new CfnScalingPolicy(group, id, {
      autoScalingGroupName: group.autoScalingGroupName,
      policyType: 'SimpleScaling',
      adjustmentType: 'ChangeInCapacity',
      scalingAdjustment: adjustment,
      cooldown: '900',
    });
    new Alarm(group, `${id}Alarm`, {
      alarmDescription: `Scaling of the samplers, nothing for people: ${adjustment > 0 ? 'one more' : 'one fewer'}`,
      metric: new MathExpression({ expression, usingMetrics: load, period, label: id }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 5,
      // Silence moves nothing.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction({ bind: () => ({ alarmActionArn: policy.ref }) });
  };
  step('Grow', +1, `IF(processor > ${busyPercent} OR FILL(refused, 0) > 0 OR FILL(queued, 0) > ${full}, 1, 0)`);
  step(
    'Shrink',
    -1,
    `IF(processor < ${idlePercent} AND FILL(refused, 0) == 0 AND FILL(queued, 0) < ${full / 10}, 1, 0)`,
  );
}
