/** Kinds of addresses, and addresses that meet where they must not. */
import { overlap, rangeOf, within } from '../../cidr';
import type { EnvironmentConfig } from '../../schema';
import { type Finding, must, type Rule } from '../rule';
import { type Link, lines, linkRule, overlapping, probes } from './shared';

/** Prefixes that this side has for itself. */
const ownPrefixes = ({ network, link }: EnvironmentConfig) => [
  { name: 'network.cidr', prefix: network.cidr },
  ...network.serviceVpcPrefixes.map((prefix, index) => ({ name: `network.serviceVpcPrefixes[${index}]`, prefix })),
  ...(link?.vpnOverDirectConnect
    ? [{ name: 'link.vpnOverDirectConnect.transitGatewayCidr', prefix: link.vpnOverDirectConnect.transitGatewayCidr }]
    : []),
];

/** An address of the far end that is one of this side's. */
function notOurs(config: EnvironmentConfig, path: string, address: string): Finding[] {
  const own = ownPrefixes(config).find(({ prefix }) => within(`${address}/32`, prefix));
  return must(
    'HL-LINK-040',
    own === undefined,
    path,
    address,
    `It is an address of this side: ${own?.name} (${own?.prefix}) holds it.`,
    'Use an address of the far end.',
  );
}

/** RFC 5737: addresses of examples. They stand for public ones until yours are put in. */
const documentation = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'];

const isPublic = (address: string): boolean =>
  rangeOf(address) === 'unicast' || documentation.some((prefix) => within(`${address}/32`, prefix));
const isPrivate = (address: string): boolean => ['private', 'carrierGradeNat'].includes(rangeOf(address));

/** Where a router may be: on the internet for tunnels over the internet, at a private address for private ones. */
function routers({ siteToSiteVpn, vpnOverDirectConnect }: Link, config: EnvironmentConfig): Finding[] {
  const path = (name: string) => `link.${name}.customerGatewayAddress`;
  return [
    ...(siteToSiteVpn
      ? [
          ...must(
            'HL-LINK-041',
            isPublic(siteToSiteVpn.customerGatewayAddress),
            path('siteToSiteVpn'),
            siteToSiteVpn.customerGatewayAddress,
            `AWS reaches the far end's router over the internet, and this address is not of the internet (${rangeOf(siteToSiteVpn.customerGatewayAddress)}).`,
            'Use the public address of the router, or of the device that translates for it.',
          ),
          ...notOurs(config, path('siteToSiteVpn'), siteToSiteVpn.customerGatewayAddress),
        ]
      : []),
    ...(vpnOverDirectConnect
      ? [
          ...must(
            'HL-LINK-042',
            isPrivate(vpnOverDirectConnect.customerGatewayAddress),
            path('vpnOverDirectConnect'),
            vpnOverDirectConnect.customerGatewayAddress,
            `AWS reaches the far end's router over the leased line, by a private address, and this one is not private (${rangeOf(vpnOverDirectConnect.customerGatewayAddress)}).`,
            'Use a private address of the router: RFC 1918, or 100.64.0.0/10.',
          ),
          ...notOurs(config, path('vpnOverDirectConnect'), vpnOverDirectConnect.customerGatewayAddress),
        ]
      : []),
  ];
}

/** Each probe measures one path, because its address is announced over that path alone. */
function probeFindings(link: Link, config: EnvironmentConfig): Finding[] {
  const all = probes(link);
  return all.flatMap(({ path, address }, index) => {
    const twin = all.slice(0, index).find((earlier) => earlier.address === address);
    const announced = link.farEnd.prefixes.find((prefix) => within(`${address}/32`, prefix));
    return [
      ...must(
        'HL-LINK-043',
        isPublic(address) || isPrivate(address),
        path,
        address,
        `No host can have this address (${rangeOf(address)}).`,
        'Use an address of a loopback interface at the far end.',
      ),
      ...must(
        'HL-LINK-044',
        twin === undefined,
        path,
        address,
        `${twin?.path} is the same: two paths would be measured as one.`,
        'Give each path an address of its own at the far end.',
      ),
      ...must(
        'HL-LINK-045',
        announced === undefined,
        path,
        address,
        `link.farEnd.prefixes holds it (${announced}), which every path announces: the answer says nothing of this path.`,
        'Use an address outside of them, announced over this path alone.',
      ),
      ...notOurs(config, path, address),
    ];
  });
}

export const addressRules: readonly Rule[] = [
  linkRule(['link.siteToSiteVpn', 'link.vpnOverDirectConnect', 'network'], routers),
  linkRule(['link', 'network'], probeFindings),
  linkRule(['link.receiver.address', 'network'], ({ receiver }, config) => [
    ...must(
      'HL-LINK-046',
      isPublic(receiver.address) || isPrivate(receiver.address),
      'link.receiver.address',
      receiver.address,
      `No host can have this address (${rangeOf(receiver.address)}).`,
      "Use the receiver's address in the mainland.",
    ),
    ...notOurs(config, 'link.receiver.address', receiver.address),
  ]),
  linkRule(['link.farEnd.prefixes', 'network'], ({ farEnd }, { network }) => [
    ...overlapping(farEnd.prefixes, overlap).flatMap(({ index, earlier }) =>
      must(
        'HL-LINK-047',
        false,
        `link.farEnd.prefixes[${index}]`,
        farEnd.prefixes[index],
        `It shares addresses with link.farEnd.prefixes[${earlier}] (${farEnd.prefixes[earlier]}): the longer one wins on its path alone.`,
        'Name each address once.',
      ),
    ),
    ...farEnd.prefixes.flatMap((prefix, index) => {
      const own = [network.cidr, ...network.serviceVpcPrefixes].find((one) => overlap(one, prefix));
      return must(
        'HL-LINK-048',
        own === undefined,
        `link.farEnd.prefixes[${index}]`,
        prefix,
        `It shares addresses with this side (${own}).`,
        'The far end announces its own addresses only.',
      );
    }),
  ]),
  linkRule(['link.serviceAttachments'], ({ serviceAttachments }) => [
    ...serviceAttachments.flatMap(({ attachmentId }, index) => {
      const twin = serviceAttachments.findIndex((other) => other.attachmentId === attachmentId);
      return must(
        'HL-LINK-049',
        attachmentId === undefined || twin === index,
        `link.serviceAttachments[${index}].attachmentId`,
        attachmentId,
        `link.serviceAttachments[${twin}] has the same id: an attachment has one association and one VPC.`,
        'Name each attachment once. A VPC with several prefixes is one attachment with a prefix that holds them.',
      );
    }),
    ...overlapping(
      serviceAttachments.map(({ prefix }) => prefix),
      overlap,
    ).flatMap(({ index, earlier }) =>
      must(
        'HL-LINK-050',
        false,
        `link.serviceAttachments[${index}].prefix`,
        serviceAttachments[index]?.prefix,
        `It shares addresses with link.serviceAttachments[${earlier}]: no route can tell the two VPCs apart.`,
        'Give each VPC its own addresses.',
      ),
    ),
  ]),
  linkRule(['link.directConnect', 'network'], ({ directConnect }, { network }) =>
    lines(directConnect).flatMap(({ path, peerCidr }) =>
      must(
        'HL-LINK-051',
        ![network.cidr, ...network.serviceVpcPrefixes].some((own) => overlap(own, peerCidr)),
        `${path}.peerCidr`,
        peerCidr,
        'It shares addresses with a VPC of this side.',
        'Use addresses that nothing else has, such as 169.254.32.0/30.',
      ),
    ),
  ),
];
