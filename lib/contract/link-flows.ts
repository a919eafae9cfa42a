/** The link as the configuration describes it: what may cross, what is announced, what measures it. */
import { type AllowlistEntry, relaySource } from '../../config/allowlist';
import { within } from '../../config/cidr';
import { refused } from '../../config/refused';
import type { EnvironmentConfig } from '../../config/schema';
import { subnetCidrs } from './addresses';

/** An environment that has a link. */
export type LinkedConfig = EnvironmentConfig & { readonly link: NonNullable<EnvironmentConfig['link']> };

/** The link, as the configuration describes it. */
export type LinkConfig = LinkedConfig['link'];

/** The mainland side of a link, where it is ours to deploy. */
export type AnalysisConfig = NonNullable<LinkConfig['analysis']>;

/** @throws Error where the environment has no link */
export function linked(config: EnvironmentConfig): LinkedConfig {
  if (!config.link)
    throw refused(
      'HL-COMMAND-009',
      `config/${config.environment}.ts has no section link, and this is about a link: add it, or name another environment.`,
    );
  return config as LinkedConfig;
}

/** A flow that may cross, with `relay` replaced by the link subnets. */
export interface Flow extends Omit<AllowlistEntry, 'from'> {
  readonly from: readonly string[];
  readonly fromRelay: boolean;
  /** Who opens the connection. */
  readonly side: 'hong-kong' | 'mainland';
}

/** The flows of an environment's allow-list, which has been checked with the configuration. */
export function flows(config: LinkedConfig): Flow[] {
  return config.link.allowlist.entries.map((entry) => ({
    ...entry,
    from: entry.from === relaySource ? subnetCidrs(config, 'link') : [entry.from],
    fromRelay: entry.from === relaySource,
    side: isHongKong(config, entry) ? 'hong-kong' : 'mainland',
  }));
}

/** A line begins in Hong Kong where it does not begin in the mainland. */
const isHongKong = ({ mainland }: EnvironmentConfig, { from }: AllowlistEntry): boolean =>
  from === relaySource || !mainland.prefixes.some((prefix) => within(from, prefix));

/** Prefixes of Hong Kong that the mainland may know of: the relays' subnets and what the allow-list names. */
export const announcedPrefixes = (config: LinkedConfig): string[] =>
  unique(flows(config).flatMap(({ side, from, to }) => (side === 'hong-kong' ? from : [to])));

/** A prefix of Hong Kong that the link's tables route. */
export interface RoutedPrefix {
  readonly prefix: string;
  /** Attachment of a service's VPC. @default our own VPC's, for relays */
  readonly attachmentId?: string;
}

/** {@link announcedPrefixes} that somebody is attached for: relays from the start, services once their attachment is named. */
export const routedPrefixes = (config: LinkedConfig): RoutedPrefix[] => {
  const relays = subnetCidrs(config, 'link');
  return announcedPrefixes(config).flatMap((prefix) => {
    if (relays.includes(prefix)) return [{ prefix }];
    const attachmentId = attachmentOf(config, prefix);
    return attachmentId ? [{ prefix, attachmentId }] : [];
  });
};

/** Prefixes of services that have no route yet: their VPC is not attached, or its attachment is not named. */
export const pendingPrefixes = (config: LinkedConfig): string[] => {
  const routed = routedPrefixes(config).map(({ prefix }) => prefix);
  return announcedPrefixes(config).filter((prefix) => !routed.includes(prefix));
};

const attachmentOf = ({ link }: LinkedConfig, prefix: string): string | undefined =>
  link.serviceAttachments.find((each) => within(prefix, each.prefix))?.attachmentId;

/** What the far end announces: its prefixes, and the address that each path is measured by. */
export const announcedByFarEnd = (config: LinkedConfig): string[] =>
  unique([...config.link.farEnd.prefixes, ...probedPaths(config).map(({ address }) => `${address}/32`)]);

/** Attachments of services that are named. */
export const serviceAttachmentIds = ({ link }: LinkedConfig): string[] =>
  link.serviceAttachments.flatMap(({ attachmentId }) => attachmentId ?? []);

/** Other accounts, whose VPCs of services are attached. */
export const guestAccounts = ({ account, link }: LinkedConfig): string[] =>
  [...new Set(link.serviceAttachments.flatMap((each) => each.account ?? []))].filter((each) => each !== account).sort();

/** Leased lines of a link, the preferred first: `dx`, and `dx-2` where there are two. */
export const linesOf = ({ directConnect }: LinkConfig) =>
  directConnect
    ? [{ name: 'dx', ...directConnect }, ...(directConnect.second ? [{ name: 'dx-2', ...directConnect.second }] : [])]
    : [];

/** Paths of the link that the probe measures, each with the address that is announced over it alone. */
export function probedPaths({ link }: LinkedConfig): { name: string; address: string }[] {
  return link.transports.flatMap((transport) => {
    if (transport === 'directConnect') {
      return linesOf(link).flatMap(({ name, probeAddress }) => (probeAddress ? [{ name, address: probeAddress }] : []));
    }
    return (link[transport]?.probeAddresses ?? []).map((address, index) => ({
      name: tunnelName(transport, index),
      address,
    }));
  });
}

/** `vpn-1`, `dxvpn-2`. */
export const tunnelName = (transport: 'siteToSiteVpn' | 'vpnOverDirectConnect', index: number): string =>
  `${transport === 'siteToSiteVpn' ? 'vpn' : 'dxvpn'}-${index + 1}`;

/** Prefixes of the mainland that the relays may reach. */
export const relayTargets = (flows: readonly Flow[]): string[] =>
  unique(flows.flatMap(({ fromRelay, to }) => (fromRelay ? [to] : [])));

const unique = (prefixes: readonly string[]): string[] => [...new Set(prefixes)].sort();
