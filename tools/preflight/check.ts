import type { AccountClient } from '@aws-sdk/client-account';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { OpenSearchClient } from '@aws-sdk/client-opensearch';
import type { Route53Client } from '@aws-sdk/client-route-53';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { EnvironmentConfig } from '../../config/schema';
import type { DeployedStage } from '../../config/stages';
import type { PrivateCa } from '../../lib/machine/private-ca';
import type { Environment } from '../review/changes';

/** What is asked, and nothing else of each client. */
export interface Aws {
  readonly account: Pick<AccountClient, 'send'>;
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly directConnect: Pick<DirectConnectClient, 'send'>;
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly iam: Pick<IAMClient, 'send'>;
  readonly kms: Pick<KMSClient, 'send'>;
  readonly logs: Pick<CloudWatchLogsClient, 'send'>;
  readonly openSearch: Pick<OpenSearchClient, 'send'>;
  readonly privateCa: { readonly ask: PrivateCa };
  readonly quotas: Pick<ServiceQuotasClient, 'send'>;
  readonly route53: Pick<Route53Client, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly secrets: Pick<SecretsManagerClient, 'send'>;
  readonly sns: Pick<SNSClient, 'send'>;
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
}

/** What will be deployed. */
export interface Plan {
  readonly config: EnvironmentConfig;
  /** The synthesised stacks of the stage. */
  readonly environment: Environment;
  /** What of it is planned: its own stage, or that of another account. */
  readonly stage: DeployedStage;
}

/** Account and region that a plan is deployed to, as `cdk bootstrap` takes them. */
export const placeOf = ({ stage: { account, region } }: Plan): string => `aws://${account}/${region}`;

/** One line of the table. */
export interface Answer {
  readonly ok: boolean;
  readonly what: string;
  readonly found: string;
  /** How to fix it: a command where there is one. */
  readonly remedy?: string;
}

/** Something that fails a deployment late, asked before. */
export interface Check {
  readonly name: string;
  /** The calls, by the name that an IAM policy allows them by. */
  readonly asks: readonly string[];
  /** What goes wrong otherwise. */
  readonly because: string;
  run(aws: Aws, plan: Plan): Promise<readonly Answer[]>;
}

/** An answer that holds or not, with what to do about it where not. */
export const answer = (ok: boolean, what: string, found: string, remedy: string): Answer =>
  ok ? { ok, what, found } : { ok, what, found, remedy };

/** Does a call fail with one of these errors of AWS? Any other goes on. */
export async function failsWith(names: readonly string[], call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return false;
  } catch (error) {
    if (names.includes((error as Error).name)) return true;
    throw error;
  }
}

/** What a call answers; nothing where it fails with one of these errors of AWS. Any other goes on. */
export const unlessFails = async <T>(names: readonly string[], call: Promise<T>): Promise<T | undefined> =>
  (await failsWith(names, call)) ? undefined : call;
