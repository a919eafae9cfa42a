/** The mainland account's half: asked with credentials of that account, in partition aws-cn. */
import {
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { within } from '../../../config/cidr';
import type { EnvironmentConfig } from '../../../config/schema';
import { answer, type Check } from '../check';
import { bootstrap } from './bootstrap';
import { bootstrapKey } from './leftovers';
import { certificateAnswers } from './link';
import { boundary } from './organisation';
import { resourceTypes } from './region';

type Analysis = NonNullable<NonNullable<EnvironmentConfig['link']>['analysis']>;

/** @throws Error where the environment has no mainland stage */
function analysisOf({ environment, link }: EnvironmentConfig): Analysis & { readonly receiver: string } {
  if (!link?.analysis)
    throw new Error(`config/${environment}.ts has no link.analysis: there is nothing to deploy there.`);
  return { ...link.analysis, receiver: link.receiver.address };
}

const identity: Check = {
  name: 'account',
  asks: ['sts:GetCallerIdentity'],
  because: 'credentials of another account, or of another partition, would deploy it there',
  async run({ sts }, { config }) {
    const { account } = analysisOf(config);
    const { Account: found = 'none', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    const china = arn === '' || arn.startsWith('arn:aws-cn:');
    return [
      answer(
        found === account && china,
        `account ${account} of aws-cn`,
        china ? found : `${found}, of another partition`,
        `Use credentials of ${account}, or fix link.analysis.account in config/${config.environment}.ts.`,
      ),
    ];
  },
};

const network: Check = {
  name: 'network',
  asks: ['ec2:DescribeVpcs', 'ec2:DescribeSubnets', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeVpcEndpoints'],
  because: 'the receivers stand in a VPC that exists, at an address that relays already know',
  async run({ ec2 }, { config }) {
    const { vpcId, vpcCidr, subnetId, availabilityZone, receiver, region } = analysisOf(config);
    const where = `link.analysis in config/${config.environment}.ts`;
    const { Vpcs: [vpc] = [] } = await ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
    );
    const { Subnets: [subnet] = [] } = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: [subnetId] }] }),
    );
    const { NetworkInterfaces: [holder] = [] } = await ec2.send(
      new DescribeNetworkInterfacesCommand({
        Filters: [
          { Name: 'vpc-id', Values: [vpcId] },
          { Name: 'addresses.private-ip-address', Values: [receiver] },
        ],
      }),
    );
    const { VpcEndpoints: endpoints = [] } = await ec2.send(
      new DescribeVpcEndpointsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
    );
    const services = endpoints.map(({ ServiceName = '' }) => ServiceName.split(`.${region}.`).at(-1));
    const lacking = ['s3', 'logs', 'secretsmanager', 'ssm', 'autoscaling'].filter((each) => !services.includes(each));
    return [
      answer(
        vpc?.CidrBlock === vpcCidr,
        `VPC ${vpcId}`,
        vpc?.CidrBlock ?? 'not there',
        `Fix vpcId and vpcCidr of ${where}.`,
      ),
      answer(
        subnet?.VpcId === vpcId &&
          subnet.AvailabilityZone === availabilityZone &&
          within(`${receiver}/32`, subnet.CidrBlock ?? ''),
        `subnet ${subnetId}`,
        subnet ? `${subnet.CidrBlock} in ${subnet.AvailabilityZone} of ${subnet.VpcId}` : 'not there',
        `It must be in ${vpcId}, in ${availabilityZone}, and hold ${receiver}: fix ${where}.`,
      ),
      answer(
        holder === undefined || /harbourline|Entra/i.test(holder.Description ?? ''),
        `address ${receiver}`,
        holder ? `taken by ${holder.Description || holder.NetworkInterfaceId}` : 'free',
        'Free it, or choose another for link.receiver.address: the allow-list and the far end name it, too.',
      ),
      answer(
        lacking.length === 0,
        'endpoints of the VPC',
        lacking.length === 0 ? 'all that receivers call' : `lacking: ${lacking.join(', ')}`,
        'Ask the owner of the VPC: receivers have no other way to these services.',
      ),
    ];
  },
};

const certificate: Check = {
  name: 'certificate',
  asks: ['secretsmanager:GetSecretValue', 'kms:DescribeKey'],
  because: 'receivers do not come up without it, and the stack waits for them without result',
  run: (aws, { config }) =>
    certificateAnswers(
      aws,
      analysisOf(config).certificate,
      `link.analysis.certificate in config/${config.environment}.ts`,
    ),
};

/** In the order in which a new account meets them. */
export const mainlandChecks: readonly Check[] = [
  identity,
  bootstrap,
  bootstrapKey,
  boundary,
  resourceTypes,
  network,
  certificate,
];
