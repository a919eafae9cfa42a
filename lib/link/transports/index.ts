import type { LinkConfig } from '../../contract/link-parameters';
import { DirectConnect } from './direct-connect';
import { SiteToSiteVpn } from './site-to-site-vpn';
import type { LinkTransport } from './transport';
import { VpnOverDirectConnect } from './vpn-over-direct-connect';

const transports = {
  siteToSiteVpn: () => new SiteToSiteVpn(),
  directConnect: () => new DirectConnect(),
  vpnOverDirectConnect: () => new VpnOverDirectConnect(),
} as const satisfies Record<LinkConfig['transports'][number], () => LinkTransport>;

/**
 * The transports of a link, the preferred first. A transit gateway itself prefers, for the same prefix, Direct Connect to
 * a VPN over Direct Connect to a VPN over the internet (AWS Transit Gateway guide, route evaluation order); the far end
 * prefers by local preference what it is configured to, and this side asks it to by MED and a longer AS path.
 */
export const transportsOf = (names: LinkConfig['transports']): LinkTransport[] =>
  names.map((name) => transports[name]());

export type { BoundAttachment, LinkTransport } from './transport';
