/** An environment in a VPC that exists: what is made in it, what is not, and that nothing passes between ours and the rest of it. */
import { within } from '../../config/cidr';
import { parseEnvironment } from '../../config/parse';
import type { EnvironmentConfig, EnvironmentConfigInput } from '../../config/schema';
import { dev } from '../../harness/environments/dev';
import { edited } from '../../harness/environments/edited';
import { prod } from '../../harness/environments/prod';
import { synthesiseApp } from '../../harness/synthesise';
import { named } from '../../judges/assembly/arns';
import { type Environment, readEnvironments } from '../../judges/assembly/environments';
import { exits } from '../../judges/reach/exits';
import { reachModel } from '../../judges/reach/model';
import { subnetCidrs, subnetGroups } from '../../lib/contract/addresses';
import { judgeCalls, judgeRefusals } from '../../tools/calls/judge';
import { worldOf } from '../../tools/calls/world';
import { judgeChange } from '../../tools/order/day-two';
import { findings } from '../../tools/reach/judge';

const vpcId = 'vpc-0123456789abcdef0';
const more = '10.77.0.0/20';
const inExisting = (base: EnvironmentConfigInput, edits: Readonly<Record<string, unknown>> = {}): EnvironmentConfig =>
  parseEnvironment(
    `config/${base.environment}.ts`,
    edited(base, { 'network.existing': { vpcId, cidrs: [base.network.cidr, more] }, ...edits }),
  );

const routed = {
  'collect.entrance': {
    via: 'routed',
    routed: { transitGatewayId: 'tgw-0123456789abcdef1', prefixes: ['10.30.0.0/16'] },
  },
  clients: [],
};
const configs = {
  'dev, no link': inExisting(dev, { link: undefined }),
  dev: inExisting(dev),
  prod: inExisting(prod),
  'dev, a block of it': inExisting(dev, {
    'network.existing.cidrs': ['10.10.0.0/16'],
    'network.cidr': '10.10.64.0/22',
  }),
  'dev, services by a route': inExisting(dev, routed),
};

type Resources = Record<string, { Type: string; Properties?: any }>;
type Stages = ReadonlyMap<string, Environment>;

const found = (stages: Stages, { environment }: EnvironmentConfig, type: string, stack = 'Network') =>
  Object.entries((stages.get(environment)?.[stack]?.resources ?? {}) as Resources)
    .filter(([, { Type }]) => Type === `AWS::EC2::${type}`)
    .map(([id, { Properties }]) => ({ id, ...Properties }));

describe.each(Object.entries(configs))('%s', (_name, config) => {
  let stages: Stages;
  beforeAll(() => {
    stages = readEnvironments(synthesiseApp([config]).assembly.directory);
  });

  test('no VPC is made, and everything of ours is in the one that exists', () => {
    const own = JSON.stringify(stages.get(config.environment));
    expect(own).not.toMatch(/"AWS::EC2::(VPC|InternetGateway|NatGateway|EIP)"/);
    expect(own).not.toContain('VpcRestrictDefaultSG');
    for (const type of ['Subnet', 'RouteTable', 'NetworkAcl', 'VPCEndpoint', 'SecurityGroup']) {
      const all = found(stages, config, type);
      expect([type, [...new Set(all.map(({ VpcId }) => VpcId))]]).toEqual([type, [vpcId]]);
    }
  });

  test('each subnet is where the allow-list and the far end have it, and has a table of its own without a way out', () => {
    const groups = ['collect', 'store', 'link', 'transit'] as const;
    const subnets = found(stages, config, 'Subnet');
    for (const group of groups) {
      const own = subnets.filter(({ id }) => id.includes(`${group}Subnet`));
      expect(own.map(({ CidrBlock }) => CidrBlock)).toEqual(subnetCidrs(config, group));
      expect(own.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(config.network.availabilityZones);
    }
    const tables = found(stages, config, 'SubnetRouteTableAssociation');
    expect(tables.map(({ SubnetId }) => SubnetId.Ref).sort()).toEqual(subnets.map(({ id }) => id).sort());
    expect(new Set(tables.map(({ RouteTableId }) => RouteTableId.Ref)).size).toBe(subnets.length);
    for (const route of found(stages, config, 'Route')) expect(route.TransitGatewayId).toBe('tgw-0123456789abcdef1');
  });

  test('flow logs, the log of queries and the DNS firewall are of the VPC', () => {
    const all = Object.values(stages.get(config.environment)?.Network?.resources as Resources);
    const places = all.flatMap(({ Type, Properties }) =>
      /FlowLog|Association/.test(Type) && !/Subnet/.test(Type)
        ? [[Type, Properties.VpcId ?? Properties.ResourceId]]
        : [],
    );
    expect(places.sort()).toEqual([
      ['AWS::EC2::FlowLog', vpcId],
      ['AWS::Route53Resolver::FirewallRuleGroupAssociation', vpcId],
      ['AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation', vpcId],
    ]);
  });

  test('what is promised gets there, and nothing else: not from the rest of the VPC, not into it', () => {
    const model = reachModel(stages, config);
    expect(findings(config, model).map(({ detail }) => detail)).toEqual([]);
    expect(model.ends.hostNames()).toContain('neighbour');
  });

  test('no way out carries spans out of the account; names are held by the DNS firewall', () => {
    const all = exits(reachModel(stages, config), named(stages.get(config.environment) ?? {}), config.account);
    expect(all.filter(({ raw }) => raw === 'leaves')).toEqual([]);
    expect(all.filter(({ kind }) => kind === 'DNS')).toMatchObject([
      { at: vpcId, what: expect.stringMatching(/^names, held by Network\/DnsAssociation/), raw: 'no' },
    ]);
  });
});

describe('what keeps the rest of the VPC apart is missed when it is gone', () => {
  const taken = (config: EnvironmentConfig, stack: string, part: RegExp): [Stages, EnvironmentConfig] => {
    const stages = structuredClone(readEnvironments(synthesiseApp([config]).assembly.directory)) as Map<
      string,
      Environment
    >;
    const resources = stages.get(config.environment)?.[stack]?.resources as Resources;
    const ids = Object.keys(resources).filter((id) => part.test(id));
    expect(ids).not.toEqual([]);
    for (const id of ids) delete resources[id];
    return [stages, config];
  };
  const passing = ([stages, config]: [Stages, EnvironmentConfig]): string[] =>
    findings(config, reachModel(stages, config)).map(({ what }) => what);

  test.each([
    ['of collectors', configs.dev, 'Network', /^VpcAcl(E|In)gressDeny/, ['gateway', 'sampler']],
    [
      'of collectors that services come to by a route',
      configs['dev, services by a route'],
      'Network',
      /^EntranceCollectAcl(E|In)gressDenyx10x(10|77)x/,
      ['gateway', 'sampler'],
    ],
    ['of relays', configs.dev, 'Link', /^SubnetsLinkAcl(E|In)gressDenyx10x(10|77)x/, ['relay']],
  ] as const)('the wall %s', (_whose, config, stack, part, names) => {
    expect(passing(taken(config, stack, part))).toEqual(names.map((name) => `${name} → neighbour passes unlisted`));
  });

  test('the DNS firewall, or one of another VPC', () => {
    const [stages, config] = taken(configs.dev, 'Network', /^DnsAssociation/);
    const all = exits(reachModel(stages, config), named(stages.get('dev') ?? {}), config.account);
    expect(all.filter(({ raw }) => raw === 'leaves')).toMatchObject([{ kind: 'DNS', at: vpcId }]);
  });
});

test('every call of ours is allowed by all policies together, and what must be refused is', async () => {
  const config = configs.prod;
  const stages = readEnvironments(synthesiseApp([config]).assembly.directory);
  const world = worldOf(config, stages.get('prod') ?? {});
  expect((await judgeCalls(world)).refused).toEqual([]);
  expect((await judgeRefusals(world)).allowed).toEqual([]);
});

test('addresses that the VPC gets later are refused by ACLs, there and back', () => {
  const before = edited(dev, { 'network.existing': { vpcId, cidrs: ['10.10.0.0/16'] } });
  const after = edited(before, { 'network.existing.cidrs': ['10.10.0.0/16', more] });
  expect(judgeChange({ before, after })).toEqual({ there: [], back: [] });
});

test.each([
  ['/22', {}],
  ['/21', routed],
  ['/22', routed],
])('a block of %s holds the subnets of a VPC that is made, where the far end has them', (length, edits) => {
  const cidr = `10.10.8.0${length}`;
  const config = parseEnvironment('config/dev.ts', edited(dev, { 'network.cidr': cidr, ...edits }));
  const stages = readEnvironments(synthesiseApp([config]).assembly.directory);
  const made = found(stages, config, 'Subnet').map(({ CidrBlock }) => CidrBlock);
  expect(made).toEqual(subnetGroups(config).flatMap((group) => subnetCidrs(config, group)));
  for (const each of made) expect(within(each, cidr)).toBe(true);
});
