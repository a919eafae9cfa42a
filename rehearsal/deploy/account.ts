/** The emulated account, as somebody with its credentials would look at it. */
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { DeleteDomainCommand, DescribeDomainCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { run } from '../../harness/run';

/** Reads and tidies up. */
export class Account {
  protected readonly options;

  constructor(private readonly environment: Readonly<Record<string, string>>) {
    this.options = {
      endpoint: environment.AWS_ENDPOINT_URL ?? '',
      region: environment.AWS_REGION ?? '',
      credentials: {
        accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      },
    };
  }

  /** Makes what must be there before: roles of people who read traces. @throws what IAM answers */
  async prepare(readerRoleArns: readonly string[]): Promise<void> {
    const iam = new IAMClient(this.options);
    for (const arn of readerRoleArns) {
      await iam.send(
        new CreateRoleCommand({
          RoleName: arn.slice(arn.lastIndexOf('/') + 1),
          AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
        }),
      );
    }
  }

  /** Status of a stack; `none` where there is none. */
  async status(stack: string): Promise<string> {
    try {
      const { Stacks: [found] = [] } = await new CloudFormationClient(this.options).send(
        new DescribeStacksCommand({ StackName: stack }),
      );
      return found?.StackStatus ?? 'none';
    } catch {
      return 'none';
    }
  }

  /** Outputs of a stack. */
  async outputs(stack: string): Promise<Record<string, string>> {
    const { Stacks: [found] = [] } = await new CloudFormationClient(this.options).send(
      new DescribeStacksCommand({ StackName: stack }),
    );
    return Object.fromEntries(
      (found?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  }

  /** Why the newest update of a stack failed. A template that is refused as a whole leaves no stack, and no events. */
  async failure(stack: string): Promise<string> {
    const { StackEvents: events = [] } = await new CloudFormationClient(this.options)
      .send(new DescribeStackEventsCommand({ StackName: stack }))
      .catch(() => ({ StackEvents: [] }));
    const failed = events.find(
      ({ ResourceStatus, ResourceType }) =>
        ResourceStatus?.endsWith('_FAILED') && ResourceType !== 'AWS::CloudFormation::Stack',
    );
    // Functions add where in their code it was.
    const [why] = failed?.ResourceStatusReason?.split('\n') ?? [];
    return failed ? `${failed.LogicalResourceId}: ${why}` : 'no reason given';
  }

  /** Takes termination protection off, as docs/operations.md says. */
  async unprotect(stack: string): Promise<void> {
    await new CloudFormationClient(this.options).send(
      new UpdateTerminationProtectionCommand({ StackName: stack, EnableTerminationProtection: false }),
    );
  }

  /** Certificates in Secrets Manager that openssl takes: by the real function, for the tiers. */
  async certificates(): Promise<string[]> {
    const client = new SecretsManagerClient(this.options);
    const { SecretList: secrets = [] } = await client.send(new ListSecretsCommand({ MaxResults: 100 }));
    const found = await Promise.all(
      secrets
        .filter(({ Description }) => Description?.startsWith('Certificate and key of the'))
        .map(async ({ ARN, Description }) => {
          const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId: ARN ?? '' }));
          const { certificate } = JSON.parse(SecretString) as { certificate?: string };
          const subject = await run('openssl', ['x509', '-noout', '-subject'], { input: certificate ?? '' });
          return `${Description}: ${subject.trim()}`;
        }),
    );
    return found;
  }

  /** Names of log groups that are there. */
  async logGroups(prefix: string): Promise<string[]> {
    const { logGroups = [] } = await new CloudWatchLogsClient(this.options).send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: prefix }),
    );
    return logGroups.flatMap(({ logGroupName }) => logGroupName ?? []);
  }

  /** Whether a domain is there. */
  async hasDomain(name: string): Promise<boolean> {
    try {
      await new OpenSearchClient(this.options).send(new DescribeDomainCommand({ DomainName: name }));
      return true;
    } catch {
      return false;
    }
  }

  /** Deletes what a tear-down keeps and a first deployment needs the name of: the domain and the bucket. */
  async deleteRetained(domain: string, bucket: string): Promise<void> {
    await new OpenSearchClient(this.options).send(new DeleteDomainCommand({ DomainName: domain }));
    const endpoint = this.environment.AWS_ENDPOINT_URL ?? '';
    // Path style, without a client for one call.
    const { status } = await fetch(`${endpoint}/${bucket}`, { method: 'DELETE' });
    if (status >= 400 && status !== 404) throw new Error(`The bucket ${bucket} was not deleted: ${status}.`);
  }
}
