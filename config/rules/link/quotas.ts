/** What AWS, or a template, has room for: an error of ours before one of CDK or of AWS after half an hour. */
import { relaySource } from '../../allowlist';
import { within } from '../../cidr';
import type { EnvironmentConfig } from '../../schema';
import { must, type Rule } from '../rule';
import { type Link, linkRule } from './shared';

/** AWS's quota of entries of a network ACL in one direction, unless it was raised. */
const aclEntries = 20;

/** Prefixes that one BGP session takes from a customer's router. Source: quotas of Site-to-Site VPN and of Direct Connect. */
const sessionPrefixes = 100;

/** Prefixes that a Direct Connect gateway announces for a transit gateway. Source: quotas of Direct Connect. */
const gatewayPrefixes = 200;

/** Resources that CloudFormation takes in a stack. */
const stackResources = 500;

/** What the stack needs for an empty allow-list with every transport: 138 at most, and room for what it gets next. */
const linkItself = 170;

/** Customer-managed prefix lists that EC2 takes in a region, unless the quota was raised. Source: VPC quotas. */
const regionLists = 100;

/** Two rules of the firewall for each line, and three for the rest; see `capacity` of lib/link/firewall-rules.ts. */
const firewallLines = 490;

/** What Hong Kong announces: each prefix of services that a line names. */
const announcedByHongKong = (link: Link, { network }: EnvironmentConfig): Set<string> =>
  new Set(
    link.allowlist.entries
      .flatMap(({ from, to }) => [from, to])
      .filter((prefix) => prefix !== relaySource && network.serviceVpcPrefixes.some((outer) => within(prefix, outer))),
  );

/** Prefix lists: one for each port of relays, one for each port and direction of services. */
const listsOf = ({ allowlist: { entries } }: Link, { mainland }: EnvironmentConfig) => ({
  relays: new Set(entries.flatMap(({ from, port }) => (from === relaySource ? [port] : []))).size,
  services: new Set(
    entries.flatMap(({ from, port }) =>
      from === relaySource ? [] : [`${mainland.prefixes.some((prefix) => within(from, prefix))} ${port}`],
    ),
  ).size,
});

export const quotaRules: readonly Rule[] = [
  linkRule(['link.allowlist', 'link.transports', 'network'], (link, config) => {
    const services = announcedByHongKong(link, config).size;
    const relays = config.network.availabilityZones.length;
    return must(
      'HL-ALLOW-009',
      !link.transports.includes('directConnect') || services + relays <= gatewayPrefixes,
      'link.allowlist',
      undefined,
      `Its lines name ${services} prefixes of services, announced to the far end beside ${relays} of relays, and ${gatewayPrefixes} are the most that a Direct Connect gateway announces.`,
      'Join addresses of one subnet into a prefix, up to a /24.',
    );
  }),
  linkRule(
    ['link.allowlist', 'link.serviceAttachments', 'link.farEnd.prefixes', 'link.transports', 'network', 'mainland'],
    (link, config) => {
      const lists = listsOf(link, config);
      const announced = announcedByHongKong(link, config).size + config.network.availabilityZones.length;
      const needed =
        linkItself +
        announced * link.transports.length +
        2 * link.serviceAttachments.length +
        link.farEnd.prefixes.length +
        lists.services +
        3 * lists.relays;
      return [
        ...must(
          'HL-ALLOW-008',
          needed <= stackResources,
          'link.allowlist',
          undefined,
          `The stack would have ${needed} resources, and CloudFormation takes ${stackResources}: ${announced} announced prefixes are a route in the table of each of ${link.transports.length} transport(s), ${lists.services} ports of services are a prefix list each, ${link.serviceAttachments.length} attachments are a route and an association each.`,
          'Join addresses of one subnet into a prefix, up to a /24; let services share a port.',
        ),
        ...must(
          'HL-ALLOW-019',
          lists.services + lists.relays + 1 <= regionLists,
          'link.allowlist',
          undefined,
          `Its ports and directions make ${lists.services + lists.relays + 1} prefix lists, and EC2 takes ${regionLists} in a region.`,
          'Let services share a port.',
        ),
      ];
    },
  ),
  linkRule(['link.farEnd.prefixes'], ({ farEnd }) =>
    must(
      'HL-ALLOW-010',
      farEnd.prefixes.length + 1 <= sessionPrefixes,
      'link.farEnd.prefixes',
      undefined,
      `The far end announces ${farEnd.prefixes.length} prefixes and one to measure each path by; AWS ends a BGP session that announces more than ${sessionPrefixes}.`,
      'Join them into wider ones.',
    ),
  ),
  linkRule(['link.allowlist', 'link.inspection'], ({ allowlist: { entries }, inspection }) =>
    must(
      'HL-ALLOW-011',
      inspection.by === 'none' || entries.length <= firewallLines,
      'link.allowlist',
      undefined,
      `It has ${entries.length} lines, and the firewall's rule group is made for ${firewallLines}: its capacity cannot be changed later.`,
      'Join addresses of one subnet into a prefix, up to a /24.',
    ),
  ),
  linkRule(['link.allowlist', 'network', 'mainland.prefixes'], ({ allowlist }, { network, mainland }) => {
    const lines = allowlist.entries.filter(({ from }) => from === relaySource).length;
    // Beside lines: what is refused, answers of AWS, "fragmentation needed", and samplers in each zone; in a VPC that exists, the
    // rest of it is refused, and endpoints in each zone come before that.
    const { availabilityZones: zones, existing } = network;
    const shared = existing ? existing.cidrs.length + zones.length : 0;
    const needed = lines + mainland.prefixes.length + 2 + zones.length + shared;
    return must(
      'HL-ALLOW-013',
      needed <= aclEntries,
      'link.allowlist',
      undefined,
      `Its ${lines} lines of relays make ${needed} entries of a network ACL, and AWS takes ${aclEntries}.`,
      'Join addresses into prefixes, or take out what the relays do not need.',
    );
  }),
];
