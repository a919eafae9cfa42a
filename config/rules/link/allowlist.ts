/** The allow-list of a link: what it may hold, and what must stand in it. */
import { type AllowlistEntry, relaySource } from '../../allowlist';
import { overlap, within } from '../../cidr';
import type { Code } from '../../errors';
import type { EnvironmentConfig } from '../../schema';
import { type Finding, must, type Rule } from '../rule';
import { type Link, linkRule, probes, probesRead } from './shared';

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
  ...link.continuityChecks.flatMap(({ url, proxy }, index) => {
    const { hostname, port, protocol } = new URL(proxy ?? url);
    return {
      path: `link.continuityChecks[${index}].${proxy ? 'proxy' : 'url'}`,
      address: hostname,
      port: Number(port || (protocol === 'https:' ? 443 : 80)),
      why: 'a check of traceparent goes there',
    };
  }),
  ...probes(link).map(({ address }) => ({
    path: 'link.probe',
    address,
    port: link.probe.port,
    why: 'the probe measures a path with it',
  })),
];

export const allowlistRules: readonly Rule[] = [
  linkRule(
    [
      'link.allowlist',
      'link.farEnd.prefixes',
      'link.serviceAttachments',
      'network',
      'mainland.prefixes',
      ...probesRead,
    ],
    allowlistFindings,
  ),
  linkRule(['link.allowlist', 'link.receiver', 'link.continuityChecks', 'link.probe.port', ...probesRead], (link) => {
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
