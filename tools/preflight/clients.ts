import { AccountClient } from '@aws-sdk/client-account';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { OpenSearchClient } from '@aws-sdk/client-opensearch';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { privateCa } from '../../lib/machine/private-ca';
import type { Aws } from './check';

/** Clients with the credentials of whoever runs this. */
export const clients = (region: string): Aws => ({
  // Global services: they have one endpoint.
  account: new AccountClient({ region: 'us-east-1' }),
  iam: new IAMClient({ region: 'us-east-1' }),
  route53: new Route53Client({ region: 'us-east-1' }),
  directConnect: new DirectConnectClient({ region }),
  ec2: new EC2Client({ region }),
  cloudFormation: new CloudFormationClient({ region }),
  kms: new KMSClient({ region }),
  // Path style: a name with dots, and an account that is emulated, resolve in no other way.
  s3: new S3Client({ region, forcePathStyle: true }),
  secrets: new SecretsManagerClient({ region }),
  logs: new CloudWatchLogsClient({ region }),
  openSearch: new OpenSearchClient({ region }),
  privateCa: { ask: privateCa({ region }) },
  quotas: new ServiceQuotasClient({ region }),
  sns: new SNSClient({ region }),
  ssm: new SSMClient({ region }),
  sts: new STSClient({ region }),
});
