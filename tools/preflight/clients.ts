import { AccountClient } from '@aws-sdk/client-account';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { OpenSearchClient } from '@aws-sdk/client-opensearch';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { Aws } from './check';

/** Clients with the credentials of whoever runs this. */
export const clients = (region: string): Aws => ({
  // Global services: they have one endpoint.
  account: new AccountClient({ region: 'us-east-1' }),
  iam: new IAMClient({ region: 'us-east-1' }),
  directConnect: new DirectConnectClient({ region }),
  ec2: new EC2Client({ region }),
  logs: new CloudWatchLogsClient({ region }),
  openSearch: new OpenSearchClient({ region }),
  quotas: new ServiceQuotasClient({ region }),
  ssm: new SSMClient({ region }),
  sts: new STSClient({ region }),
});
