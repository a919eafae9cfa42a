/** What rules of the link have in common. */
import type { EnvironmentConfig } from '../../schema';
import { type Finding, type Rule, rule } from '../rule';

export type Link = NonNullable<EnvironmentConfig['link']>;

/** A rule for environments that have a link. */
export const linkRule = (reads: readonly string[], check: (link: Link, config: EnvironmentConfig) => Finding[]): Rule =>
  rule(reads, (config) => (config.link ? check(config.link, config) : []));

/** Transports that are VPNs. */
export const tunnelNames = ['siteToSiteVpn', 'vpnOverDirectConnect'] as const;

/** VPNs among the transports, with their places. */
export const tunnelsOf = (link: Pick<Link, 'transports' | (typeof tunnelNames)[number]>) =>
  tunnelNames.flatMap((name) => {
    const tunnels = link.transports.includes(name) ? link[name] : undefined;
    return tunnels ? [{ path: `link.${name}`, ...tunnels }] : [];
  });

/** Leased lines with their places. */
export const lines = (directConnect: Link['directConnect']) =>
  directConnect
    ? [
        { path: 'link.directConnect', ...directConnect },
        ...(directConnect.second ? [{ path: 'link.directConnect.second', ...directConnect.second }] : []),
      ]
    : [];

/** Sessions of a link with their places. */
export const sessions = (link: Link) => [
  ...tunnelNames.flatMap((name) =>
    (link[name]?.insideCidrs ?? []).map((cidr, index) => ({ path: `link.${name}.insideCidrs[${index}]`, cidr })),
  ),
  ...lines(link.directConnect).map(({ path, peerCidr }) => ({ path: `${path}.peerCidr`, cidr: peerCidr })),
];

/** Addresses at the far end that are each announced over one path, with their places. */
export const probes = (link: Link) => [
  ...tunnelsOf(link).flatMap(({ path, probeAddresses }) =>
    probeAddresses.map((address, index) => ({ path: `${path}.probeAddresses[${index}]`, address })),
  ),
  ...(link.transports.includes('directConnect') ? lines(link.directConnect) : []).flatMap(({ path, probeAddress }) =>
    probeAddress ? [{ path: `${path}.probeAddress`, address: probeAddress }] : [],
  ),
];

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
