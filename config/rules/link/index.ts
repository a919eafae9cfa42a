/** The link: what AWS would refuse after half an hour, what would open more than was asked for, what would not get through. */
import { overlap, within } from '../../cidr';
import { hongKongPrefixes } from '../network';
import { must, type Rule } from '../rule';
import { addressRules } from './addresses';
import { allowlistRules } from './allowlist';
import { machineRules } from './machines';
import { quotaRules } from './quotas';
import { serviceRules } from './services';
import { lines, linkRule, sessions } from './shared';

export { outageGiB } from './machines';

/** AWS keeps these /30 for itself (Site-to-Site VPN user guide, tunnel options). */
const reservedInside = ['169.254.0', '169.254.1', '169.254.2', '169.254.3', '169.254.4', '169.254.5']
  .map((start) => `${start}.0/30`)
  .concat('169.254.169.252/30');

const neededSections = {
  vpnOverDirectConnect: ['vpnOverDirectConnect', 'directConnect'],
  directConnect: ['directConnect'],
  siteToSiteVpn: ['siteToSiteVpn'],
} as const;

export const linkRules: readonly Rule[] = [
  linkRule(['link.transports', 'link.siteToSiteVpn', 'link.directConnect', 'link.vpnOverDirectConnect'], (link) =>
    link.transports.flatMap((transport) =>
      neededSections[transport].flatMap((section) =>
        must(
          'HL-LINK-018',
          link[section] !== undefined,
          `link.${section}`,
          undefined,
          `Transport ${transport} needs it.`,
          `Write the section, or remove ${transport} from link.transports.`,
        ),
      ),
    ),
  ),
  linkRule(['link.transports', 'link.directConnect', 'production'], ({ transports, directConnect }, { production }) =>
    must(
      'HL-LINK-019',
      !production || !transports.includes('directConnect') || directConnect?.unencryptedAcknowledged !== undefined,
      'link.directConnect.unencryptedAcknowledged',
      undefined,
      'Production would send over the leased line in clear: AWS does not encrypt a virtual interface.',
      "Use 'vpnOverDirectConnect', or say here why not, with the ticket of the approval and the year in which it ends.",
    ),
  ),
  linkRule(['link.transports', 'link.directConnect', 'production'], ({ transports, directConnect }, { production }) => [
    ...must(
      'HL-LINK-020',
      !production ||
        !directConnect ||
        transports.every((transport) => transport === 'siteToSiteVpn') ||
        directConnect.second !== undefined ||
        directConnect.oneLineAcknowledged !== undefined,
      'link.directConnect.second',
      undefined,
      'Production has one line: a digger, or maintenance at one location, takes all of it (Direct Connect resiliency recommendations).',
      'Name a second one at another location, or say in oneLineAcknowledged why not, with the ticket of the approval and the year in which it ends.',
    ),
    ...must(
      'HL-LINK-021',
      directConnect?.second === undefined || directConnect.second.connectionId !== directConnect.connectionId,
      'link.directConnect.second.connectionId',
      directConnect?.second?.connectionId,
      'It is the first line: both would be gone together.',
      'Use a connection or LAG at another location.',
    ),
    ...must(
      'HL-LINK-022',
      directConnect?.second?.hostedInterfaceId === undefined ||
        directConnect.second.hostedInterfaceId !== directConnect.hostedInterfaceId,
      'link.directConnect.second.hostedInterfaceId',
      directConnect?.second?.hostedInterfaceId,
      'It is the interface of the first line.',
      'Name the one that was made on the second line.',
    ),
    ...must(
      'HL-LINK-023',
      directConnect?.second === undefined ||
        !transports.includes('directConnect') ||
        (directConnect.probeAddress === undefined) === (directConnect.second.probeAddress === undefined),
      'link.directConnect.second.probeAddress',
      undefined,
      'One line is measured by itself and the other is not.',
      'Give each an address of its own at the far end, or neither.',
    ),
  ]),
  linkRule(['link.transports', 'production'], ({ transports }, { production }) => [
    ...must(
      'HL-LINK-024',
      new Set(transports).size === transports.length,
      'link.transports',
      transports,
      'A transport cannot take over from itself.',
      'Name each once.',
    ),
    ...must(
      'HL-LINK-025',
      !(transports.includes('directConnect') && transports.includes('vpnOverDirectConnect')),
      'link.transports',
      transports,
      'Both travel over the same virtual interface: they would fail together, and the first sends in clear what the second encrypts.',
      'Keep vpnOverDirectConnect.',
    ),
    ...must(
      'HL-LINK-026',
      // Route evaluation order of transit gateways: Direct Connect, VPN over it, VPN over the internet; AS path and MED come after.
      !(transports[0] === 'siteToSiteVpn' && transports.length > 1),
      'link.transports',
      transports,
      'AWS prefers a leased line, and a VPN over it, to a VPN over the internet whatever the far end announces, so traffic would go out by the line and come back by the internet: firewalls drop it.',
      "Put 'siteToSiteVpn' last.",
    ),
    ...must(
      'HL-LINK-027',
      !production || transports[0] !== 'siteToSiteVpn',
      'link.transports',
      transports,
      'Production prefers the public internet: evenings lose packets there, and cross-border business needs a leased line (MIIT [2017] No. 32).',
      "Use ['vpnOverDirectConnect'], with 'siteToSiteVpn' as the second if it must take over.",
    ),
  ]),
  linkRule(
    ['link.siteToSiteVpn.insideCidrs', 'link.vpnOverDirectConnect.insideCidrs', 'link.directConnect'],
    (link) => {
      const all = sessions(link);
      return all.flatMap(({ path, cidr }, index) => [
        ...must(
          'HL-LINK-028',
          !reservedInside.some((reserved) => overlap(reserved, cidr)),
          path,
          cidr,
          'AWS keeps this /30 for itself.',
          'Use another, such as 169.254.10.0/30.',
        ),
        ...must(
          'HL-LINK-029',
          !all.slice(0, index).some((other) => overlap(other.cidr, cidr)),
          path,
          cidr,
          'Another session has it, or a part of it: routers cannot tell the two apart.',
          'Give each session a prefix of its own.',
        ),
      ]);
    },
  ),
  linkRule(['link.directConnect', 'link.vpnOverDirectConnect.transitGatewayCidr'], (link) =>
    lines(link.directConnect).flatMap(({ path, peerCidr }) =>
      must(
        'HL-LINK-059',
        link.vpnOverDirectConnect === undefined || !overlap(peerCidr, link.vpnOverDirectConnect.transitGatewayCidr),
        `${path}.peerCidr`,
        peerCidr,
        `It shares addresses with link.vpnOverDirectConnect.transitGatewayCidr, where AWS's ends of the tunnels are.`,
        'Use addresses that nothing else has, such as 169.254.32.0/30.',
      ),
    ),
  ),
  linkRule(['link.amazonAsn', 'link.farEnd.asn', 'link.directConnect'], (link) => {
    const asns = [link.amazonAsn, link.farEnd.asn, ...(link.directConnect ? [link.directConnect.gatewayAsn] : [])];
    return must(
      'HL-LINK-030',
      new Set(asns).size === asns.length,
      'link.farEnd.asn',
      link.farEnd.asn,
      `Transit gateway, Direct Connect gateway and far end need three ASNs, and are ${asns.join(', ')}: BGP drops routes with its own ASN.`,
      'Use one that neither has.',
    );
  }),
  linkRule(
    ['link.inspection', 'production', 'network.availabilityZones'],
    ({ inspection: { by, zones, noneAcknowledged } }, { production, network }) => [
      ...must(
        'HL-LINK-031',
        by !== 'none' || !production,
        'link.inspection.by',
        by,
        'Production would hold no port of a service in the home region: any mainland host could reach any port of a listed address.',
        "Use 'networkFirewall'.",
      ),
      ...must(
        'HL-LINK-032',
        by !== 'none' || noneAcknowledged !== undefined,
        'link.inspection.noneAcknowledged',
        undefined,
        'Without a firewall the far end alone holds ports, and no line of the allow-list ends by itself.',
        "Use 'networkFirewall', or say here why not, with the ticket of the approval and the year in which it ends.",
      ),
      ...must(
        'HL-LINK-033',
        by === 'none' || zones <= network.availabilityZones.length,
        'link.inspection.zones',
        zones,
        `network.availabilityZones names ${network.availabilityZones.length}.`,
        'Use that many, or fewer.',
      ),
      ...must(
        'HL-LINK-034',
        by === 'none' || !production || zones > 1,
        'link.inspection.zones',
        zones,
        'One endpoint is one zone to lose, and nothing crosses without it.',
        'Use 2 or 3 in production.',
      ),
    ],
  ),
  linkRule(['link.siteToSiteVpn', 'link.vpnOverDirectConnect'], (link) =>
    (['siteToSiteVpn', 'vpnOverDirectConnect'] as const).flatMap((transport) => {
      const tunnels = link[transport];
      return tunnels
        ? must(
            'HL-LINK-035',
            tunnels.profile === 'cnsa' || tunnels.weakerAcknowledged !== undefined,
            `link.${transport}.weakerAcknowledged`,
            undefined,
            `Tunnels of profile ${tunnels.profile} are protected by less than AES-256-GCM, SHA-384 and DH 20.`,
            "Use 'cnsa', or say here which device has no more, with the ticket of the approval and the year in which it ends.",
          )
        : [];
    }),
  ),
  linkRule(['link.bgp'], ({ bgp }) =>
    must(
      'HL-LINK-036',
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
        'HL-LINK-037',
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
            'HL-LINK-038',
            ![...hongKongPrefixes(network), ...mainland.prefixes].some((prefix) =>
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
        'HL-LINK-039',
        network.serviceVpcPrefixes.some((outer) => within(prefix, outer)),
        `link.serviceAttachments[${index}].prefix`,
        prefix,
        'It is not in network.serviceVpcPrefixes.',
        'Name it there, or attach a part of what is named.',
      ),
    ),
  ),
  ...addressRules,
  ...allowlistRules,
  ...quotaRules,
  ...serviceRules,
  ...machineRules,
];
