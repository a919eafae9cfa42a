/** Security groups, network ACLs and firewalls: what each says of a packet, and where that is written. */
import { holds } from '../blocks';
import type { AclEntry, Firewall, GroupRule, Host, Network, Ports, Protocol, Subnet } from './network';

/** A packet. */
export interface Packet {
  readonly protocol: Protocol;
  readonly from: number;
  readonly fromPort: number;
  readonly to: number;
  readonly port: number;
}

/** What a filter says. */
export interface Says {
  readonly passes: boolean;
  /** The rule that decided, or the filter of which no rule did. */
  readonly at: string;
  readonly what: string;
}

/** All of ICMP covers each of its kinds. */
const covers = (rule: Protocol, protocol: Protocol): boolean =>
  rule === 'any' || rule === protocol || protocol.startsWith(`${rule}-`);

/** Only TCP and UDP have ports. */
const port = ({ from, to }: Ports, protocol: Protocol, value: number): boolean =>
  !['tcp', 'udp'].includes(protocol) || (from <= value && value <= to);

/** Whom a packet comes from or goes to, as far as groups know it. */
export interface Peer {
  readonly address: number;
  /** Groups of the peer; only in a VPC of its own do groups know each other. */
  readonly groups: readonly string[];
}

/** What the groups of a host say: whatever one of them lets through, passes. */
export function groupsSay(
  network: Network,
  { at, groups }: Pick<Host, 'at' | 'groups'>,
  direction: 'ingress' | 'egress',
  { protocol, port: to }: Packet,
  peer: Peer,
): Says {
  if (!groups) return { passes: true, at, what: 'has no security group: lets everything through' };
  const matches = (rule: GroupRule): boolean =>
    covers(rule.protocol, protocol) &&
    port(rule.ports, protocol, to) &&
    (rule.group ? peer.groups.includes(rule.group) : rule.blocks.some((each) => holds(each, peer.address)));
  for (const id of groups) {
    const rule = network.groups.get(id)?.[direction].find(matches);
    if (rule)
      return { passes: true, at: rule.at, what: `security group lets it ${direction === 'ingress' ? 'in' : 'out'}` };
  }
  return {
    passes: false,
    at: groups.join(', '),
    what: `security group lets no such packet ${direction === 'ingress' ? 'in' : 'out'}`,
  };
}

/** What the ACL of a subnet says: the first entry that matches decides, and none is a refusal. */
export function aclSays({ at, acl, foreign }: Subnet, direction: 'ingress' | 'egress', packet: Packet): Says {
  if (foreign) return { passes: true, at, what: 'is a subnet of another template: its ACL is not judged' };
  if (!acl) return { passes: true, at, what: "has its VPC's default ACL: lets everything through" };
  const peer = direction === 'egress' ? packet.to : packet.from;
  const matches = (entry: AclEntry): boolean =>
    entry.egress === (direction === 'egress') &&
    covers(entry.protocol, packet.protocol) &&
    holds(entry.block, peer) &&
    port(entry.ports, packet.protocol, packet.port);
  const way = direction === 'egress' ? 'out' : 'in';
  const entry = acl.entries.find(matches);
  if (!entry) return { passes: false, at: acl.at, what: `ACL of ${at} has no entry that lets it ${way}` };
  return { passes: entry.allow, at: entry.at, what: `ACL of ${at} ${entry.allow ? 'lets' : 'does not let'} it ${way}` };
}

/** What a stateful firewall says of the first packet of a connection. */
export function firewallSays({ at, rules, otherwise }: Firewall, packet: Packet): Says {
  const hit = (ports: readonly Ports[], value: number): boolean =>
    ports.some((each) => port(each, packet.protocol, value));
  const rule = rules.find((each) => {
    if (each.answersOnly) return false;
    const ways = each.both
      ? [packet, { ...packet, from: packet.to, fromPort: packet.port, to: packet.from, port: packet.fromPort }]
      : [packet];
    return ways.some(
      (way) =>
        covers(each.protocol, way.protocol) &&
        each.from.some((block) => holds(block, way.from)) &&
        each.to.some((block) => holds(block, way.to)) &&
        hit(each.fromPorts, way.fromPort) &&
        hit(each.ports, way.port),
    );
  });
  if (rule) return { passes: rule.action === 'pass', at: rule.at, what: `firewall ${at}: ${rule.action}` };
  return {
    passes: otherwise.pass,
    at: otherwise.at,
    what: `firewall ${at} has no rule for it: ${otherwise.pass ? 'pass' : 'drop'}`,
  };
}
