/** Accounts of others: a client's half of the way in, and the operators' way to the store, deployed with credentials of their own. */
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { EnvironmentConfig } from '../../config/schema';
import { Account } from './account';

type Client = EnvironmentConfig['clients'][number];
type Entrance = EnvironmentConfig['collect']['entrance'];

/** The first client of an environment, where it comes by PrivateLink from an account of its own. */
export const foreignClient = ({ account, clients, collect }: EnvironmentConfig): Client | undefined =>
  collect.entrance.via === 'privateLink' ? clients.find((client) => client.account !== account) : undefined;

/** The emulator takes the account from the key. */
export const credentialsOf = (
  account: string,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({ ...environment, AWS_ACCESS_KEY_ID: account });

/** What somebody copies from the outputs of `Collect`. @throws Error where one of them is not there */
export function handedOver(outputs: Readonly<Record<string, string>>): NonNullable<Entrance['handedOver']> {
  const output = (name: string): string => {
    const found = outputs[name];
    if (!found) throw new Error(`Collect has no output ${name}.`);
    return found;
  };
  return {
    serviceName: output('EntranceService'),
    certificate: { secretArn: output('AgentCertificate'), keyArn: output('AgentCertificateKey') },
    ...(outputs.AgentPseudonyms
      ? { pseudonyms: { secretArn: output('AgentPseudonyms'), keyArn: output('AgentPseudonymsKey') } }
      : {}),
  };
}

/** Where operators are in the rehearsal: an account and addresses that no committed configuration has. */
export const operators = { account: '444444444449', prefix: '10.62.0.0/24' };

/** An account as its owner has it before anything of ours is there. */
export class OtherAccount extends Account {
  private readonly ec2: EC2Client;
  private readonly ssm: SSMClient;

  constructor(environment: Readonly<Record<string, string>>) {
    super(environment);
    this.ec2 = new EC2Client(this.options);
    this.ssm = new SSMClient(this.options);
  }

  /** Makes the VPC of a client, with as many subnets as the configuration names. @returns the client with what was made */
  async withNetwork(client: Client, config: EnvironmentConfig): Promise<Client> {
    const [wanted] = client.vpcs;
    const [prefix = '10.0.0.0/24'] = wanted?.prefixes ?? [];
    const made = await this.vpc(prefix, config.network.availabilityZones.slice(0, wanted?.subnetIds.length));
    return { ...client, vpcs: [{ ...made, prefixes: [prefix], routeTableIds: [] }] };
  }

  /** @param prefix of 256 addresses, a quarter of them for each zone */
  async vpc(prefix: string, zones: readonly string[]): Promise<{ vpcId: string; subnetIds: string[] }> {
    const { Vpc: vpc } = await this.ec2.send(new CreateVpcCommand({ CidrBlock: prefix }));
    const vpcId = vpc?.VpcId ?? '';
    for (const attribute of ['EnableDnsSupport', 'EnableDnsHostnames']) {
      await this.ec2.send(new ModifyVpcAttributeCommand({ VpcId: vpcId, [attribute]: { Value: true } }));
    }
    const subnetIds: string[] = [];
    for (const [index, AvailabilityZone] of zones.entries()) {
      const CidrBlock = prefix.replace(/\d+\/\d+$/, `${64 * index}/26`);
      const { Subnet: subnet } = await this.ec2.send(
        new CreateSubnetCommand({ VpcId: vpcId, CidrBlock, AvailabilityZone }),
      );
      subnetIds.push(subnet?.SubnetId ?? '');
    }
    return { vpcId, subnetIds };
  }

  /** Names of the endpoints' services in its VPC. */
  async endpointServices(vpcId: string): Promise<string[]> {
    const { VpcEndpoints: endpoints = [] } = await this.ec2.send(new DescribeVpcEndpointsCommand({}));
    return endpoints.filter(({ VpcId }) => VpcId === vpcId).map(({ ServiceName }) => ServiceName ?? '');
  }

  /** Names of parameters that agents read. */
  async parameters(prefix: string): Promise<string[]> {
    const { Parameters: found = [] } = await this.ssm.send(new DescribeParametersCommand({}));
    return found.flatMap(({ Name = '' }) => (Name.startsWith(prefix) ? [Name] : [])).sort();
  }
}

/** An environment whose operators reach the store from a VPC of their own account, which is made. */
export async function withOperators(config: EnvironmentConfig, theirs: OtherAccount): Promise<EnvironmentConfig> {
  const made = await theirs.vpc(operators.prefix, config.network.availabilityZones);
  const endpoint = { ...made, account: operators.account, prefixes: [operators.prefix] };
  return { ...config, store: { ...config.store, access: { ...config.store.access, via: 'endpoint', endpoint } } };
}
