/** The network by itself. */
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { dnsMetrics } from '../../contract/metrics';
import { figureOf } from '../expressions';
import type { AlarmDefinition, Watched } from './alarm';

/** Refused queries a minute that are no forgotten name: a program that tries again asks once in some seconds. */
const refusedQueries = 30;

/** Alarms of what the VPC refuses. */
export const networkAlarms = ({ config: { environment } }: Watched): AlarmDefinition[] => [
  {
    heading: 'Names refused',
    metric: figureOf(environment, dnsMetrics.refused, {}, 'Sum', 'refused'),
    threshold: refusedQueries,
    missing: TreatMissingData.NOT_BREACHING, // none refused
    text: `Something in the VPC looks up more than ${refusedQueries} names a minute that are neither AWS's nor listed: a wrong setting, or somebody who carries data out by names. Each was answered as if it did not exist.`,
  },
];
