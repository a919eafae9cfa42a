/** The link: what AWS would refuse after half an hour, what would open more than was asked for, what would not get through. */
import { type AllowlistEntry, parseAllowlist, relaySource } from '../allowlist';
import { overlap, within } from '../cidr';
import { gravitonFamilies } from '../hong-kong';
import type { EnvironmentConfig } from '../schema';
import { type Finding, must, type Rule, rule } from './rule';

type Link = NonNullable<EnvironmentConfig['link']>;

/** A rule for environments that have a link. */
const linkRule = (reads: readonly string[], check: (link: Link, config: EnvironmentConfig) => Finding[]): Rule =>
  rule(reads, (config) => (config.link ? check(config.link, config) : []));

/** AWS keeps these /30 for itself (Site-to-Site VPN user guide, tunnel options). */
const reservedInside = ['169.254.0', '169.254.1', '169.254.2', '169.254.3', '169.254.4', '169.254.5']
  .map((start) => `${start}.0/30`)
  .concat('169.254.169.252/30');

const neededSections = {
  vpnOverDirectConnect: ['vpnOverDirectConnect', 'directConnect'],
  directConnect: ['directConnect'],
  siteToSiteVpn: ['siteToSiteVpn'],
} as const;

/** Sessions of a link with their places. */
const sessions = ({ siteToSiteVpn, vpnOverDirectConnect, directConnect }: Link) => [
  ...[
    ['siteToSiteVpn', siteToSiteVpn?.insideCidrs],
    ['vpnOverDirectConnect', vpnOverDirectConnect?.insideCidrs],
  ].flatMap(([name, cidrs]) =>
    ((cidrs ?? []) as string[]).map((cidr, index) => ({ path: `link.${name}.insideCidrs[${index}]`, cidr })),
  ),
  ...(directConnect ? [{ path: 'link.directConnect.peerCidr', cidr: directConnect.peerCidr }] : []),
];

/** Addresses at the far end that are each announced over one path. */
const probeAddresses = ({ transports, siteToSiteVpn, vpnOverDirectConnect, directConnect }: Link): string[] => [
  ...(transports.includes('siteToSiteVpn') ? (siteToSiteVpn?.probeAddresses ?? []) : []),
  ...(transports.includes('vpnOverDirectConnect') ? (vpnOverDirectConnect?.probeAddresses ?? []) : []),
  ...(transports.includes('directConnect') && directConnect?.probeAddress ? [directConnect.probeAddress] : []),
];

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
  ...probeAddresses(link).map((address) => ({
    path: 'link.probe',
    address,
    port: link.probe.port,
    why: 'the probe measures a path with it',
  })),
];

export const linkRules: readonly Rule[] = [
  linkRule(['link'], (link) =>
    link.transports.flatMap((transport) =>
      neededSections[transport].flatMap((section) =>
        must(
          link[section] !== undefined,
          `link.${section}`,
          undefined,
          `Transport ${transport} needs it.`,
          `Write the section, or remove ${transport} from link.transports.`,
        ),
      ),
    ),
  ),
  linkRule(['link.transports', 'production'], ({ transports }, { production }) => [
    ...must(
      new Set(transports).size === transports.length,
      'link.transports',
      transports,
      'A transport cannot take over from itself.',
      'Name each once.',
    ),
    ...must(
      !(transports.includes('directConnect') && transports.includes('vpnOverDirectConnect')),
      'link.transports',
      transports,
      'Both travel over the same virtual interface: they would fail together, and the first sends in clear what the second encrypts.',
      'Keep vpnOverDirectConnect.',
    ),
    ...must(
      !production || transports[0] !== 'siteToSiteVpn',
      'link.transports',
      transports,
      'Production prefers the public internet: evenings lose packets there, and cross-border business needs a leased line (MIIT [2017] No. 32).',
      "Use ['vpnOverDirectConnect'], with 'siteToSiteVpn' as the second if it must take over.",
    ),
  ]),
  linkRule(['link'], (link) => {
    const all = sessions(link);
    return all.flatMap(({ path, cidr }, index) => [
      ...must(
        !reservedInside.includes(cidr),
        path,
        cidr,
        'AWS keeps this /30 for itself.',
        'Use another, such as 169.254.10.0/30.',
      ),
      ...must(
        !all.slice(0, index).some((other) => other.cidr === cidr),
        path,
        cidr,
        'Another session has it: routers cannot tell the two apart.',
        'Give each session its own /30.',
      ),
    ]);
  }),
  linkRule(['link.amazonAsn', 'link.farEnd.asn', 'link.directConnect'], (link) => {
    const asns = [link.amazonAsn, link.farEnd.asn, ...(link.directConnect ? [link.directConnect.gatewayAsn] : [])];
    return must(
      new Set(asns).size === asns.length,
      'link.farEnd.asn',
      link.farEnd.asn,
      `Transit gateway, Direct Connect gateway and far end need three ASNs, and are ${asns.join(', ')}: BGP drops routes with its own ASN.`,
      'Use one that neither has.',
    );
  }),
  linkRule(['link.bgp'], ({ bgp }) =>
    must(
      bgp.holdSeconds >= 3 * bgp.keepaliveSeconds,
      'link.bgp.holdSeconds',
      bgp.holdSeconds,
      'One lost keepalive would end the session.',
      `Use ${3 * bgp.keepaliveSeconds} or more (RFC 4271: three times the keepalive).`,
    ),
  ),
  linkRule(['link.farEnd.prefixes', 'mainland.prefixes'], ({ farEnd }, { mainland }) =>
    farEnd.prefixes.flatMap((prefix, index) =>
      must(
        mainland.prefixes.some((outer) => within(prefix, outer)),
        `link.farEnd.prefixes[${index}]`,
        prefix,
        'It is not in mainland.prefixes: calls over the link would not count as crossing the border.',
        'Name it there, or announce a part of what is named.',
      ),
    ),
  ),
  linkRule(
    ['link.vpnOverDirectConnect', 'network', 'mainland.prefixes'],
    ({ vpnOverDirectConnect: vpn }, { network, mainland }) =>
      vpn
        ? must(
            ![network.cidr, ...network.serviceVpcPrefixes, ...mainland.prefixes].some((prefix) =>
              overlap(prefix, vpn.transitGatewayCidr),
            ),
            'link.vpnOverDirectConnect.transitGatewayCidr',
            vpn.transitGatewayCidr,
            'It shares addresses with another prefix of this environment.',
            'Give the tunnel ends addresses of their own.',
          )
        : [],
  ),
  linkRule(['link.serviceAttachments', 'network.serviceVpcPrefixes'], ({ serviceAttachments }, { network }) =>
    serviceAttachments.flatMap(({ prefix }, index) =>
      must(
        network.serviceVpcPrefixes.some((outer) => within(prefix, outer)),
        `link.serviceAttachments[${index}].prefix`,
        prefix,
        'It is not in network.serviceVpcPrefixes.',
        'Name it there, or attach a part of what is named.',
      ),
    ),
  ),
  linkRule(
    ['link.allowlist', 'link.farEnd', 'link.serviceAttachments', 'network', 'mainland.prefixes'],
    allowlistFindings,
  ),
  linkRule(['link'], (link) => {
    const { entries } = parseAllowlist(link.allowlist.text);
    return ownFlows(link).flatMap(({ path, address, port, why }) =>
      must(
        entries.some((entry) => entry.from === relaySource && entry.port === port && within(`${address}/32`, entry.to)),
        path,
        `${address}:${port}`,
        `No line of ${link.allowlist.file} admits it, and ${why}.`,
        `Add: ${relaySource} ${address}/32 ${port} OWNER TICKET-1 YYYY-MM-DD`,
      ),
    );
  }),
  linkRule(['link.allowlist', 'network', 'mainland.prefixes'], ({ allowlist }, { network, mainland }) => {
    const lines = parseAllowlist(allowlist.text).entries.filter(({ from }) => from === relaySource).length;
    const needed = lines + mainland.prefixes.length + 1 + network.availabilityZones.length;
    return must(
      needed <= aclEntries,
      'link.allowlist',
      undefined,
      `Its ${lines} lines of relays make ${needed} entries of a network ACL, and AWS takes ${aclEntries}.`,
      'Join addresses into prefixes, or take out what the relays do not need.',
    );
  }),
  linkRule(['link.relay'], ({ relay }) => {
    const [family = ''] = relay.instanceType.split('.');
    const needed = Math.ceil(2 * outageGiB(relay) + 8);
    return [
      ...must(
        gravitonFamilies.includes(family),
        'link.relay.instanceType',
        relay.instanceType,
        `EC2 in Hong Kong has no ${family}, or it is not arm64: the collector is built for arm64 only.`,
        `Use a family of: ${gravitonFamilies.join(', ')}.`,
      ),
      ...must(
        relay.volumeGiB >= needed,
        'link.relay.volumeGiB',
        relay.volumeGiB,
        `${relay.outageHours} hours at half of ${relay.bitsPerSecond} bit/s fill ${outageGiB(relay).toFixed(1)} GiB; the queue may grow to twice that while it is compacted.`,
        `Use ${needed} or more, or ask for fewer outageHours.`,
      ),
    ];
  }),
  linkRule(
    ['link.relay.certificate', 'link.analysis', 'account', 'region'],
    ({ relay, analysis }, { account, region }) => [
      ...must(
        relay.certificate.secretArn.startsWith(`arn:aws:secretsmanager:${region}:${account}:`),
        'link.relay.certificate.secretArn',
        relay.certificate.secretArn,
        'The relays read secrets of their own account and region.',
        `Name a secret that begins with arn:aws:secretsmanager:${region}:${account}:`,
      ),
      ...(analysis
        ? must(
            analysis.certificate.secretArn.startsWith(
              `arn:aws-cn:secretsmanager:${analysis.region}:${analysis.account}:`,
            ),
            'link.analysis.certificate.secretArn',
            analysis.certificate.secretArn,
            'The receiver reads secrets of its own partition, account and region.',
            `Name a secret that begins with arn:aws-cn:secretsmanager:${analysis.region}:${analysis.account}:`,
          )
        : []),
    ],
  ),
  linkRule(['link.analysis', 'link.receiver'], ({ analysis, receiver }) =>
    analysis
      ? [
          ...must(
            within(`${receiver.address}/32`, analysis.vpcCidr),
            'link.receiver.address',
            receiver.address,
            `It is not within link.analysis.vpcCidr (${analysis.vpcCidr}).`,
            'Use an address of that VPC.',
          ),
          ...must(
            analysis.availabilityZone.startsWith(analysis.region),
            'link.analysis.availabilityZone',
            analysis.availabilityZone,
            `It is not of ${analysis.region}.`,
            `Use a zone of ${analysis.region}.`,
          ),
        ]
      : [],
  ),
];

/** GiB that one of the two relays holds after the outage that was asked for, at the full rate of the line. */
export const outageGiB = ({ outageHours, bitsPerSecond }: Link['relay']): number =>
  (outageHours * 3_600 * bitsPerSecond) / 2 / 8 / 2 ** 30;

function allowlistFindings(link: Link, { network, mainland }: EnvironmentConfig): Finding[] {
  const { allowlist, farEnd, serviceAttachments } = link;
  const announced = [...farEnd.prefixes, ...probeAddresses(link).map((address) => `${address}/32`)];
  const { entries, problems } = parseAllowlist(allowlist.text);
  const at = (line: number, value: string, why: string, fix: string): Finding => ({
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
    ...problems.map(({ line, value, why, fix }) => at(line, value, why, fix)),
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
            entry.line,
            text(entry),
            `Line ${same.line} admits some of it already.`,
            'Keep one of the two, or make them disjoint.',
          ),
        sides.includes('unknown') &&
          at(
            entry.line,
            text(entry),
            `${ends[sides.indexOf('unknown')]} is neither in mainland.prefixes nor in network.serviceVpcPrefixes: nobody listed it, and the VPC itself is never reached.`,
            'Name a prefix of a listed side, or "relay".',
          ),
        !sides.includes('unknown') &&
          (sides[0] === 'mainland') === (sides[1] === 'mainland') &&
          at(entry.line, text(entry), 'Both ends are on the same side: it does not cross the link.', 'Remove it.'),
        unattached.length > 0 &&
          at(
            entry.line,
            text(entry),
            `No VPC of link.serviceAttachments holds ${unattached[0]}: no route would lead there.`,
            'Name its VPC there, without attachmentId as long as it is not attached to the transit gateway.',
          ),
        unannounced.length > 0 &&
          at(
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
