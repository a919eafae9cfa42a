/** Stages with accounts of their own: a client's half of the way in, and the operators'. Asked with credentials of that account. */
import {
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointServicesCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { type HostedZoneSummary, ListHostedZonesByVPCCommand, type VPCRegion } from '@aws-sdk/client-route-53';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { within } from '../../../config/cidr';
import { privateName } from '../../../config/entrance';
import type { EnvironmentConfig } from '../../../config/schema';
import { namesOf, stackNameOf } from '../../../lib/contract/names';
import { type Answer, type Aws, answer, type Check, failsWith, type Plan, unlessFails } from '../check';
import { identity, regionAnswer, roleAnswer } from './account';
import { bootstrap } from './bootstrap';
import { bootstrapKey, deployed } from './leftovers';
import { boundary } from './organisation';
import { resourceTypes } from './region';

type Client = EnvironmentConfig['clients'][number];

/** @throws Error where the plan is none of a client */
function clientOf({ config, stage }: Plan): { client: Client; place: string } {
  if (!stage.client) throw new Error(`${stage.name} is no stage of a client.`);
  return {
    client: stage.client,
    place: `clients[${config.clients.indexOf(stage.client)}] in config/${config.environment}.ts`,
  };
}

const region: Check = {
  name: 'region',
  asks: ['account:GetRegionOptStatus'],
  because: 'a region such as Hong Kong is off until each account opts in; every call fails until then',
  run: async (aws, { config }) => [await regionAnswer(aws, config.region)],
};

/** A VPC with what is put into it: does it exist, and are these its own? */
async function vpcAnswers(
  { ec2 }: Aws,
  wanted: { vpcId: string; subnetIds?: readonly string[]; routeTableIds?: readonly string[] },
  place: string,
): Promise<{ answers: Answer[]; blocks: readonly string[]; zones: readonly string[] }> {
  const { vpcId, subnetIds = [], routeTableIds = [] } = wanted;
  const { Vpcs: [vpc] = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
  );
  const blocks = vpc ? [vpc.CidrBlock, ...(vpc.CidrBlockAssociationSet ?? []).map(({ CidrBlock }) => CidrBlock)] : [];
  const { Subnets: subnets = [] } =
    subnetIds.length > 0
      ? await ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: [...subnetIds] }] }))
      : {};
  const { RouteTables: tables = [] } =
    routeTableIds.length > 0
      ? await ec2.send(
          new DescribeRouteTablesCommand({ Filters: [{ Name: 'route-table-id', Values: [...routeTableIds] }] }),
        )
      : {};
  const zones = subnets.flatMap(({ AvailabilityZone }) => AvailabilityZone ?? []);
  const strangers = [
    ...subnetIds.filter((id) => !subnets.some(({ SubnetId, VpcId }) => SubnetId === id && VpcId === vpcId)),
    ...routeTableIds.filter((id) => !tables.some(({ RouteTableId, VpcId }) => RouteTableId === id && VpcId === vpcId)),
  ];
  const all = [...subnetIds, ...routeTableIds];
  return {
    blocks: blocks.flatMap((block) => block ?? []),
    zones,
    answers: [
      answer(vpc !== undefined, `VPC ${vpcId}`, vpc?.CidrBlock ?? 'not there', `Fix vpcId of ${place}.`),
      answer(
        strangers.length === 0,
        all.join(', '),
        strangers.length === 0 ? `of ${vpcId}` : `not of ${vpcId}: ${strangers.join(', ')}`,
        `Name those of ${vpcId} in ${place}.`,
      ),
      ...(subnetIds.length > 0
        ? [
            answer(
              new Set(zones).size === zones.length,
              `zones of ${vpcId}`,
              zones.join(', ') || 'none',
              `An endpoint takes one subnet of each zone: fix subnetIds of ${place}.`,
            ),
          ]
        : []),
    ],
  };
}

const clientNetwork: Check = {
  name: 'client: network',
  asks: ['ec2:DescribeVpcs', 'ec2:DescribeSubnets', 'ec2:DescribeRouteTables', 'ec2:DescribeVpcAttribute'],
  because: 'an endpoint in a foreign subnet is refused, and one whose name nobody resolves is reached by nobody',
  async run(aws, planned) {
    const { client, place } = clientOf(planned);
    const answers: Answer[] = [];
    for (const vpc of client.vpcs) {
      const found = await vpcAnswers(aws, vpc, place);
      const outside = vpc.prefixes.filter((prefix) => !found.blocks.some((block) => within(prefix, block)));
      answers.push(...found.answers);
      if (found.blocks.length === 0) continue; // It is not there, and has no attributes to ask for.
      answers.push(
        answer(
          outside.length === 0,
          vpc.prefixes.join(', '),
          outside.length === 0 ? `of ${vpc.vpcId}` : `not of ${vpc.vpcId}: ${outside.join(', ')}`,
          `Fix prefixes of ${place}: only its own addresses come by its endpoint.`,
        ),
      );
      for (const Attribute of ['enableDnsSupport', 'enableDnsHostnames'] as const) {
        const { EnableDnsSupport, EnableDnsHostnames } = await aws.ec2.send(
          new DescribeVpcAttributeCommand({ VpcId: vpc.vpcId, Attribute }),
        );
        const on = (Attribute === 'enableDnsSupport' ? EnableDnsSupport : EnableDnsHostnames)?.Value === true;
        answers.push(
          answer(
            on,
            `${Attribute} of ${vpc.vpcId}`,
            on ? 'on' : 'off',
            `A private hosted zone answers nobody without it: aws ec2 modify-vpc-attribute --vpc-id ${vpc.vpcId} --${Attribute === 'enableDnsSupport' ? 'enable-dns-support' : 'enable-dns-hostnames'}`,
          ),
        );
      }
    }
    return answers;
  },
};

const endpointService: Check = {
  name: 'client: endpoint service',
  asks: ['ec2:DescribeVpcEndpointServices', 'ec2:DescribeSubnets'],
  because: 'a service that does not know the account, or is not in a zone, has no endpoint there',
  async run({ ec2 }, planned) {
    const { client, place } = clientOf(planned);
    const { handedOver, via } = planned.config.collect.entrance;
    const { serviceName } = handedOver ?? {};
    if (via !== 'privateLink' || !serviceName) return [];
    const described = await unlessFails(
      ['InvalidServiceName', 'InvalidServiceName.NotFound'],
      ec2.send(new DescribeVpcEndpointServicesCommand({ Filters: [{ Name: 'service-name', Values: [serviceName] }] })),
    );
    const service = described?.ServiceDetails?.[0];
    const zones = service && (service.AvailabilityZones ?? []);
    const subnetIds = client.vpcs.flatMap((vpc) => vpc.subnetIds);
    const { Subnets: subnets = [] } = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: subnetIds }] }),
    );
    const lacking = subnets.filter(({ AvailabilityZone = '' }) => zones && !zones.includes(AvailabilityZone));
    return [
      answer(
        zones !== undefined && lacking.length === 0,
        serviceName,
        zones === undefined
          ? `not there, or this account is none of its principals`
          : lacking.length === 0
            ? 'lets this account in'
            : `not in ${lacking.map(({ AvailabilityZone }) => AvailabilityZone).join(', ')}`,
        zones === undefined
          ? `Deploy Collect of ${planned.config.environment} with this client in it, and copy its output EntranceService into collect.entrance.handedOver.`
          : `Name subnets in zones of the service in ${place}.`,
      ),
    ];
  },
};

const privateZone: Check = {
  name: 'client: private zone',
  asks: ['route53:ListHostedZonesByVPC', 'ec2:DescribeVpcs', 'cloudformation:DescribeStacks'],
  because: 'a VPC takes one private hosted zone of a name: the second is refused as ConflictingDomainExists',
  async run(aws, planned) {
    const { client, place } = clientOf(planned);
    const where = planned.config.region;
    if (planned.config.collect.entrance.via !== 'privateLink') return [];
    const name = privateName(planned.config);
    if (await deployed(aws, stackNameOf(planned.stage.name, 'Client', planned.config.organisation.namePrefix)))
      return [answer(true, `zone ${name}`, 'held by the stack of this stage', '')];
    const answers: Answer[] = [];
    for (const { vpcId } of client.vpcs) {
      const zones: HostedZoneSummary[] = [];
      let NextToken: string | undefined;
      do {
        const page = await aws.route53.send(
          new ListHostedZonesByVPCCommand({
            VPCId: vpcId,
            VPCRegion: where as VPCRegion,
            ...(NextToken ? { NextToken } : {}),
          }),
        );
        zones.push(...(page.HostedZoneSummaries ?? []));
        NextToken = page.NextToken;
      } while (NextToken);
      const taken = zones.find(({ Name = '' }) => Name.replace(/\.$/, '') === name);
      answers.push(
        answer(
          taken === undefined,
          `zone ${name} in ${vpcId}`,
          taken ? `there is one: ${taken.HostedZoneId}` : 'the name is free',
          `Take it from the VPC, once nothing asks it any more: aws route53 disassociate-vpc-from-hosted-zone --hosted-zone-id ${taken?.HostedZoneId} --vpc VPCRegion=${where},VPCId=${vpcId}. Or leave ${vpcId} out of ${place}.`,
        ),
      );
    }
    return answers;
  },
};

const nodeRoles: Check = {
  name: 'client: node roles',
  asks: ['iam:GetRole'],
  because: "the policy of the agents' certificate is refused when it names a role that does not exist",
  async run({ iam }, planned) {
    const { client, place } = clientOf(planned);
    return Promise.all(
      client.nodeRoleArns.map((arn) =>
        roleAnswer(iam, arn.split('/').at(-1) ?? '', `Make it, or fix nodeRoleArns of ${place}.`),
      ),
    );
  },
};

const clientLeftovers: Check = {
  name: 'leftovers',
  asks: ['cloudformation:DescribeStacks', 'ssm:GetParameter'],
  because: 'a stage of another name has the parameters that this one makes',
  async run(aws, { config, stage }) {
    // In the environment's own account they are those of Collect.
    if (stage.account === config.account) return [];
    if (await deployed(aws, stackNameOf(stage.name, 'Client', config.organisation.namePrefix)))
      return [answer(true, 'names', 'held by the stack of this stage', '')];
    const name = `${namesOf(config).parameters}/agent/certificate`;
    const free = await failsWith(['ParameterNotFound'], aws.ssm.send(new GetParameterCommand({ Name: name })));
    return [
      answer(
        free,
        `parameter ${name}`,
        free ? 'the name is free' : 'taken, and the stack of this stage does not have it',
        `Take the stage of the client's former name down: npx cdk destroy. If it is gone: aws ssm delete-parameter --name ${name}`,
      ),
    ];
  },
};

const operatorsNetwork: Check = {
  name: 'operators: network',
  asks: ['ec2:DescribeVpcs', 'ec2:DescribeSubnets'],
  because: 'the endpoint of the store is refused in a subnet of another VPC',
  async run(aws, { config }) {
    const { endpoint } = config.store.access;
    if (!endpoint) return [];
    return (await vpcAnswers(aws, endpoint, `store.access.endpoint in config/${config.environment}.ts`)).answers;
  },
};

/** In the order in which a new account meets them. */
export const clientChecks: readonly Check[] = [
  identity,
  region,
  bootstrap,
  bootstrapKey,
  boundary,
  resourceTypes,
  clientLeftovers,
  clientNetwork,
  privateZone,
  endpointService,
  nodeRoles,
];

/** The same of the operators' account. */
export const operatorsChecks: readonly Check[] = [
  identity,
  region,
  bootstrap,
  bootstrapKey,
  boundary,
  resourceTypes,
  operatorsNetwork,
];
