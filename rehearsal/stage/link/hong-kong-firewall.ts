/**
 * The firewall of Hong Kong, from the rules of the template as AWS Network Firewall would judge them: in order, the first that fits
 * decides. nftables stands for it, in the transit gateway, where it is in AWS, too.
 */
import type { Namespace } from '../../../harness/namespace';

/** Properties of `AWS::NetworkFirewall::RuleGroup`, as far as they are used. */
export interface RuleGroup {
  readonly RuleGroup: {
    readonly RuleVariables: { readonly IPSets: Readonly<Record<string, { readonly Definition: readonly string[] }>> };
    readonly RulesSource: { readonly StatefulRules: readonly StatefulRule[] };
  };
}

interface StatefulRule {
  readonly Action: 'PASS' | 'DROP';
  readonly Header: Readonly<
    Record<'Protocol' | 'Source' | 'SourcePort' | 'Direction' | 'Destination' | 'DestinationPort', string>
  >;
  readonly RuleOptions: readonly { readonly Keyword: string; readonly Settings?: readonly string[] }[];
}

const table = 'inet hong-kong';

/** Who opened a connection sends to its server; conntrack calls that the original direction. */
const directions: Readonly<Record<string, string>> = { to_server: 'original', to_client: 'reply' };

/** @throws Error for what a rule says and this does not understand: it would be rehearsed wrongly */
function translated(
  { RuleGroup: { RuleVariables } }: RuleGroup,
  { Action, Header, RuleOptions }: StatefulRule,
): string {
  const { Protocol, Source, SourcePort, Direction, Destination, DestinationPort } = Header;
  if (Direction !== 'FORWARD') throw new Error(`The rehearsal knows rules of one direction, not ${Direction}.`);
  const addresses = (text: string) =>
    text.startsWith('$') ? `{ ${RuleVariables.IPSets[text.slice(1)]?.Definition.join(', ')} }` : text;
  const options = new Map(RuleOptions.map(({ Keyword, Settings = [] }) => [Keyword, Settings[0] ?? '']));
  const flow = options.get('flow');
  const known = ['TCP', 'ICMP', 'IP'];
  if (!known.includes(Protocol)) throw new Error(`The rehearsal does not know protocol ${Protocol} of a rule.`);
  const matches = [
    ...(Source === 'ANY' ? [] : [`ip saddr ${addresses(Source)}`]),
    ...(Destination === 'ANY' ? [] : [`ip daddr ${addresses(Destination)}`]),
    ...(Protocol === 'TCP' ? ['meta l4proto tcp'] : []),
    ...(SourcePort === 'ANY' ? [] : [`tcp sport ${SourcePort}`]),
    ...(DestinationPort === 'ANY' ? [] : [`tcp dport ${DestinationPort}`]),
    ...(flow === undefined ? [] : [`ct direction ${directions[flow]}`]),
    ...(Protocol === 'ICMP' ? [`icmp type ${options.get('itype')} icmp code ${options.get('icode')}`] : []),
  ];
  const verdict = Action === 'PASS' ? 'accept' : `counter name ${(options.get('msg') ?? '').replace(/"/g, '')} drop`;
  return [...matches, verdict].join(' ');
}

/** The rules as nftables reads them. */
const hongKongRules = (group: RuleGroup): string => `table ${table}
delete table ${table}
table ${table} {
  counter egress { }
  counter ingress { }
  chain pass {
    type filter hook forward priority filter; policy drop;
${group.RuleGroup.RulesSource.StatefulRules.map((rule) => `    ${translated(group, rule)}`).join('\n')}
  }
}
`;

/** Puts the firewall where the transit gateway is. */
export const raiseFirewall = (gateway: Namespace, group: RuleGroup): Promise<string> =>
  gateway.run('nft', ['-f', '-'], { input: hongKongRules(group) });

/** Lets everything pass, until it is raised again: connections that are open go on. */
export const openFirewall = (gateway: Namespace): Promise<string> =>
  gateway.run('nft', ['insert', 'rule', ...table.split(' '), 'pass', 'accept']);

/** Where its counters stand. */
export const hongKongTable = table;
