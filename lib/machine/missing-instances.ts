import { Duration } from 'aws-cdk-lib';
import type { IAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { namesIn } from '../common/names';
import { acknowledge } from '../compliance/acknowledge';
import type { Names } from '../contract/names';
import type { FleetTier } from '../contract/sizing';

/** A physical name, because the group names the alarm and the alarm the group: one of them must be known before it is there. */
export const missingInstancesAlarmName = ({ system }: Names, tier: FleetTier): string =>
  `${system}-${tier}: instances missing`;

export interface MissingInstancesProps {
  readonly environment: string;
  readonly tier: FleetTier;
  readonly group: IAutoScalingGroup;
  readonly minInstances: number;
}

/**
 * What rolls a deployment back while instances are replaced: fewer in service than there must be. Not silence: services may
 * rest, agents may not be there yet, and a deployment that fixes an outage must get through.
 */
export function missingInstancesAlarm(
  scope: Construct,
  { environment, tier, group, minInstances }: MissingInstancesProps,
): void {
  const alarm = new Alarm(scope, 'InstancesMissing', {
    alarmName: missingInstancesAlarmName(namesIn(scope, environment), tier),
    alarmDescription: `Rolls a deployment of ${tier}s back, and notifies nobody else: fewer than ${minInstances} instances were in service for three minutes.`,
    metric: new Metric({
      namespace: 'AWS/AutoScaling',
      metricName: 'GroupInServiceInstances',
      dimensionsMap: { AutoScalingGroupName: group.autoScalingGroupName },
      statistic: 'Minimum',
      period: Duration.minutes(1),
    }),
    threshold: minInstances,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 3,
    // Auto Scaling itself counts, every minute, whether or not instances work: its silence is not a fault of theirs.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  acknowledge(alarm, {
    id: 'NIST.800.53.R5-CloudWatchAlarmAction',
    reason:
      'Instance refreshes watch it and roll back; people are notified of what users feel, by alarms of their own, with a runbook.',
  });
}
