/** Reads security groups, prefix lists, network ACLs and firewalls. */
import { anywhere, type Block, block } from '../blocks';
import type { Deployed } from './deployed';
import {
  type AclEntry,
  allPorts,
  type Firewall,
  type FirewallRule,
  type GroupRule,
  type Ports,
  type Protocol,
  type SecurityGroup,
} from './network';
import { NotUnderstood } from './understood';

type Properties = Deployed['properties'];

const numbers: Readonly<Record<string, Protocol>> = { '-1': 'any', '1': 'icmp', '6': 'tcp', '17': 'udp' };

/** Names and numbers of protocols (IANA), as EC2 takes either. */
const protocolOf = (value: unknown): Protocol => numbers[`${value}`] ?? `${value}`.toLowerCase();

/** Kinds of ICMP go by type and code, which groups write where ports are. */
function matched(protocol: Protocol, from: unknown, to: unknown): { protocol: Protocol; ports: Ports } {
  const [first, last] = [Number(from ?? -1), Number(to ?? -1)];
  if (protocol === 'icmp' && first !== -1)
    return { protocol: `icmp-${first}.${last === -1 ? '*' : last}`, ports: allPorts };
  return { protocol, ports: ['tcp', 'udp'].includes(protocol) && first !== -1 ? { from: first, to: last } : allPorts };
}

/** Prefix lists by place. */
export const prefixLists = (all: readonly Deployed[]): ReadonlyMap<string, readonly Block[]> =>
  new Map(
    all
      .filter(({ type }) => type === 'AWS::EC2::PrefixList')
      .map(({ at, properties }) => [at, (properties.Entries ?? []).map(({ Cidr }: { Cidr: string }) => block(Cidr))]),
  );

/** @throws NotUnderstood where a list stands in no template: nobody here knows what it holds */
export function listed(lists: ReadonlyMap<string, readonly Block[]>, at: string, id: string): readonly Block[] {
  const found = lists.get(id);
  if (!found)
    throw new NotUnderstood(`${at}: the prefix list ${id} stands in no template, so what it holds is not known.`);
  return found;
}

/** Security groups with the rules that stand in them, and those that stand beside them. */
export function securityGroups(
  all: readonly Deployed[],
  lists: ReadonlyMap<string, readonly Block[]>,
): ReadonlyMap<string, SecurityGroup> {
  const rule = (at: string, given: Properties, peer: 'Source' | 'Destination'): GroupRule => {
    const { CidrIp, CidrIpv6, IpProtocol, FromPort, ToPort } = given;
    const [group, list] = [given[`${peer}SecurityGroupId`], given[`${peer}PrefixListId`]];
    if (CidrIpv6) throw new NotUnderstood(`${at}: the model knows IPv4 only, and this rule is of IPv6.`);
    return {
      at,
      ...matched(protocolOf(IpProtocol), FromPort, ToPort),
      blocks: CidrIp ? [block(CidrIp)] : list ? listed(lists, at, list) : [],
      group,
    };
  };
  const beside = (type: 'Ingress' | 'Egress', group: string): GroupRule[] =>
    all
      .filter((each) => each.type === `AWS::EC2::SecurityGroup${type}` && each.properties.GroupId === group)
      .map(({ at, properties }) => rule(at, properties, type === 'Ingress' ? 'Source' : 'Destination'));
  return new Map(
    all
      .filter(({ type }) => type === 'AWS::EC2::SecurityGroup')
      .map(({ at, properties }) => {
        const { SecurityGroupIngress = [], SecurityGroupEgress = [] } = properties;
        const inside = (rules: Properties[], peer: 'Source' | 'Destination') =>
          rules.map((each) => rule(at, each, peer));
        const egress = [...inside(SecurityGroupEgress, 'Destination'), ...beside('Egress', at)];
        // EC2 lets everything out of a group until somebody writes the first rule (EC2 user guide, default rules).
        const open = { at, protocol: 'any', ports: allPorts, blocks: [anywhere] };
        return [
          at,
          {
            at,
            ingress: [...inside(SecurityGroupIngress, 'Source'), ...beside('Ingress', at)],
            egress: egress.length > 0 ? egress : [open],
          },
        ];
      }),
  );
}

/** Entries of an ACL in the order in which they are asked. */
export const aclEntries = (all: readonly Deployed[], acl: string): AclEntry[] =>
  all
    .filter(({ type, properties }) => type === 'AWS::EC2::NetworkAclEntry' && properties.NetworkAclId === acl)
    .map(({ at, properties }): AclEntry => {
      const { RuleNumber, Egress = false, RuleAction, Protocol, CidrBlock, PortRange, Icmp } = properties;
      const protocol = protocolOf(Protocol);
      const icmp = protocol === 'icmp';
      return {
        at,
        number: Number(RuleNumber),
        egress: Egress === true || Egress === 'true',
        allow: RuleAction === 'allow',
        block: block(CidrBlock),
        ...matched(protocol, icmp ? Icmp?.Type : PortRange?.From, icmp ? Icmp?.Code : PortRange?.To),
      };
    })
    .sort((one, other) => one.number - other.number);

/** What a rule's header may name: `ANY`, prefixes, `$SET`, `!` of any of them is not known. */
function blocksOf(at: string, text: string, sets: Readonly<Record<string, { Definition: string[] }>>): Block[] {
  const name = text.trim();
  if (name.toUpperCase() === 'ANY') return [anywhere];
  const set = sets[name.replace('$', '')]?.Definition;
  if (name.startsWith('$') && set) return set.map(block);
  if (/^\[.*\]$/.test(name))
    return name
      .slice(1, -1)
      .split(',')
      .flatMap((part) => blocksOf(at, part, sets));
  if (!/^[\d.]+(\/\d+)?$/.test(name)) throw new NotUnderstood(`${at}: the model does not know what ${name} is.`);
  return [block(name)];
}

const portsOf = (text: string): Ports[] => {
  if (text.toUpperCase() === 'ANY') return [allPorts];
  return text
    .replace(/[[\]]/g, '')
    .split(',')
    .map((part) => part.split(':').map(Number))
    .map(([from = 0, to = from]) => ({ from, to }));
};

/** Options that narrow a rule in a way that the model knows, or do not narrow it. */
const knownOptions = new Set(['sid', 'rev', 'msg', 'metadata', 'flow', 'itype', 'icode', 'priority']);

function firewallRule(
  at: string,
  { Action, Header, RuleOptions = [] }: Properties,
  sets: Readonly<Record<string, { Definition: string[] }>>,
): FirewallRule[] {
  const option = (name: string) => RuleOptions.find(({ Keyword }: Properties) => Keyword === name)?.Settings ?? [];
  const unknown = RuleOptions.find(({ Keyword }: Properties) => !knownOptions.has(Keyword));
  if (unknown)
    throw new NotUnderstood(`${at}: the model does not know the option ${unknown.Keyword} of a firewall's rule.`);
  if (Action === 'ALERT') return []; // It says so, and goes on to the next rule.
  const [icmpType, icmpCode] = [option('itype')[0], option('icode')[0]];
  const protocol = Header.Protocol === 'IP' ? 'any' : Header.Protocol.toLowerCase();
  const direction = option('flow').join(',');
  return [
    {
      at: `${at} (${option('sid')[0] ?? 'rule'})`,
      action: Action === 'PASS' ? 'pass' : 'drop',
      protocol: icmpType === undefined ? protocol : `${protocol}-${icmpType}.${icmpCode ?? '*'}`,
      from: blocksOf(at, Header.Source, sets),
      fromPorts: portsOf(Header.SourcePort),
      to: blocksOf(at, Header.Destination, sets),
      ports: portsOf(Header.DestinationPort),
      both: Header.Direction === 'ANY',
      answersOnly: /to_client|from_server|established/.test(direction),
    },
  ];
}

/** What a firewall's policy says, group by group. Rules that are written as text of Suricata are not understood. */
export function firewallPolicy(all: readonly Deployed[], id: string): Pick<Firewall, 'rules' | 'otherwise'> {
  const policy = all.find(({ at }) => at === id)?.properties.FirewallPolicy;
  if (!policy) throw new NotUnderstood(`The firewall policy ${id} stands in no template.`);
  const stateless = policy.StatelessDefaultActions ?? [];
  if (policy.StatelessRuleGroupReferences?.length > 0 || !stateless.includes('aws:forward_to_sfe')) {
    throw new NotUnderstood(`${id}: the model knows stateful rules only, and this policy judges before them.`);
  }
  const strict = policy.StatefulEngineOptions?.RuleOrder === 'STRICT_ORDER';
  const references: Properties[] = [...(policy.StatefulRuleGroupReferences ?? [])];
  references.sort((one, other) => (one.Priority ?? 0) - (other.Priority ?? 0));
  const rules = references.flatMap(({ ResourceArn }) => {
    const group = all.find(({ at }) => at === ResourceArn)?.properties.RuleGroup;
    if (!group?.RulesSource.StatefulRules) {
      throw new NotUnderstood(
        `${ResourceArn}: the model reads rules that stand in a template as StatefulRules, and there are none.`,
      );
    }
    const sets = group.RuleVariables?.IPSets ?? {};
    return (group.RulesSource.StatefulRules as Properties[]).flatMap((rule) => firewallRule(ResourceArn, rule, sets));
  });
  // Without an order of its own the engine asks what passes first (Network Firewall guide, evaluation order).
  const asked = strict
    ? rules
    : [...rules].sort((one, other) => (one.action < other.action ? 1 : one.action > other.action ? -1 : 0));
  const drops = (policy.StatefulDefaultActions ?? []).some((action: string) => action.startsWith('aws:drop'));
  return { rules: asked, otherwise: { at: id, pass: !drops } };
}
