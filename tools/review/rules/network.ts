import type { Part } from '../canonical';
import { type Change, type Comparison, remembered, short } from '../changes';
import { holds, isWorld, type Opening, openings, refusals } from '../openings';
import { understandsOpenings } from '../shapes';
import { both, type Hit, type ReviewRule } from './rule';

const source = 'https://docs.aws.amazon.com/vpc/latest/userguide/infrastructure-security.html';

const ports = ({ protocol, from, to }: Opening): string =>
  protocol === '-1' ? 'everything' : `${protocol} ${from === to ? from : `${from}-${to}`}`;

const hit =
  (verb: string) =>
  (opening: Opening): Hit => ({
    at: opening.at,
    what: opening.at.endsWith(' prefix list')
      ? `${verb} to ${short(opening.peer)} what rules that name the list allow`
      : `${verb} ${ports(opening)} to ${short(opening.peer)}`,
  });

function beyond(known: readonly Opening[], list: readonly Opening[]): Opening[] {
  const same = new Set(known.map((opening) => JSON.stringify(opening)));
  return list.filter((opening) => !same.has(JSON.stringify(opening)) && !known.some((each) => holds(each, opening)));
}

const added = remembered(({ before, after }: Comparison) => beyond(openings(before), openings(after)));
const gone = remembered(({ before, after }: Comparison) => beyond(openings(after), openings(before)));

/** Ports from which one machine is ruled from another, or files are taken. */
const control = [20, 21, 22, 23, 69, 111, 135, 139, 445, 512, 513, 514, 873, 2049, 2375, 3389, 5900, 5985, 5986];
const isControl = ({ protocol, from, to, at }: Opening): boolean =>
  (protocol !== '-1' || /(in|e)gress$/.test(at)) &&
  !at.includes(' route') &&
  control.some((port) => from <= port && port <= to);

/** By what is no transit gateway and no endpoint of AWS. */
const isOtherWay = ({ at }: Opening): boolean =>
  / route by (VpcPeeringConnection|NetworkInterface|Instance|NatGateway|LocalGateway|CarrierGateway|CoreNetworkArn|Gateway vgw|EgressOnly)/.test(
    at,
  );

const isWay = ({ at }: Opening): boolean => / (route|propagates|announces|may connect)/.test(at);

const types: Readonly<Record<string, RegExp>> = {
  'AWS::EC2::SecurityGroup': /^Properties\.SecurityGroup(Ingress|Egress)\b/,
  'AWS::EC2::SecurityGroupIngress': /^$|^Properties\.(IpProtocol|FromPort|ToPort|Cidr\w+|Source\w+|GroupId)\b/,
  'AWS::EC2::SecurityGroupEgress': /^$|^Properties\.(IpProtocol|FromPort|ToPort|Cidr\w+|Destination\w+|GroupId)\b/,
  'AWS::EC2::NetworkAclEntry':
    /^$|^Properties\.(Protocol|PortRange|CidrBlock|Ipv6CidrBlock|RuleAction|Egress|NetworkAclId)\b/,
  'AWS::EC2::PrefixList': /^$|^Properties\.Entries\b/,
  'AWS::EC2::Route': /^$|^Properties\./,
  'AWS::EC2::TransitGatewayRoute': /^$|^Properties\.(?!Blackhole)/,
  'AWS::EC2::VPNConnectionRoute': /^$|^Properties\./,
  'AWS::EC2::TransitGatewayRouteTablePropagation': /^$|^Properties\./,
  'AWS::EC2::VPCEndpointServicePermissions': /^$|^Properties\.AllowedPrincipals/,
  'AWS::DirectConnect::DirectConnectGatewayAssociation': /^Properties\.AllowedPrefixesToDirectConnectGateway/,
  'AWS::EC2::InternetGateway': /^$/,
  'AWS::EC2::EgressOnlyInternetGateway': /^$/,
  'AWS::EC2::NatGateway': /^$/,
  'AWS::EC2::EIP': /^$/,
};

/** What was read and understood on both sides. */
const reads = ({ path }: Part, change: Change): boolean =>
  (types[change.type]?.test(path) && !/\.Description$/.test(path) && both(change, understandsOpenings)) ?? false;

export const networkRules: readonly ReviewRule[] = [
  {
    id: 'network-open-to-all',
    severity: 'danger',
    asks: 'leaves',
    effect: 'A prefix wider than any private network, or a way to the internet. Raw traces have nowhere to go today.',
    source,
    find: (comparison) => added(comparison).filter(isWorld).map(hit('opens')),
    reads,
  },
  {
    id: 'network-opens-control',
    severity: 'danger',
    asks: 'leaves',
    effect:
      'A port by which machines are ruled or files are taken: SSH, RDP, SMB, Docker and the like. Session Manager needs none.',
    source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19',
    find: (comparison) =>
      added(comparison)
        .filter((opening) => !isWorld(opening) && isControl(opening))
        .map(hit('opens')),
  },
  {
    id: 'network-other-way',
    severity: 'danger',
    asks: 'leaves',
    effect:
      'A route into a network of somebody else, or to a machine that hands on what it gets: past the firewall of the link.',
    source: 'https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html',
    find: (comparison) =>
      added(comparison)
        .filter((opening) => !isWorld(opening) && isOtherWay(opening))
        .map((opening) => ({ at: opening.at, what: `leads ${short(opening.peer)} there` })),
  },
  {
    id: 'network-opens',
    severity: 'caution',
    asks: 'leaves',
    effect: 'Traffic passes that did not pass before. No downtime.',
    source,
    find: (comparison) =>
      added(comparison)
        .filter((opening) => !isWorld(opening) && !isControl(opening) && !isOtherWay(opening))
        .map(hit('opens')),
  },
  {
    id: 'network-refusal-gone',
    severity: 'danger',
    asks: 'leaves',
    effect: 'A network ACL refused this traffic before any allow rule was asked, and no longer does.',
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html',
    find: ({ before, after }) => {
      const kept = new Set(refusals(after).values());
      return [...refusals(before)]
        .filter(([, refused]) => !kept.has(refused))
        .map(([at, refused]) => ({ at, what: `no longer refuses ${refused}` }));
    },
  },
  {
    id: 'network-way-gone',
    severity: 'caution',
    asks: 'works',
    effect:
      'A route, an announcement or a permission to connect goes: what went this way goes nowhere, unless another takes it.',
    source,
    find: (comparison) => gone(comparison).filter(isWay).map(hit('no longer leads')),
  },
  {
    id: 'network-closes',
    severity: 'note',
    asks: 'works',
    effect: 'Traffic that passed does not pass any more.',
    source,
    find: (comparison) => {
      const known = new Set(refusals(comparison.before).values());
      return [
        ...gone(comparison)
          .filter((opening) => !isWay(opening))
          .map(hit('closes')),
        ...[...refusals(comparison.after)]
          .filter(([, refused]) => !known.has(refused))
          .map(([at, refused]) => ({ at, what: `now refuses ${refused}` })),
      ];
    },
  },
  {
    id: 'network-rewritten',
    severity: 'note',
    asks: 'leaves',
    effect: 'Rules of the network say the same in other words.',
    source,
    find: (comparison) => {
      if (added(comparison).length + gone(comparison).length > 0) return [];
      const by = (list: readonly Opening[]): Map<string, string> =>
        new Map(
          [...new Set(list.map(({ at }) => at))].map((at) => [
            at,
            [...new Set(list.filter((each) => each.at === at).map((each) => JSON.stringify(each)))].sort().join(),
          ]),
        );
      const [old, now] = [by(openings(comparison.before)), by(openings(comparison.after))];
      return [...new Set([...old.keys(), ...now.keys()])]
        .filter((at) => old.get(at) !== now.get(at))
        .map((at) => ({ at, what: 'is written otherwise, and means the same' }));
    },
  },
];
