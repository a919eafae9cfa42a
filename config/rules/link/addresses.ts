/** Kinds of addresses, and addresses that meet where they must not. */
import { edges, overlap, rangeOf, within } from '../../cidr';
import type { EnvironmentConfig } from '../../schema';
import { hongKongPrefixes, vpcPrefixes } from '../network';
import { type Finding, must, type Rule } from '../rule';
import { type Link, lines, linkRule, overlapping, probes, probesRead, tunnelNames } from './shared';

/** Prefixes that this side has for itself. */
const ownPrefixes = ({ network, link }: EnvironmentConfig) => [
  ...vpcPrefixes(network).map(({ path, prefix }) => ({ name: path, prefix })),
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
const isHost = (address: string): boolean => isPublic(address) || isPrivate(address);

/** The address that a router itself has behind a device that translates. */
function ownAddress(
  name: (typeof tunnelNames)[number],
  { behindNat, customerGatewayAddress }: { behindNat?: string | undefined; customerGatewayAddress: string },
  config: EnvironmentConfig,
): Finding[] {
  const path = `link.${name}.behindNat`;
  return behindNat === undefined
    ? []
    : [
        ...must(
          'HL-LINK-060',
          isHost(behindNat),
          path,
          behindNat,
          `No router can have this address (${rangeOf(behindNat)}).`,
          "Use the router's own address.",
        ),
        ...must(
          'HL-LINK-061',
          behindNat !== customerGatewayAddress,
          path,
          behindNat,
          'It is customerGatewayAddress: nothing would be translated.',
          'Leave it out, or use the address that the router itself has.',
        ),
        ...notOurs(config, path, behindNat),
      ];
}

/** Where a router may be: on the internet for tunnels over the internet, at a private address for private ones. */
function routers({ siteToSiteVpn, vpnOverDirectConnect, farEnd }: Link, config: EnvironmentConfig): Finding[] {
  const path = (name: string) => `link.${name}.customerGatewayAddress`;
  // Over the internet AWS reaches the router by no route of the transit gateway: such a prefix is harmless there.
  const announced =
    vpnOverDirectConnect &&
    farEnd.prefixes.find((prefix) => within(`${vpnOverDirectConnect.customerGatewayAddress}/32`, prefix));
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
          ...ownAddress('siteToSiteVpn', siteToSiteVpn, config),
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
          ...must(
            'HL-LINK-080',
            announced === undefined,
            path('vpnOverDirectConnect'),
            vpnOverDirectConnect.customerGatewayAddress,
            `link.farEnd.prefixes holds it (${announced}), which the tunnels announce: the route to the tunnels' own end would lead into them, and they would fail and come back again and again.`,
            'Use an address of the router outside of them, announced over the leased line alone.',
          ),
          ...notOurs(config, path('vpnOverDirectConnect'), vpnOverDirectConnect.customerGatewayAddress),
          ...ownAddress('vpnOverDirectConnect', vpnOverDirectConnect, config),
        ]
      : []),
  ];
}

/** Each probe measures one path, because its address is announced over that path alone. */
function probeFindings(link: Link, config: EnvironmentConfig): Finding[] {
  const all = probes(link);
  return all.flatMap(({ path, address }, index) => {
    const twin = all.slice(0, index).find((earlier) => earlier.address === address);
    const session = lines(link.directConnect).find(({ peerCidr }) => within(`${address}/32`, peerCidr));
    const router = tunnelNames.find((name) =>
      [link[name]?.customerGatewayAddress, link[name]?.behindNat].includes(address),
    );
    const announced = link.farEnd.prefixes.find((prefix) => within(`${address}/32`, prefix));
    return [
      ...must(
        'HL-LINK-043',
        isHost(address),
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
      ...must(
        'HL-LINK-062',
        session === undefined,
        path,
        address,
        `It is within ${session?.path}.peerCidr: the line has it as it comes up, whatever is announced.`,
        'Use an address of a loopback interface at the far end.',
      ),
      ...must(
        'HL-LINK-063',
        router === undefined,
        path,
        address,
        `It is the router of link.${router}: tunnels end there, and another way leads to it.`,
        'Use an address of a loopback interface at the far end.',
      ),
      ...notOurs(config, path, address),
    ];
  });
}

export const addressRules: readonly Rule[] = [
  linkRule(
    [
      ...tunnelNames.flatMap((name) => [`link.${name}.customerGatewayAddress`, `link.${name}.behindNat`]),
      'link.vpnOverDirectConnect.transitGatewayCidr',
      'link.farEnd.prefixes',
      'network',
    ],
    routers,
  ),
  linkRule([...probesRead, 'link.farEnd.prefixes', 'network'], probeFindings),
  linkRule(['link.receiver.address', 'network'], ({ receiver }, config) => [
    ...must(
      'HL-LINK-046',
      isHost(receiver.address),
      'link.receiver.address',
      receiver.address,
      `No host can have this address (${rangeOf(receiver.address)}).`,
      "Use the receiver's address in the mainland.",
    ),
    ...notOurs(config, 'link.receiver.address', receiver.address),
  ]),
  linkRule(['link.receiver.address', ...probesRead], (link) => {
    const { address } = link.receiver;
    const probe = probes(link).find((each) => each.address === address);
    const router = tunnelNames.find((name) => link[name]?.customerGatewayAddress === address);
    return [
      ...must(
        'HL-LINK-064',
        probe === undefined,
        'link.receiver.address',
        address,
        `It is ${probe?.path}, which is announced over one path alone: aggregates would wait for that path.`,
        'Use an address within link.farEnd.prefixes.',
      ),
      ...must(
        'HL-LINK-065',
        router === undefined,
        'link.receiver.address',
        address,
        `It is the router of link.${router}.`,
        "Use the receiver's own address.",
      ),
    ];
  }),
  linkRule(['link.continuityChecks'], ({ continuityChecks }) =>
    continuityChecks.flatMap(({ name, url, serverName }, index) => {
      const path = `link.continuityChecks[${index}]`;
      const twin = continuityChecks.findIndex((other) => other.name === name);
      return [
        ...must(
          'HL-LINK-069',
          twin === index,
          `${path}.name`,
          name,
          `link.continuityChecks[${twin}] has the same name: metrics could not tell the two apart.`,
          'Give each its own name.',
        ),
        ...must(
          'HL-LINK-070',
          serverName === undefined || url.startsWith('https:'),
          `${path}.serverName`,
          serverName,
          'Without TLS nobody shows a certificate.',
          'Use https in url, or leave it out.',
        ),
      ];
    }),
  ),
  linkRule(['link.receiver.port', 'link.receiver.continuityPort'], ({ receiver: { port, continuityPort } }) =>
    must(
      'HL-LINK-067',
      port !== continuityPort,
      'link.receiver.continuityPort',
      continuityPort,
      'The receiver of aggregates listens on it: the second of the two would not start.',
      'Use another port.',
    ),
  ),
  linkRule(['link.receiver.address', 'link.analysis.vpcCidr'], ({ receiver: { address }, analysis }) => {
    if (!analysis) return [];
    const { first, last } = edges(analysis.vpcCidr);
    const ofAws = within(`${address}/32`, `${first}/30`) || address === last;
    return must(
      'HL-LINK-066',
      !ofAws,
      'link.receiver.address',
      address,
      'AWS keeps it for itself: the first four addresses of a subnet, and the last (VPC user guide, subnet sizing).',
      'Use another address of the subnet.',
    );
  }),
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
      const own = hongKongPrefixes(network).find((one) => overlap(one, prefix));
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
  linkRule(['link.serviceAttachments', 'link.analysis.account'], ({ serviceAttachments, analysis }) =>
    serviceAttachments.flatMap(({ account }, index) =>
      must(
        'HL-LINK-068',
        account === undefined || account !== analysis?.account,
        `link.serviceAttachments[${index}].account`,
        account,
        'It is the account of the mainland, of partition aws-cn: nothing of the home region can be shared with it.',
        'Name the account of a VPC in the home region.',
      ),
    ),
  ),
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
        !hongKongPrefixes(network).some((own) => overlap(own, peerCidr)),
        `${path}.peerCidr`,
        peerCidr,
        'It shares addresses with a VPC of this side.',
        'Use addresses that nothing else has, such as 169.254.32.0/30.',
      ),
    ),
  ),
];
