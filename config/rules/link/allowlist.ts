/** The allow-list of a link: what it may hold, and what must stand in it. */
import { type AllowlistEntry, relaySource } from '../../allowlist';
import { overlap, within } from '../../cidr';
import type { Code } from '../../errors';
import type { EnvironmentConfig } from '../../schema';
import { type Finding, must, type Rule } from '../rule';
import { type Link, linkRule, probes } from './shared';

/** AWS's quota of entries of a network ACL in one direction, unless it was raised. */
const aclEntries = 20;

/** What must be in the allow-list for the link's own traffic: destination, port and what it is for. */
const ownFlows = (link: Link) => [
  {
    path: 'link.receiver.address',
    address: link.receiver.address,
    port: link.receiver.port,
    why: 'aggregates go there',
  },
  {
    path: 'link.receiver.continuityPort',
    address: link.receiver.address,
    port: link.receiver.continuityPort,
    why: 'the continuity check goes there',
  },
  ...probes(link).map(({ address }) => ({
    path: 'link.probe',
    address,
    port: link.probe.port,
    why: 'the probe measures a path with it',
  })),
];

/** Prefixes that one BGP session takes from a customer's router. Source: quotas of Site-to-Site VPN and of Direct Connect. */
const sessionPrefixes = 100;

/** Prefixes that a Direct Connect gateway announces for a transit gateway. Source: quotas of Direct Connect. */
const gatewayPrefixes = 200;

/** Each is a route and a resource of the stack, of which CloudFormation takes 500, and the rest of the link needs 200. */
const stackPrefixes = 300;

/** Two rules of the firewall for each line, and three for the rest; see `capacity` of lib/link/firewall-rules.ts. */
const firewallLines = 490;

/** What Hong Kong announces: each prefix of services that a line names. */
const announcedByHongKong = (link: Link, { network }: EnvironmentConfig): Set<string> =>
  new Set(
    link.allowlist.entries
      .flatMap(({ from, to }) => [from, to])
      .filter((prefix) => prefix !== relaySource && network.serviceVpcPrefixes.some((outer) => within(prefix, outer))),
  );

export const allowlistRules: readonly Rule[] = [
  linkRule(['link.allowlist', 'link.transports', 'link.serviceAttachments', 'network'], (link, config) => {
    const { size } = announcedByHongKong(link, config);
    const attached = link.serviceAttachments.filter(({ attachmentId }) => attachmentId !== undefined).length;
    const [limit, whose] = link.transports.includes('directConnect')
      ? [gatewayPrefixes, 'a Direct Connect gateway announces']
      : [stackPrefixes, 'fit into one stack'];
    return [
      ...must(
        'HL-ALLOW-008',
        size + 2 * attached <= stackPrefixes,
        'link.serviceAttachments',
        undefined,
        `${attached} attachments are two resources each, and with the ${size} prefixes of services in the allow-list more than the ${stackPrefixes} that fit into one stack.`,
        'Attach VPCs of one kind by a transit gateway of their own, or join prefixes.',
      ),
      ...must(
        'HL-ALLOW-009',
        size <= limit,
        'link.allowlist',
        undefined,
        `Its lines name ${size} prefixes of services, each of which is announced to the far end, and ${limit} are the most that ${whose}.`,
        'Join addresses of one subnet into a prefix, up to a /24.',
      ),
    ];
  }),
  linkRule(['link.farEnd.prefixes', 'link'], ({ farEnd }) =>
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
  linkRule(
    ['link.allowlist', 'link.farEnd', 'link.serviceAttachments', 'network', 'mainland.prefixes'],
    allowlistFindings,
  ),
  linkRule(['link'], (link) => {
    const { entries } = link.allowlist;
    return ownFlows(link).flatMap(({ path, address, port, why }) =>
      must(
        'HL-ALLOW-012',
        entries.some((entry) => entry.from === relaySource && entry.port === port && within(`${address}/32`, entry.to)),
        path,
        `${address}:${port}`,
        `No line of ${link.allowlist.file} admits it, and ${why}.`,
        `Add: ${relaySource} ${address}/32 ${port} OWNER TICKET-1 YYYY-MM-DD`,
      ),
    );
  }),
  linkRule(['link.allowlist', 'network', 'mainland.prefixes'], ({ allowlist }, { network, mainland }) => {
    const lines = allowlist.entries.filter(({ from }) => from === relaySource).length;
    const needed = lines + mainland.prefixes.length + 1 + network.availabilityZones.length;
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

function allowlistFindings(link: Link, { network, mainland }: EnvironmentConfig): Finding[] {
  const { allowlist, farEnd, serviceAttachments } = link;
  const announced = [...farEnd.prefixes, ...probes(link).map(({ address }) => `${address}/32`)];
  const { entries, problems } = allowlist;
  const at = (code: Code, line: number, value: string, why: string, fix: string): Finding => ({
    code,
    file: allowlist.file,
    path: `line ${line}`,
    value,
    why,
    fix,
  });
  const text = ({ from, to, port }: AllowlistEntry) => `${from} ${to} ${port}`;
  const side = (prefix: string): 'mainland' | 'services' | 'relay' | 'unknown' => {
    if (prefix === relaySource) return 'relay';
    if (mainland.prefixes.some((outer) => within(prefix, outer))) return 'mainland';
    return network.serviceVpcPrefixes.some((outer) => within(prefix, outer)) ? 'services' : 'unknown';
  };
  return [
    ...problems.map(({ code, line, value, why, fix }) => at(code, line, value, why, fix)),
    ...entries.flatMap((entry, index) => {
      const ends = [entry.from, entry.to];
      const sides = ends.map(side);
      const same = entries
        .slice(0, index)
        .find(
          (other) =>
            other.port === entry.port &&
            overlap(other.to, entry.to) &&
            (other.from === entry.from ||
              (other.from !== relaySource && entry.from !== relaySource && overlap(other.from, entry.from))),
        );
      // Without any, none can be attached yet: the gateway is made by the first deployment.
      const unattached = ends.filter(
        (end, end_) =>
          sides[end_] === 'services' &&
          serviceAttachments.length > 0 &&
          !serviceAttachments.some(({ prefix }) => within(end, prefix)),
      );
      const unannounced = ends.filter(
        (end, end_) => sides[end_] === 'mainland' && !announced.some((outer) => within(end, outer)),
      );
      const judged: (Finding | false)[] = [
        same !== undefined &&
          at(
            'HL-ALLOW-014',
            entry.line,
            text(entry),
            `Line ${same.line} admits some of it already.`,
            'Keep one of the two, or make them disjoint.',
          ),
        sides.includes('unknown') &&
          at(
            'HL-ALLOW-015',
            entry.line,
            text(entry),
            `${ends[sides.indexOf('unknown')]} is neither in mainland.prefixes nor in network.serviceVpcPrefixes: nobody listed it, and the VPC itself is never reached.`,
            'Name a prefix of a listed side, or "relay".',
          ),
        !sides.includes('unknown') &&
          (sides[0] === 'mainland') === (sides[1] === 'mainland') &&
          at(
            'HL-ALLOW-016',
            entry.line,
            text(entry),
            'Both ends are on the same side: it does not cross the link.',
            'Remove it.',
          ),
        unattached.length > 0 &&
          at(
            'HL-ALLOW-017',
            entry.line,
            text(entry),
            `No VPC of link.serviceAttachments holds ${unattached[0]}: no route would lead there.`,
            'Name its VPC there, without attachmentId as long as it is not attached to the transit gateway.',
          ),
        unannounced.length > 0 &&
          at(
            'HL-ALLOW-018',
            entry.line,
            text(entry),
            `The far end does not announce ${unannounced[0]}: it is not in link.farEnd.prefixes.`,
            'Name it there.',
          ),
      ];
      return judged.filter((finding) => finding !== false);
    }),
  ];
}
