/** VPN connections, whoever wrote them: CloudFormation takes AES-128, SHA-1, DH 2 and IKEv1, and gives them by default. */
import type { TemplateRule } from './rule';

const type = 'AWS::EC2::VPNConnection';

// biome-ignore lint/suspicious/noExplicitAny: a property tree
type Tunnel = Readonly<Record<string, any>>;

/** The tunnels as the template has them, and nothing for those that it leaves out. */
const tunnelsOf = (properties: Tunnel | undefined): Tunnel[] => properties?.VpnTunnelOptionsSpecifications ?? [];

/** Is each value one of those that are allowed, and is there one? Left out means AWS's whole list, the weak ones included. */
const only = (list: unknown, allowed: readonly unknown[]): boolean =>
  Array.isArray(list) && list.length > 0 && list.every((entry) => allowed.includes(entry?.Value));

/** Property → the values of CNSA 1.0; two integrity algorithms and groups, where a far end has only the stronger. */
const ciphers: Readonly<Record<string, readonly unknown[]>> = {
  Phase1EncryptionAlgorithms: ['AES256-GCM-16'],
  Phase1IntegrityAlgorithms: ['SHA2-384', 'SHA2-512'],
  Phase1DHGroupNumbers: [20, 21],
  Phase2EncryptionAlgorithms: ['AES256-GCM-16'],
  Phase2IntegrityAlgorithms: ['SHA2-384', 'SHA2-512'],
  Phase2DHGroupNumbers: [20, 21],
};

/** A rule on each tunnel: finding `<tunnel>.<what>`. */
const tunnelRule = (id: string, message: string, findings: (tunnel: Tunnel) => string[]): TemplateRule => ({
  id,
  message,
  check: ({ Type, Properties }) =>
    Type === type
      ? tunnelsOf(Properties).flatMap((tunnel, index) => findings(tunnel).map((what) => `${index + 1}.${what}`))
      : [],
});

export const vpnCipher = tunnelRule(
  'VpnCipher',
  'A tunnel may negotiate something weaker than AES256-GCM-16, SHA2-384 and DH 20, or lives longer than AWS lets it: name exactly these, and lifetimes up to 28800 and 3600 seconds.',
  (tunnel) => [
    ...Object.entries(ciphers).flatMap(([property, allowed]) => (only(tunnel[property], allowed) ? [] : [property])),
    ...(tunnel.Phase1LifetimeSeconds <= 28_800 ? [] : ['Phase1LifetimeSeconds']),
    ...(tunnel.Phase2LifetimeSeconds <= 3_600 ? [] : ['Phase2LifetimeSeconds']),
  ],
);

export const vpnIkeVersion = tunnelRule(
  'VpnIkeVersion',
  'A tunnel may negotiate IKEv1. Set IKEVersions to ikev2 alone.',
  ({ IKEVersions }) => (only(IKEVersions, ['ikev2']) ? [] : ['IKEVersions']),
);

export const vpnLogs = tunnelRule(
  'VpnLogs',
  'A tunnel does not log its negotiation or its BGP session. Set LogEnabled and BgpLogEnabled, with log groups.',
  ({ LogOptions }) => ['LogEnabled', 'BgpLogEnabled'].filter((name) => !LogOptions?.CloudwatchLogOptions?.[name]),
);

export const vpnDeadPeer = tunnelRule(
  'VpnDeadPeer',
  'A tunnel whose far end is gone stays down. Set DPDTimeoutAction to restart.',
  ({ DPDTimeoutAction }) => (DPDTimeoutAction === 'restart' ? [] : ['DPDTimeoutAction']),
);

export const vpnSecondTunnel: TemplateRule = {
  id: 'VpnSecondTunnel',
  message:
    'A VPN connection always has two tunnels, and those that the template leaves out get the weakest defaults. Write out both.',
  check: ({ Type, Properties }) => {
    const missing = Type === type ? 2 - tunnelsOf(Properties).length : 0;
    return missing > 0 ? [`missing-${missing}`] : [];
  },
};

export const vpnKey: TemplateRule = {
  id: 'VpnKey',
  message:
    'The key of a tunnel stands in the template, or is not kept in Secrets Manager. Set PreSharedKeyStorage to SecretsManager and no PreSharedKey: AWS makes one.',
  check: ({ Type, Properties }) =>
    Type === type
      ? [
          ...tunnelsOf(Properties).flatMap(({ PreSharedKey }, index) =>
            PreSharedKey ? [`${index + 1}.PreSharedKey`] : [],
          ),
          ...(Properties?.PreSharedKeyStorage === 'SecretsManager' ? [] : ['PreSharedKeyStorage']),
        ]
      : [],
};

/** AWS keeps these /30 for itself (Site-to-Site VPN user guide, tunnel options). */
const reserved = /^169\.254\.([0-5]\.0|169\.252)\/30$/;

export const vpnInsideCidr: TemplateRule = {
  id: 'VpnInsideCidr',
  message: 'An inside CIDR is reserved by AWS, is not a /30 of 169.254.0.0/16, or is given twice.',
  check: ({ Type, Properties }) => {
    if (Type !== type) return [];
    const cidrs = tunnelsOf(Properties).map(({ TunnelInsideCidr }) => `${TunnelInsideCidr}`);
    return cidrs.filter(
      (cidr, index) => !/^169\.254\.\d+\.\d+\/30$/.test(cidr) || reserved.test(cidr) || cidrs.indexOf(cidr) !== index,
    );
  },
};

export const vpnGateway: TemplateRule = {
  id: 'VpnGateway',
  message:
    'A VPN connection needs either a transit gateway or a virtual private gateway, and for private addresses the attachment that it travels over.',
  check: ({ Type, Properties }) =>
    Type === type
      ? [
          ...(Boolean(Properties?.TransitGatewayId) === Boolean(Properties?.VpnGatewayId) ? ['gateway'] : []),
          ...(Properties?.OutsideIpAddressType === 'PrivateIpv4' && !Properties.TransportTransitGatewayAttachmentId
            ? ['TransportTransitGatewayAttachmentId']
            : []),
        ]
      : [],
};
