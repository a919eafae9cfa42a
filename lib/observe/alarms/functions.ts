/** Functions that work unseen. */
import { ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { functionMetrics, topicMetrics } from '../../contract/metrics';
import { lambda, period } from '../expressions';
import type { AlarmDefinition, Watched } from './alarm';

/** Alarms of functions that failed. */
export function functionAlarms({ functions }: Watched): AlarmDefinition[] {
  return [
    {
      heading: 'Certificates not renewed',
      metric: lambda(functions['Certificates not renewed'], functionMetrics.errors),
      threshold: 1,
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      minutes: 1,
      missing: TreatMissingData.IGNORE, // it runs once a month: the last result holds
      text: 'The certificates of the collectors were not renewed. Those in use are good for at least another 60 days.',
    },
    {
      heading: 'Ended samplers stay registered',
      metric: lambda(functions['Ended samplers stay registered'], functionMetrics.errors),
      threshold: 1,
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      minutes: 1,
      missing: TreatMissingData.NOT_BREACHING, // it runs when a sampler ends
      text: 'A sampler ended and may still be registered: gateways hold back what they would send to it, and their queues grow.',
    },
    {
      heading: 'Store check failed',
      metric: lambda(functions['Store check failed'], functionMetrics.errors),
      threshold: 1,
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      minutes: 2,
      of: 180,
      missing: TreatMissingData.NOT_BREACHING, // it runs once an hour
      text: 'The hourly check of the trace store failed twice in three hours: grants may outlast their day, and nobody knows how old the oldest span is.',
    },
  ];
}

/** Alarms of messages that did not arrive: they inform by the other ways that there are. */
export function messageAlarms(
  topics: Readonly<Record<'page' | 'inform', ITopic>>,
  notifyFunction?: string,
): AlarmDefinition[] {
  const failed = ({ topicName }: ITopic) =>
    new Metric({
      namespace: topicMetrics.failed.namespace,
      metricName: topicMetrics.failed.name,
      dimensionsMap: { TopicName: topicName },
      statistic: 'Sum',
      period,
    });
  return [
    {
      heading: 'Messages not delivered',
      metric: new MathExpression({
        expression: `FILL(page, 0) + FILL(inform, 0)${notifyFunction ? ' + FILL(targets, 0)' : ''}`,
        usingMetrics: {
          page: failed(topics.page),
          inform: failed(topics.inform),
          ...(notifyFunction ? { targets: lambda(notifyFunction, functionMetrics.errors) } : {}),
        },
        period,
      }),
      threshold: 1,
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      minutes: 1,
      missing: TreatMissingData.NOT_BREACHING, // nothing was sent
      text: 'A message of an alarm could not be delivered: somebody who should know of an incident may not. Look at the alarms themselves.',
    },
  ];
}
