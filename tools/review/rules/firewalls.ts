import { type Change, place, short } from '../changes';
import { isRecord } from '../values';
import { type Hit, onChanges, type ReviewRule } from './rule';

/** What refuses traffic, or names, by being there. */
const guards =
  /^AWS::(NetworkFirewall::(Firewall|FirewallPolicy|RuleGroup|VpcEndpointAssociation)|Route53Resolver::Firewall(RuleGroup|RuleGroupAssociation)|EC2::SubnetNetworkAclAssociation|WAFv2::(WebACL|WebACLAssociation|RuleGroup))$/;

const firewall = /^AWS::NetworkFirewall::(Firewall|FirewallPolicy|RuleGroup)$/;

/** Of a firewall's policy: what becomes of that which no rule names. */
const defaults = /^Properties\.FirewallPolicy\.(Stateless\w*Actions|StatefulDefaultActions|StatefulEngineOptions)\b/;

/** A group of rules that is neither of the templates nor of AWS: nobody sees here what it lets through. */
const bringsUnseen = (path: string, after: unknown): boolean =>
  /RuleGroupReferences\b/.test(path) && /"arn:(?![^"]*:aws-managed:)[^"«]*"/.test(JSON.stringify(after ?? ''));

interface Header {
  readonly Protocol?: string;
  readonly Destination?: string;
  readonly SourcePort?: string;
  readonly DestinationPort?: string;
}

interface Stateful {
  readonly Action?: string;
  readonly Header?: Header;
}

const isAny = (value: unknown): boolean => /^any$/i.test(`${value}`);

const stateful = ({ before, after }: Change, side: 'before' | 'after'): Stateful[] => {
  const group: unknown = (side === 'before' ? before : after)?.Properties?.RuleGroup;
  const source = isRecord(group) ? group.RulesSource : undefined;
  return isRecord(source) && Array.isArray(source.StatefulRules) ? (source.StatefulRules as Stateful[]) : [];
};

/** Lets through more than one port of one side. */
const isWide = ({ Action, Header: of = {} }: Stateful): boolean =>
  /^pass$/i.test(`${Action}`) &&
  !/^icmp$/i.test(`${of.Protocol}`) &&
  (isAny(of.Destination) || (isAny(of.SourcePort) && isAny(of.DestinationPort)));

const words = ({ Action, Header: of = {} }: Stateful): string => `${Action} ${short(Object.values(of).join(' '))}`;

/** Rules of one side that the other has not, by all that they say. */
const beyond = (list: readonly Stateful[], other: readonly Stateful[]): Stateful[] => {
  const known = new Set(other.map((each) => JSON.stringify(each)));
  return list.filter((each) => !known.has(JSON.stringify(each)));
};

/** A firewall that refuses less: rules that dropped are gone, or one lets through whole networks. */
function lets(change: Change): string[] {
  const [old, now] = [stateful(change, 'before'), stateful(change, 'after')];
  return [
    ...beyond(old, now)
      .filter(({ Action }) => /^(drop|reject)$/i.test(`${Action}`))
      .map((rule) => `no longer: ${words(rule)}`),
    ...beyond(now, old)
      .filter(isWide)
      .map((rule) => `now: ${words(rule)}`),
  ];
}

export const firewallRules: readonly ReviewRule[] = [
  {
    id: 'guard-gone',
    severity: 'danger',
    asks: 'leaves',
    effect: 'What refused traffic or names is gone: what no rule lists any more is let through by default.',
    source: 'https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewalls.html',
    find: (comparison) => [
      ...comparison.changes
        .filter(({ type, after }) => guards.test(type) && !after)
        .map((change): Hit => ({ at: place(change), what: `${change.type} is ${change.action}` })),
      ...comparison.changes
        .filter(({ type, before, after }) => type === 'AWS::NetworkFirewall::RuleGroup' && before && after)
        .flatMap((change) =>
          lets(change).map((what) => ({ at: place(change), what, of: change.parts.map(({ path }) => path) })),
        ),
      ...onChanges(/^AWS::NetworkFirewall::FirewallPolicy$/, ({ parts }) =>
        parts
          .filter(({ path, after }) => defaults.test(path) || bringsUnseen(path, after))
          .map(({ path, before, after }) => ({
            what: `${path.replace('Properties.FirewallPolicy.', '')}: ${short(before)} → ${short(after)}`,
            of: [path],
          })),
      )(comparison),
      ...onChanges(/^AWS::EC2::SubnetNetworkAclAssociation$/, ({ parts }) =>
        parts
          .filter(({ path }) => /^Properties\.(NetworkAclId|SubnetId)$/.test(path))
          .map(({ path, before, after }) => ({
            what: `a subnet leaves its network ACL, ${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
            of: [path],
          })),
      )(comparison),
    ],
  },
  {
    id: 'firewall-otherwise',
    severity: 'caution',
    asks: 'leaves',
    effect: 'The firewall judges by other rules: which flows they are say the lines of the allow-list.',
    source: 'https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-ips.html',
    find: onChanges(firewall, (change) =>
      lets(change).length > 0
        ? []
        : change.parts
            .filter(
              ({ path, after }) =>
                !/^Properties\.(Tags|Description)\b/.test(path) && !defaults.test(path) && !bringsUnseen(path, after),
            )
            .map(({ path, before, after }) => ({
              what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
              of: [path],
            })),
    ),
  },
];
