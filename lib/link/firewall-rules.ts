/**
 * The allow-list as rules of AWS Network Firewall: what each line admits, one way and its answers; all else is dropped and logged.
 * Pure data, so that the template, its tests and a rehearsal read the same rules.
 */
import { createHash } from 'node:crypto';
import type { CfnRuleGroup } from 'aws-cdk-lib/aws-networkfirewall';
import { subnetCidrs } from '../contract/addresses';
import { flows, type LinkedConfig } from '../contract/link-parameters';

type StatefulRule = CfnRuleGroup.StatefulRuleProperty;

/**
 * Capacity of the rule group, in rules. Nothing is paid for it, and another one would be another group: so it holds all lines that
 * a configuration may have, and config/rules/link/allowlist.ts refuses more.
 */
export const capacity = 1_000;

/** Names of the sets of addresses that rules refer to. */
const sets = { relays: 'RELAYS', hongKong: 'HONG_KONG' } as const;

/** The key of a rule's `metadata` that holds its line's last day: whoever takes it out of force reads it there. */
export const untilKey = 'until';

const option = (keyword: string, ...settings: readonly string[]) =>
  settings.length > 0 ? { keyword, settings: [...settings] } : { keyword };

/** Ids that stay with what a line says, so that a line more changes no other. Two that meet take neighbours. */
function ids(): (says: string) => string {
  const taken = new Set<number>();
  return (says) => {
    let id = 1_000 + (createHash('sha256').update(says).digest().readUInt32BE() % 900_000_000);
    while (taken.has(id)) id++;
    taken.add(id);
    return `${id}`;
  };
}

/** Addresses by the names that {@link statefulRules} uses. */
export const addressSets = (config: LinkedConfig): Record<string, string[]> => ({
  [sets.relays]: subnetCidrs(config, 'link'),
  [sets.hongKong]: [config.network.cidr, ...config.network.serviceVpcPrefixes].sort(),
});

/** The rules, in the order in which they are judged. */
export function statefulRules(config: LinkedConfig): StatefulRule[] {
  const idOf = ids();
  const any = 'ANY';
  const rule = (
    action: 'PASS' | 'DROP',
    protocol: string,
    [source, sourcePort]: readonly [string, string],
    [destination, destinationPort]: readonly [string, string],
    ...ruleOptions: StatefulRule['ruleOptions'] & object[]
  ): StatefulRule => ({
    action,
    header: { protocol, source, sourcePort, direction: 'FORWARD', destination, destinationPort },
    ruleOptions,
  });
  const listed = flows(config)
    .map((flow) => ({ ...flow, source: flow.fromRelay ? `$${sets.relays}` : (flow.from[0] as string) }))
    .sort((one, other) => (saysOf(one) < saysOf(other) ? -1 : 1))
    .flatMap((flow) => {
      const { source, to, port, ticket, expires } = flow;
      const shared = (way: string) => [
        option('sid', idOf(`${way} ${saysOf(flow)}`)),
        option('msg', `"${ticket} until ${expires}"`),
        option('metadata', `${untilKey} ${expires}`),
      ];
      return [
        // Suricata knows who opened a connection: a packet from the listed port that opens one is no answer.
        rule('PASS', 'TCP', [source, any], [to, `${port}`], ...shared('request'), option('flow', 'to_server')),
        rule('PASS', 'TCP', [to, `${port}`], [source, any], ...shared('answer'), option('flow', 'to_client')),
      ];
    });
  return [
    ...listed,
    // "Fragmentation needed": without it large packets vanish where the way is narrower (RFC 1191).
    rule(
      'PASS',
      'ICMP',
      [any, any],
      [any, any],
      option('sid', '3'),
      option('itype', '3'),
      option('icode', '4'),
      option('msg', '"fragmentation needed"'),
    ),
    // The messages are the sides that a metric counts by: who tried.
    rule('DROP', 'IP', [`$${sets.hongKong}`, any], [any, any], option('sid', '1'), option('msg', '"egress"')),
    rule('DROP', 'IP', [any, any], [any, any], option('sid', '2'), option('msg', '"ingress"')),
  ];
}

const saysOf = ({ source, to, port }: { source: string; to: string; port: number }): string =>
  `${source} ${to} ${port}`;
