/** A VPC that exists: what of it its owner decides, and no template can say. */
import {
  DescribeDhcpOptionsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type Tag,
  type Vpc,
} from '@aws-sdk/client-ec2';
import { overlap } from '../../../config/cidr';
import { interfaceEndpoints } from '../../../lib/contract/endpoints';
import { type Answer, type Aws, answer, type Check, type Plan } from '../check';

/** Its environment, its id, and where the configuration names it. */
interface Asked {
  readonly vpcId: string;
  readonly config: Plan['config'];
  readonly where: string;
}

const ofVpc = (vpcId: string) => ({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] });

const isOurs = ({ config }: Asked, tags: readonly Tag[] = []): boolean =>
  tags.some(({ Key, Value }) => Key === 'harbourline:environment' && Value === config.environment);

/** That it is there, of this account, and has the addresses that are configured. */
function itself({ vpcId, config, where }: Asked, vpc: Vpc | undefined): Answer {
  const { account, network } = config;
  const has = (vpc?.CidrBlockAssociationSet ?? [])
    .filter(({ CidrBlockState }) => CidrBlockState?.State === 'associated')
    .map(({ CidrBlock }) => CidrBlock ?? '')
    .sort();
  const said = [...(network.existing?.cidrs ?? [])].sort();
  const wrong = !vpc
    ? ['not there']
    : [
        ...(vpc.State === 'available' ? [] : [`${vpc.State}`]),
        // Amazon VPC user guide, "Responsibilities and permissions for owners and participants".
        ...(vpc.OwnerId === account
          ? []
          : [
              `of account ${vpc.OwnerId}, which shares it: its owner alone makes subnets, route tables, ACLs and endpoints`,
            ]),
        ...(`${has}` === `${said}` ? [] : [`its addresses are ${has.join(', ')}`]),
      ];
  return answer(
    wrong.length === 0,
    `VPC ${vpcId}`,
    wrong.join('; ') || 'available',
    `Fix vpcId and cidrs of ${where}; an environment goes into the account of its VPC.`,
  );
}

/** That endpoints can answer to names of AWS, by AWS's own resolver. */
async function names({ ec2 }: Aws, { vpcId }: Asked, dhcpOptionsId: string): Promise<Answer[]> {
  const attributes = ['enableDnsSupport', 'enableDnsHostnames'] as const;
  const on = await Promise.all(
    attributes.map(async (Attribute) => {
      const found = await ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute }));
      return (Attribute === 'enableDnsSupport' ? found.EnableDnsSupport : found.EnableDnsHostnames)?.Value === true;
    }),
  );
  const off = attributes.filter((_each, index) => !on[index]);
  // `default` is a set without options: AWS's own.
  const { DhcpOptions: [options] = [] } =
    dhcpOptionsId === 'default'
      ? {}
      : await ec2.send(new DescribeDhcpOptionsCommand({ DhcpOptionsIds: [dhcpOptionsId] }));
  const servers = options?.DhcpConfigurations?.find(({ Key }) => Key === 'domain-name-servers')?.Values ?? [];
  const others = servers.flatMap(({ Value = '' }) => (Value === 'AmazonProvidedDNS' ? [] : Value));
  return [
    answer(
      off.length === 0,
      'DNS of the VPC',
      off.length === 0 ? 'support and hostnames are on' : `off: ${off.join(', ')}`,
      `aws ec2 modify-vpc-attribute --vpc-id ${vpcId} --enable-dns-support, and the same with --enable-dns-hostnames: private names of endpoints need both.`,
    ),
    answer(
      others.length === 0,
      'name servers of the VPC',
      others.length === 0 ? "AWS's own resolver" : others.join(', '),
      'Neither private names of endpoints nor the DNS firewall count at other servers: a set of DHCP options with AmazonProvidedDNS.',
    ),
  ];
}

/** That nobody is in the block, and nobody else in the VPC: the DNS firewall would judge their names, too. */
async function others({ ec2 }: Aws, asked: Asked): Promise<Answer[]> {
  const { cidr } = asked.config.network;
  const { Subnets: subnets = [] } = await ec2.send(new DescribeSubnetsCommand(ofVpc(asked.vpcId)));
  const theirs = subnets.filter(({ Tags }) => !isOurs(asked, Tags)).map(({ SubnetId }) => SubnetId);
  const within = subnets.filter(
    ({ SubnetId, CidrBlock = '' }) => theirs.includes(SubnetId) && overlap(CidrBlock, cidr),
  );
  const { NetworkInterfaces: interfaces = [] } = await ec2.send(
    new DescribeNetworkInterfacesCommand(ofVpc(asked.vpcId)),
  );
  // What looks up no names: interfaces of gateways and endpoints.
  const strangers = interfaces.filter(
    ({ SubnetId, InterfaceType = '' }) =>
      theirs.includes(SubnetId) && !/^(transit_gateway|nat_gateway|.*endpoint|.*load_balancer)$/.test(InterfaceType),
  );
  return [
    answer(
      within.length === 0,
      `${cidr} is free in it`,
      within.length === 0 ? 'free' : within.map(({ SubnetId, CidrBlock }) => `${SubnetId} has ${CidrBlock}`).join(', '),
      `Write another block of the VPC as network.cidr in config/${asked.config.environment}.ts.`,
    ),
    answer(
      strangers.length === 0,
      'nobody else is in it',
      strangers.length === 0
        ? 'nobody'
        : strangers.map(({ NetworkInterfaceId, SubnetId }) => `${NetworkInterfaceId} in ${SubnetId}`).join(', '),
      'The DNS firewall is of a whole VPC: they would find names of AWS alone. Ask for a VPC for this environment.',
    ),
  ];
}

/** That no endpoint of somebody else answers to the same names. */
async function endpoints({ ec2 }: Aws, asked: Asked): Promise<Answer> {
  const { region } = asked.config;
  const ours = Object.values(interfaceEndpoints).map(({ service }) => `com.amazonaws.${region}.${service.shortName}`);
  const { VpcEndpoints: found = [] } = await ec2.send(new DescribeVpcEndpointsCommand(ofVpc(asked.vpcId)));
  const same = found.filter(
    ({ ServiceName = '', PrivateDnsEnabled, Tags }) =>
      PrivateDnsEnabled && ours.includes(ServiceName) && !isOurs(asked, Tags),
  );
  return answer(
    same.length === 0,
    'private names of endpoints',
    same.length === 0 ? 'free' : same.map((each) => `${each.VpcEndpointId} has ${each.ServiceName}`).join(', '),
    'A VPC has one endpoint that answers to a name: aws ec2 delete-vpc-endpoints, or --no-private-dns-enabled of modify-vpc-endpoint.',
  );
}

/** That it is not attached already to a gateway that it will be attached to. */
async function attachments({ ec2 }: Aws, asked: Asked): Promise<Answer> {
  const { link, collect } = asked.config;
  const gateways = [link?.transitGatewayId, collect.entrance.routed?.transitGatewayId];
  const { TransitGatewayVpcAttachments: found = [] } = await ec2.send(
    new DescribeTransitGatewayVpcAttachmentsCommand(ofVpc(asked.vpcId)),
  );
  const taken = found.filter(
    ({ State, TransitGatewayId, Tags }) =>
      !/^(deleted|deleting|failed|rejected)$/.test(`${State}`) &&
      gateways.includes(TransitGatewayId) &&
      !isOurs(asked, Tags),
  );
  return answer(
    taken.length === 0,
    'attachments to transit gateways',
    taken.length === 0
      ? 'none in the way'
      : taken.map((each) => `${each.TransitGatewayAttachmentId} of ${each.TransitGatewayId}`).join(', '),
    'A VPC has one attachment to a gateway: have its owner delete it, or name another gateway.',
  );
}

export const existingVpc: Check = {
  name: 'VPC that exists',
  asks: [
    'ec2:DescribeVpcs',
    'ec2:DescribeVpcAttribute',
    'ec2:DescribeDhcpOptions',
    'ec2:DescribeSubnets',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeVpcEndpoints',
    'ec2:DescribeTransitGatewayVpcAttachments',
  ],
  because: 'what its owner decided is in no template, and the first stack fails at it, or names are not found',
  async run(aws, { config }) {
    const { environment, network } = config;
    if (!network.existing) return [];
    const { vpcId } = network.existing;
    const asked = { vpcId, config, where: `network.existing in config/${environment}.ts` };
    const { Vpcs: [vpc] = [] } = await aws.ec2.send(new DescribeVpcsCommand(ofVpc(vpcId)));
    if (!vpc) return [itself(asked, vpc)];
    return [
      itself(asked, vpc),
      ...(await names(aws, asked, vpc.DhcpOptionsId ?? 'default')),
      ...(await others(aws, asked)),
      await endpoints(aws, asked),
      await attachments(aws, asked),
    ];
  },
};
