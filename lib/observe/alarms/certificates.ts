/** Certificates of the collectors. */
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { functionMetrics } from '../../contract/metrics';
import { lambda } from '../expressions';
import type { AlarmDefinition, Watched } from './alarm';

/** Alarms of the certificates' renewal. */
export function certificateAlarms({ certificatesFunction }: Watched): AlarmDefinition[] {
  return [
    {
      heading: 'Certificates not renewed',
      metric: lambda(certificatesFunction, functionMetrics.errors),
      threshold: 1,
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      minutes: 1,
      missing: TreatMissingData.IGNORE, // it runs once a month: the last result holds
      text: 'The certificates of the collectors were not renewed. Those in use are good for at least another 60 days.',
    },
  ];
}
