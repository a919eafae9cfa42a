/** What both ends of the link must agree on: plain data, from the configuration and from what AWS made of it. */
import type { TunnelOption, VpnConnection } from '@aws-sdk/client-ec2';
import { type AllowlistEntry, relaySource } from '../../config/allowlist';
import { sessionEnds, within } from '../../config/cidr';
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
  if (!config.link) throw new Error(`config/${config.environment}.ts has no section link.`);
  return config as LinkedConfig;
}

/** A flow that may cross, with `relay` replaced by the link subnets. */
export interface Flow extends Omit<AllowlistEntry, 'from'> {
  readonly from: readonly string[];
  readonly fromRelay: boolean;
  /** Who opens the connection. */
  readonly side: 'hong-kong' | 'mainland';
}

/** One IPsec phase, in AWS's words. */
export interface Phase {
  readonly encryption: readonly string[];
  readonly integrity: readonly string[];
  readonly dhGroups: readonly number[];
  readonly lifetimeSeconds: number;
}

/** One BGP session: a tunnel or a virtual interface. */
export interface Path {
  /** `vpn-1`, `vpn-2`, `dx`; at the far end also the name of the interface. */
  readonly name: string;
  /** 1 is preferred. */
  readonly preference: number;
  /** ASN of AWS's end: of the transit gateway for a tunnel, of the Direct Connect gateway for an interface. */
  readonly amazonAsn: number;
  readonly inside: { readonly amazon: string; readonly farEnd: string; readonly cidr: string };
  /** At the far end, announced over this path only. */
  readonly probeAddress?: string;
  readonly mtu: number;
  /** What the far end announces here, the probe's address apart. */
  readonly announces: readonly string[];
  /** What AWS announces here. */
  readonly receives: readonly string[];
}

/** An IPsec tunnel. */
export interface Tunnel extends Path {
  readonly kind: 'tunnel';
  readonly vpnConnectionId: string;
  readonly outside: { readonly amazon: string; readonly farEnd: string };
  readonly ikeVersions: readonly string[];
  readonly ike: Phase;
  readonly esp: Phase;
  readonly dpdTimeoutSeconds: number;
  readonly dpdTimeoutAction: string;
  /** Which end opens the tunnel. */
  readonly startedBy: 'amazon' | 'far-end';
  /** ARN of the secret that holds the key, never the key. */
  readonly keySecretArn: string;
}

/** A transit virtual interface. */
export interface Interface extends Path {
  readonly kind: 'interface';
  readonly connectionId: string;
  readonly vlan: number;
}

export interface LinkParameters {
  readonly environment: string;
  readonly farEndAsn: number;
  readonly bgp: { readonly keepaliveSeconds: number; readonly holdSeconds: number };
  /** In order of preference. */
  readonly paths: readonly (Tunnel | Interface)[];
  readonly allowedFlows: readonly Flow[];
  /** Whether Hong Kong holds the allow-list by a firewall of its own. */
  readonly inspected: boolean;
  /** The link subnets: wherever in them the relays are. */
  readonly relayAddresses: readonly string[];
  readonly receiver: {
    readonly address: string;
    readonly port: number;
    readonly continuityPort: number;
    readonly name: string;
  };
  readonly probePort: number;
}

export const tunnelsOf = ({ paths }: LinkParameters): Tunnel[] => paths.filter((path) => path.kind === 'tunnel');

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
const announcedPrefixes = (config: LinkedConfig): string[] =>
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

/** Paths of the link that the probe measures, each with the address that is announced over it alone. */
export function probedPaths({ link }: LinkedConfig): { name: string; address: string }[] {
  return link.transports.flatMap((transport) => {
    if (transport === 'directConnect') {
      const address = link.directConnect?.probeAddress;
      return address ? [{ name: 'dx', address }] : [];
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

/**
 * Bytes inside a tunnel of AES-256-GCM whose ESP travels in UDP (AWS Site-to-Site VPN user guide, best practices for the
 * customer gateway device): 1446 without UDP, 8 fewer with it. More does not fit into 1500 outside.
 */
const tunnelMtu = 1438;

/**
 * The parameters of an environment.
 *
 * @param connections what `DescribeVpnConnections` says of each VPN of the environment, by transport
 */
export function linkParameters(
  config: LinkedConfig,
  connections: Readonly<Partial<Record<'siteToSiteVpn' | 'vpnOverDirectConnect', VpnConnection>>>,
): LinkParameters {
  const { link } = config;
  const paths = link.transports.flatMap((transport): (Tunnel | Interface)[] => {
    if (transport === 'directConnect')
      return [virtualInterface(config, announcedPrefixes(config), link.farEnd.prefixes)];
    const connection = connections[transport];
    if (!connection) throw new Error(`DescribeVpnConnections has nothing about ${transport} of ${config.environment}.`);
    return tunnels(config, transport, connection);
  });
  // Private tunnels travel over the interface, which then carries nothing else.
  const carrier = link.transports.includes('vpnOverDirectConnect')
    ? [
        virtualInterface(
          config,
          [present(link.vpnOverDirectConnect, 'link.vpnOverDirectConnect').transitGatewayCidr],
          [`${present(link.vpnOverDirectConnect, 'link.vpnOverDirectConnect').customerGatewayAddress}/32`],
        ),
      ]
    : [];
  return {
    environment: config.environment,
    farEndAsn: link.farEnd.asn,
    bgp: link.bgp,
    paths: [...paths, ...carrier].map((path, index) => ({ ...path, preference: index + 1 })),
    allowedFlows: flows(config),
    inspected: link.inspection.by !== 'none',
    relayAddresses: subnetCidrs(config, 'link'),
    receiver: link.receiver,
    probePort: link.probe.port,
  };
}

function tunnels(
  config: LinkedConfig,
  transport: 'siteToSiteVpn' | 'vpnOverDirectConnect',
  { VpnConnectionId, PreSharedKeyArn, Options }: VpnConnection,
): Tunnel[] {
  const { insideCidrs, probeAddresses, customerGatewayAddress } = present(config.link[transport], `link.${transport}`);
  return insideCidrs.map((cidr, index) => {
    // AWS does not promise an order.
    const options = Options?.TunnelOptions?.find(({ TunnelInsideCidr }) => TunnelInsideCidr === cidr);
    if (!options)
      throw new Error(`${VpnConnectionId} has no tunnel with inside ${cidr}: deploy before the far end is written.`);
    const probeAddress = probeAddresses[index];
    return {
      kind: 'tunnel',
      name: tunnelName(transport, index),
      preference: 0,
      amazonAsn: config.link.amazonAsn,
      vpnConnectionId: present(VpnConnectionId, 'VpnConnectionId'),
      outside: { amazon: present(options.OutsideIpAddress, 'OutsideIpAddress'), farEnd: customerGatewayAddress },
      inside: session(cidr),
      ...(probeAddress ? { probeAddress } : {}),
      mtu: tunnelMtu,
      announces: config.link.farEnd.prefixes,
      receives: announcedPrefixes(config),
      ikeVersions: values(options.IkeVersions),
      ike: phase(options, 1),
      esp: phase(options, 2),
      dpdTimeoutSeconds: present(options.DpdTimeoutSeconds, 'DpdTimeoutSeconds'),
      dpdTimeoutAction: present(options.DpdTimeoutAction, 'DpdTimeoutAction'),
      startedBy: options.StartupAction === 'start' ? 'amazon' : 'far-end',
      keySecretArn: present(PreSharedKeyArn, 'PreSharedKeyArn'),
    };
  });
}

function virtualInterface(
  { link }: LinkedConfig,
  receives: readonly string[],
  announces: readonly string[],
): Interface {
  const { connectionId, vlan, gatewayAsn, peerCidr, mtu, probeAddress } = present(
    link.directConnect,
    'link.directConnect',
  );
  return {
    kind: 'interface',
    name: 'dx',
    preference: 0,
    amazonAsn: gatewayAsn,
    connectionId,
    vlan,
    inside: session(peerCidr),
    ...(probeAddress ? { probeAddress } : {}),
    mtu,
    announces,
    receives,
  };
}

const session = (cidr: string) => {
  const { amazon, farEnd } = sessionEnds(cidr);
  return { cidr, amazon, farEnd };
};

const values = <T>(list: readonly { Value?: T }[] | undefined): NonNullable<T>[] =>
  (list ?? []).flatMap(({ Value }) => (Value == null ? [] : [Value]));

const phase = (options: TunnelOption, number: 1 | 2): Phase => ({
  encryption: values(options[`Phase${number}EncryptionAlgorithms`]),
  integrity: values(options[`Phase${number}IntegrityAlgorithms`]),
  dhGroups: values(options[`Phase${number}DHGroupNumbers`]),
  lifetimeSeconds: present(options[`Phase${number}LifetimeSeconds`], `Phase${number}LifetimeSeconds`),
});

/** A value that must be there: sections by config/rules/link/, the rest by what AWS answers. @throws Error with its name */
export function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`There is no ${name}.`);
  return value;
}
