/** Functions that work unseen. */
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { functionMetrics } from '../../contract/metrics';
import { lambda } from '../expressions';
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
