/** What both ends of the link must agree on: plain data, from the configuration and from what AWS made of it. */
import type { TunnelOption, VpnConnection } from '@aws-sdk/client-ec2';
import { sessionEnds } from '../../config/cidr';
import { refused } from '../../config/refused';
import { subnetCidrs } from './addresses';
import { announcedPrefixes, type Flow, flows, type LinkedConfig, linesOf, tunnelName } from './link-flows';

export * from './link-flows';

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
  /** Far end as AWS sees it, and as its router has it: another address where a device translates in front of it. */
  readonly outside: { readonly amazon: string; readonly farEnd: string; readonly farEndOwn: string };
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
      return virtualInterfaces(config, announcedPrefixes(config), link.farEnd.prefixes);
    const connection = connections[transport];
    if (!connection) throw new Error(`DescribeVpnConnections has nothing about ${transport} of ${config.environment}.`);
    return tunnels(config, transport, connection);
  });
  // Private tunnels travel over the interface, which then carries nothing else.
  const carrier = link.transports.includes('vpnOverDirectConnect')
    ? virtualInterfaces(
        config,
        [present(link.vpnOverDirectConnect, 'link.vpnOverDirectConnect').transitGatewayCidr],
        [`${present(link.vpnOverDirectConnect, 'link.vpnOverDirectConnect').customerGatewayAddress}/32`],
      )
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
  const { insideCidrs, probeAddresses, customerGatewayAddress, behindNat } = present(
    config.link[transport],
    `link.${transport}`,
  );
  return insideCidrs.map((cidr, index) => {
    // AWS does not promise an order.
    const options = Options?.TunnelOptions?.find(({ TunnelInsideCidr }) => TunnelInsideCidr === cidr);
    if (!options)
      throw refused(
        'HL-FAREND-001',
        `${VpnConnectionId} has no tunnel with inside ${cidr}, which the configuration names: deploy first, then write the far end.`,
      );
    const probeAddress = probeAddresses[index];
    return {
      kind: 'tunnel',
      name: tunnelName(transport, index),
      preference: 0,
      amazonAsn: config.link.amazonAsn,
      vpnConnectionId: present(VpnConnectionId, 'VpnConnectionId'),
      outside: {
        amazon: present(options.OutsideIpAddress, 'OutsideIpAddress'),
        farEnd: customerGatewayAddress,
        farEndOwn: behindNat ?? customerGatewayAddress,
      },
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

function virtualInterfaces(
  { link }: LinkedConfig,
  receives: readonly string[],
  announces: readonly string[],
): Interface[] {
  const { gatewayAsn, mtu } = present(link.directConnect, 'link.directConnect');
  return linesOf(link).map(({ name, connectionId, vlan, peerCidr, probeAddress }) => ({
    kind: 'interface',
    name,
    preference: 0,
    amazonAsn: gatewayAsn,
    connectionId,
    vlan,
    inside: session(peerCidr),
    ...(probeAddress ? { probeAddress } : {}),
    mtu,
    announces,
    receives,
  }));
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
