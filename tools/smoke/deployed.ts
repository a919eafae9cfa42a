import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { DescribeDomainCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Client } from '@opensearch-project/opensearch';
import { refused } from '../../config/refused';
import type { EnvironmentConfig } from '../../config/schema';
import { tierName } from '../../config/tier-names';
import { domainName } from '../../lib/contract/access';
import { namesOf } from '../../lib/contract/names';
import { ports } from '../../lib/contract/ports';
import { storeClient } from '../../lib/store/client';
import { reachStore, type Way } from '../session';
import type { Aws } from './aws';
import type { Gateways } from './trace';

/** The gateways as an agent of the caller's account finds them: by its parameters and its secret. */
export async function deployedGateways(config: EnvironmentConfig): Promise<Gateways> {
  const { environment, region } = config;
  const ssm = new SSMClient({ region });
  const parameter = async (name: string): Promise<string> => {
    const { Parameter: found } = await ssm.send(
      new GetParameterCommand({ Name: `${namesOf(config).parameters}/agent/${name}` }),
    );
    return found?.Value ?? '';
  };
  const { SecretString: secret = '{}' } = await new SecretsManagerClient({ region }).send(
    new GetSecretValueCommand({ SecretId: await parameter('certificate') }),
  );
  const { certificate, key, authority } = JSON.parse(secret);
  const [host = ''] = (await parameter('gateway-endpoint')).split(':');
  return {
    host,
    port: ports.otlpHttp,
    servername: tierName('gateway', environment),
    cert: certificate,
    key,
    ca: authority,
  };
}

/** A store that is read as the reader, whose role is assumed, until it is closed. */
export interface DeployedStore {
  readonly store: Client;
  readonly close: () => Promise<void>;
}

/** @param via how the store is reached. @default as it is: from a machine with the security group of the store's clients */
export async function deployedStore(
  config: EnvironmentConfig,
  readerRole: string,
  via: Way | undefined,
): Promise<DeployedStore> {
  const { environment, region, organisation } = config;
  const { settings, close } = via
    ? await reachStore({ via, environment, region, namePrefix: organisation.namePrefix })
    : { settings: { endpoint: `https://${await addressOf(config)}` }, close: () => {} };
  try {
    const { Credentials: reader } = await new STSClient({ region }).send(
      new AssumeRoleCommand({ RoleArn: readerRole, RoleSessionName: 'harbourline-smoke' }),
    );
    if (!reader?.AccessKeyId || !reader.SecretAccessKey)
      throw refused(
        'HL-SMOKE-007',
        `${readerRole} gives no credentials: may yours assume it? Its trust policy says who may.`,
      );
    const credentials = {
      accessKeyId: reader.AccessKeyId,
      secretAccessKey: reader.SecretAccessKey,
      ...(reader.SessionToken ? { sessionToken: reader.SessionToken } : {}),
    };
    const store = storeClient({ ...settings, auth: { kind: 'sigv4', region, credentials: async () => credentials } });
    return {
      store,
      close: async () => {
        await store.close();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function addressOf(config: EnvironmentConfig): Promise<string> {
  const { DomainStatus: domain } = await new OpenSearchClient({ region: config.region }).send(
    new DescribeDomainCommand({ DomainName: domainName(namesOf(config)) }),
  );
  return domain?.Endpoints?.vpc ?? '';
}

/** What is asked of AWS itself, with the caller's credentials. */
export const deployedAws = ({ region }: EnvironmentConfig): Aws => ({
  cloudWatch: new CloudWatchClient({ region }),
  ec2: new EC2Client({ region }),
  sns: new SNSClient({ region }),
});
