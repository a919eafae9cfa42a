/** A client's account: its half of the way in, deployed with credentials of its own, from what the environment's outputs said. */
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

/** A client's account, as its owner has it before anything of ours is there. */
export class ClientAccount extends Account {
  private readonly ec2: EC2Client;
  private readonly ssm: SSMClient;

  constructor(environment: Readonly<Record<string, string>>) {
    super(environment);
    this.ec2 = new EC2Client(this.options);
    this.ssm = new SSMClient(this.options);
  }

  /** Makes its VPC, with as many subnets as the configuration names. @returns the client with what was made */
  async withNetwork(client: Client, config: EnvironmentConfig): Promise<Client> {
    const [wanted] = client.vpcs;
    const [prefix = '10.0.0.0/24'] = wanted?.prefixes ?? [];
    const { Vpc: vpc } = await this.ec2.send(new CreateVpcCommand({ CidrBlock: prefix }));
    const vpcId = vpc?.VpcId ?? '';
    for (const attribute of ['EnableDnsSupport', 'EnableDnsHostnames']) {
      await this.ec2.send(new ModifyVpcAttributeCommand({ VpcId: vpcId, [attribute]: { Value: true } }));
    }
    const subnetIds: string[] = [];
    for (const [index] of (wanted?.subnetIds ?? []).entries()) {
      const { Subnet: subnet } = await this.ec2.send(
        new CreateSubnetCommand({
          VpcId: vpcId,
          CidrBlock: prefix.replace(/\d+\/\d+$/, `${64 * index}/26`),
          AvailabilityZone: config.network.availabilityZones[index],
        }),
      );
      subnetIds.push(subnet?.SubnetId ?? '');
    }
    return { ...client, vpcs: [{ vpcId, prefixes: [prefix], subnetIds, routeTableIds: [] }] };
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
