/** What rules of the link have in common. */
import type { EnvironmentConfig } from '../../schema';
import { type Finding, type Rule, rule } from '../rule';

export type Link = NonNullable<EnvironmentConfig['link']>;

/** A rule for environments that have a link. */
export const linkRule = (reads: readonly string[], check: (link: Link, config: EnvironmentConfig) => Finding[]): Rule =>
  rule(reads, (config) => (config.link ? check(config.link, config) : []));

/** Leased lines with their places. */
export const lines = (directConnect: Link['directConnect']) =>
  directConnect
    ? [
        { path: 'link.directConnect', ...directConnect },
        ...(directConnect.second ? [{ path: 'link.directConnect.second', ...directConnect.second }] : []),
      ]
    : [];

/** Sessions of a link with their places. */
export const sessions = ({ siteToSiteVpn, vpnOverDirectConnect, directConnect }: Link) => [
  ...[
    ['siteToSiteVpn', siteToSiteVpn?.insideCidrs],
    ['vpnOverDirectConnect', vpnOverDirectConnect?.insideCidrs],
  ].flatMap(([name, cidrs]) =>
    ((cidrs ?? []) as string[]).map((cidr, index) => ({ path: `link.${name}.insideCidrs[${index}]`, cidr })),
  ),
  ...lines(directConnect).map(({ path, peerCidr }) => ({ path: `${path}.peerCidr`, cidr: peerCidr })),
];

/** Addresses at the far end that are each announced over one path, with their places. */
export const probes = ({ transports, siteToSiteVpn, vpnOverDirectConnect, directConnect }: Link) => {
  const ofTunnels = (name: 'siteToSiteVpn' | 'vpnOverDirectConnect', addresses: readonly string[] = []) =>
    transports.includes(name)
      ? addresses.map((address, index) => ({ path: `link.${name}.probeAddresses[${index}]`, address }))
      : [];
  return [
    ...ofTunnels('siteToSiteVpn', siteToSiteVpn?.probeAddresses),
    ...ofTunnels('vpnOverDirectConnect', vpnOverDirectConnect?.probeAddresses),
    ...(transports.includes('directConnect') ? lines(directConnect) : []).flatMap(({ path, probeAddress }) =>
      probeAddress ? [{ path: `${path}.probeAddress`, address: probeAddress }] : [],
    ),
  ];
};

/** What {@link probes} reads. */
export const probesRead = [
  'link.transports',
  'link.siteToSiteVpn.probeAddresses',
  'link.vpnOverDirectConnect.probeAddresses',
  'link.directConnect',
];

/** Prefixes of a list that share addresses with an earlier one, by index. */
export function overlapping(
  prefixes: readonly string[],
  overlap: (one: string, other: string) => boolean,
): { index: number; earlier: number }[] {
  return prefixes.flatMap((prefix, index) => {
    const earlier = prefixes.findIndex((other, at) => at < index && overlap(other, prefix));
    return earlier < 0 ? [] : [{ index, earlier }];
  });
}
