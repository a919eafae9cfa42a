import { IPv4 } from 'ipaddr.js';
import { within } from '../../config/cidr';
import { canonical } from './canonical';
import { type Environment, type Resource, remembered, resourcesOf } from './changes';

/** Something that lets traffic through, in one direction, at one place. */
export interface Opening {
  /** `Collect/GatewaysSecurityGroup ingress`. */
  readonly at: string;
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  /** Prefix, security group, prefix list or target. */
  readonly peer: string;
}

// biome-ignore lint/suspicious/noExplicitAny: properties of network resources, as they stand in a template
type Properties = Readonly<Record<string, any>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const list = (value: unknown): Properties[] => (value === undefined ? [] : ([value].flat() as Properties[]));
/** Attributes that are the id itself, as `Ref` is. */
const isId = /^(GroupId|Id|TransitGatewayAttachmentId|TransitGatewayRouteTableId|RouteTableId)$/;
/** What a reference points at. One of another attribute, or with something more in it, is itself. */
const idOf = (value: unknown): string => {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return text(value);
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return Ref ?? (isId.test(attribute?.[1] ?? '') ? attribute?.[0] : undefined) ?? text(value);
};
const isTrue = (value: unknown): boolean => `${value}` === 'true';

/** A peer has one name; what else stands there, such as the account of a group, belongs to it. */
function peerOf({ GroupId: _, Description: __, ...others }: Properties): string {
  const values = Object.values(others).filter((value) => value !== undefined);
  return values.length === 1 ? text(values[0]) : text(canonical(others));
}

/** Names of protocols, by number: security groups take either. */
const protocols: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };

const rule = (at: string, { IpProtocol, FromPort, ToPort, ...others }: Properties): Opening => ({
  at,
  protocol: protocols[`${IpProtocol}`] ?? String(IpProtocol ?? '-1'),
  from: Number(FromPort ?? 0),
  to: Number(ToPort ?? 65_535),
  peer: peerOf(others),
});

const whole = (at: string, peer: unknown): Opening => ({ at, protocol: '-1', from: 0, to: 65_535, peer: text(peer) });

/** Everything that lets traffic through: security groups, network ACLs, prefix lists, routes, what a link announces. */
export const openings = remembered((environment: Environment): Opening[] =>
  resourcesOf(environment).flatMap(({ at, stack, resource }) => opened(at, stack, resource)),
);

function opened(at: string, stack: string, { Type, Properties = {} }: Resource): Opening[] {
  switch (Type) {
    case 'AWS::EC2::SecurityGroup':
      return [
        ...list(Properties.SecurityGroupIngress).map((each) => rule(`${at} ingress`, each)),
        ...list(Properties.SecurityGroupEgress).map((each) => rule(`${at} egress`, each)),
      ];
    case 'AWS::EC2::SecurityGroupIngress':
      return [rule(`${stack}/${idOf(Properties.GroupId)} ingress`, Properties)];
    case 'AWS::EC2::SecurityGroupEgress':
      return [rule(`${stack}/${idOf(Properties.GroupId)} egress`, Properties)];
    case 'AWS::EC2::NetworkAclEntry':
      if (Properties.RuleAction !== 'allow') return [];
      return [
        {
          at: `${stack}/${idOf(Properties.NetworkAclId)} ${isTrue(Properties.Egress) ? 'egress' : 'ingress'}`,
          protocol: String(Properties.Protocol),
          from: Number(Properties.PortRange?.From ?? 0),
          to: Number(Properties.PortRange?.To ?? 65_535),
          peer: text(Properties.CidrBlock ?? Properties.Ipv6CidrBlock),
        },
      ];
    case 'AWS::EC2::PrefixList':
      return list(Properties.Entries).map(({ Cidr }) => whole(`${at} prefix list`, Cidr));
    case 'AWS::EC2::Route':
    case 'AWS::EC2::TransitGatewayRoute':
    case 'AWS::EC2::VPNConnectionRoute': {
      if (isTrue(Properties.Blackhole)) return [];
      const { RouteTableId, TransitGatewayRouteTableId, VpnConnectionId, ...others } = Properties;
      const {
        DestinationCidrBlock,
        DestinationIpv6CidrBlock,
        DestinationPrefixListId,
        Blackhole: _,
        ...target
      } = others;
      const table = RouteTableId ?? TransitGatewayRouteTableId ?? VpnConnectionId;
      const peer = DestinationCidrBlock ?? DestinationIpv6CidrBlock ?? DestinationPrefixListId;
      const by = Object.entries(target)
        .map(([kind, to]) => `${kind.replace(/Id$/, '')} ${idOf(to)}`)
        .join(' ');
      return [whole(`${stack}/${idOf(table)} route${by ? ` by ${by}` : ''}`, peer)];
    }
    case 'AWS::EC2::TransitGatewayRouteTablePropagation':
      return [
        whole(
          `${stack}/${idOf(Properties.TransitGatewayRouteTableId)} propagates`,
          Properties.TransitGatewayAttachmentId,
        ),
      ];
    case 'AWS::EC2::InternetGateway':
    case 'AWS::EC2::EgressOnlyInternetGateway':
    case 'AWS::EC2::NatGateway':
    case 'AWS::EC2::EIP':
      return [whole(`${at} ${Type.slice(10)}`, '0.0.0.0/0')];
    case 'AWS::EC2::Subnet':
      return isTrue(Properties.MapPublicIpOnLaunch) ? [whole(`${at} public addresses`, '0.0.0.0/0')] : [];
    case 'AWS::ElasticLoadBalancingV2::LoadBalancer':
      return Properties.Scheme === 'internal' ? [] : [whole(`${at} public load balancer`, '0.0.0.0/0')];
    case 'AWS::EC2::VPCEndpointServicePermissions':
      return list(Properties.AllowedPrincipals).map((principal) => whole(`${at} may connect`, principal));
    case 'AWS::DirectConnect::DirectConnectGatewayAssociation':
      return list(Properties.AllowedPrefixesToDirectConnectGateway).map((prefix) =>
        whole(`${at} announces`, text(prefix)),
      );
    default:
      return [];
  }
}

const isPrefix = (peer: string): boolean => IPv4.isValidCIDR(peer);

/** Does one opening hold all of another? */
export const holds = (outer: Opening, inner: Opening): boolean =>
  outer.at === inner.at &&
  (outer.protocol === '-1' || outer.protocol === inner.protocol) &&
  outer.from <= inner.from &&
  outer.to >= inner.to &&
  (outer.peer === inner.peer || (isPrefix(outer.peer) && isPrefix(inner.peer) && within(inner.peer, outer.peer)));

/** Wider than any private network, and no address of AWS that a policy guards. */
export const isWorld = ({ peer }: Opening): boolean =>
  peer === '::/0' || peer === '*' || (isPrefix(peer) && Number(peer.split('/')[1]) < 8);

/** NACL entries that refuse, and who they refuse. */
export const refusals = (environment: Environment): Map<string, string> =>
  new Map(
    resourcesOf(environment)
      .filter(
        ({ resource: { Type, Properties } }) =>
          Type === 'AWS::EC2::NetworkAclEntry' && Properties?.RuleAction === 'deny',
      )
      .map(({ at, resource: { Properties = {} } }) => [
        at,
        `${isTrue(Properties.Egress) ? 'egress' : 'ingress'} ${text(Properties.CidrBlock ?? Properties.Ipv6CidrBlock)} protocol ${Properties.Protocol}${Properties.PortRange ? ` ports ${Properties.PortRange.From}-${Properties.PortRange.To}` : ''} at ${idOf(Properties.NetworkAclId)}`,
      ]),
  );
