/** What is watched where aggregates arrive: receivers, and that something comes and is read. */
import { Duration, Stack } from 'aws-cdk-lib';
import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { NetworkLoadBalancer, NetworkTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { runbookUrl } from '../contract/alarms';
import type { AnalysisConfig, LinkedConfig } from '../contract/link-parameters';
import { aggregatesLogGroup, balancerMetrics, fleetMetrics, logMetrics } from '../contract/metrics';
import { namesOf } from '../contract/names';
import { Alarms } from '../observe/alarms';
import type { AlarmDefinition } from '../observe/alarms/alarm';
import { period } from '../observe/expressions';
import { alarmTopic } from '../observe/topics';

export interface AnalysisAlarmsProps {
  readonly config: LinkedConfig;
  readonly analysis: AnalysisConfig;
  readonly group: AutoScalingGroup;
  readonly loadBalancer: NetworkLoadBalancer;
  /** Of the aggregates. */
  readonly targetGroup: NetworkTargetGroup;
  /** Receivers that there should be. */
  readonly instanceCount: number;
}

const hour = Duration.hours(1);

/** Alarms of the mainland side: they inform people there, by a topic of their account. */
export function analysisAlarms(scope: Construct, id: string, props: AnalysisAlarmsProps): Alarms {
  const { config, analysis, group, loadBalancer, targetGroup, instanceCount } = props;
  const { environment } = config;
  const ofLog = ({ namespace, name }: (typeof logMetrics)[keyof typeof logMetrics], over = period) =>
    new Metric({
      namespace,
      metricName: name,
      dimensionsMap: { LogGroupName: aggregatesLogGroup(namesOf(config)) },
      statistic: 'Sum',
      period: over,
    });
  /** Something came within the week: before the first day of the link silence is no fault. */
  const everReceived = {
    heading: 'Aggregates in use',
    metric: ofLog(logMetrics.incoming, hour),
    threshold: 1,
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    minutes: 2,
    of: 168,
    missing: TreatMissingData.NOT_BREACHING, // nothing came, not in use
  } as const;
  const alarms: AlarmDefinition[] = [
    {
      heading: 'No healthy receiver',
      metric: new Metric({
        namespace: balancerMetrics.healthy.namespace,
        metricName: balancerMetrics.healthy.name,
        dimensionsMap: {
          LoadBalancer: loadBalancer.loadBalancerFullName,
          TargetGroup: targetGroup.targetGroupFullName,
        },
        statistic: 'Maximum',
        period,
      }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.BREACHING, // a load balancer counts always
      onlyWhile: everReceived,
      text: 'No receiver of the mainland side answers the health checks: aggregates wait on the disks of the relays in Hong Kong, and this side sees nothing new.',
    },
    {
      heading: 'Receivers missing',
      metric: new Metric({
        namespace: fleetMetrics.inService.namespace,
        metricName: fleetMetrics.inService.name,
        dimensionsMap: { AutoScalingGroupName: group.autoScalingGroupName },
        statistic: 'Minimum',
        period,
      }),
      threshold: instanceCount,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      minutes: 12,
      of: 15,
      missing: TreatMissingData.BREACHING, // Auto Scaling counts always: silence is a group that is gone
      onlyWhile: everReceived,
      text: 'For a quarter of an hour there have been fewer receivers than there should be: the other one carries everything, and is the last.',
    },
    {
      heading: 'No aggregates arrive',
      metric: ofLog(logMetrics.incoming, Duration.minutes(15)),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      minutes: 2,
      of: 2,
      missing: TreatMissingData.BREACHING, // relays send every minute: silence is the fault
      onlyWhile: everReceived,
      text: 'For half an hour nothing has come from Hong Kong: the link, the relays, or a certificate. What is shown here is old.',
    },
    {
      heading: 'Aggregates not read',
      metric: new MathExpression({
        expression: 'FILL(parsing, 0) + FILL(validation, 0)',
        usingMetrics: { parsing: ofLog(logMetrics.parsingErrors), validation: ofLog(logMetrics.validationErrors) },
        period,
      }),
      threshold: 0,
      minutes: 1,
      missing: TreatMissingData.NOT_BREACHING, // CloudWatch counts them only where there are some
      text: 'CloudWatch took aggregates and could not read the metrics in them: what is shown here is too low.',
    },
  ];
  const topic = alarmTopic(Stack.of(scope), 'Topic', analysis.notify, 'Harbourline alarms of the mainland side');
  return new Alarms(scope, id, {
    environment,
    runbook: runbookUrl(config),
    // There are no incidents here: what pages is seen from Hong Kong.
    topics: { page: topic, inform: topic },
    alarms: alarms.map((alarm) => ({ dashboard: 'analysis', ...alarm })),
  });
}
