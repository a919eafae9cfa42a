import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { DescribeDomainCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws';
import type { EnvironmentConfig } from '../../config/schema';
import { ports } from '../../lib/contract/ports';
import type { Aws } from './aws';
import type { Gateways } from './trace';

/** What a smoke test needs of a deployed environment. */
export interface Deployed {
  readonly gateways: Gateways;
  readonly store: Client;
  readonly aws: Aws;
}

/**
 * Looks the environment up with the caller's credentials: the agents' parameters and secret, the domain's address. The store
 * is read as the reader, whose role is assumed.
 */
export async function deployed(config: EnvironmentConfig, readerRole: string): Promise<Deployed> {
  const { environment, region } = config;
  const ssm = new SSMClient({ region });
  const parameter = async (name: string): Promise<string> => {
    const { Parameter: found } = await ssm.send(
      new GetParameterCommand({ Name: `/harbourline/${environment}/agent/${name}` }),
    );
    return found?.Value ?? '';
  };
  const { SecretString: secret = '{}' } = await new SecretsManagerClient({ region }).send(
    new GetSecretValueCommand({ SecretId: await parameter('certificate') }),
  );
  const { certificate, key, authority } = JSON.parse(secret);
  const [host = ''] = (await parameter('gateway-endpoint')).split(':');

  const { DomainStatus: domain } = await new OpenSearchClient({ region }).send(
    new DescribeDomainCommand({ DomainName: `harbourline-${environment}` }),
  );
  const { Credentials: reader } = await new STSClient({ region }).send(
    new AssumeRoleCommand({ RoleArn: readerRole, RoleSessionName: 'harbourline-smoke' }),
  );
  if (!reader?.AccessKeyId || !reader.SecretAccessKey) throw new Error(`${readerRole} gives no credentials.`);
  const credentials = {
    accessKeyId: reader.AccessKeyId,
    secretAccessKey: reader.SecretAccessKey,
    ...(reader.SessionToken ? { sessionToken: reader.SessionToken } : {}),
  };
  return {
    gateways: {
      host,
      port: ports.otlpHttp,
      servername: `gateway.${environment}.harbourline.internal`,
      cert: certificate,
      key,
      ca: authority,
    },
    store: new Client({
      node: `https://${domain?.Endpoints?.vpc}`,
      ...AwsSigv4Signer({ region, service: 'es', getCredentials: async () => credentials }),
    }),
    aws: {
      cloudWatch: new CloudWatchClient({ region }),
      ec2: new EC2Client({ region }),
      sns: new SNSClient({ region }),
    },
  };
}
