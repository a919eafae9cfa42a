/** The trace store. */
import { ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { period } from '../expressions';
import type { AlarmDefinition, Watched } from './alarm';

function storeAlarm(
  heading: string,
  metricName: string,
  domainName: string,
  account: string,
  text: string,
): AlarmDefinition {
  return {
    heading,
    metric: new Metric({
      namespace: 'AWS/ES',
      metricName,
      dimensionsMap: { DomainName: domainName, ClientId: account },
      statistic: 'Maximum',
      period,
    }),
    threshold: 1,
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    minutes: 1,
    missing: TreatMissingData.IGNORE, // a domain under maintenance reports late: the last state holds
    text,
  };
}

/** Alarms of the store. */
export function storeAlarms({ config: { account }, domainName }: Watched): AlarmDefinition[] {
  return [
    storeAlarm(
      'Store red',
      'ClusterStatus.red',
      domainName,
      account,
      'A primary shard of the trace store is missing: some traces cannot be read, and new ones may be refused.',
    ),
    storeAlarm(
      'Store refuses writes',
      'ClusterIndexWritesBlocked',
      domainName,
      account,
      'The trace store is full or short of memory: spans wait in the disk queues of the samplers until it recovers.',
    ),
  ];
}
