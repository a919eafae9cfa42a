import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';

/** Writes embedded metrics to the one log group. */
export const writeMetrics = ({ logGroupArn }: LogGroup): PolicyStatement =>
  new PolicyStatement({
    sid: 'EmbeddedMetrics',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
    resources: [logGroupArn],
  });
