/**
 * What `DescribeVpnConnections` would say of a VPN connection in a synthesised template: the very values of
 * `AWS::EC2::VPNConnection › VpnTunnelOptionsSpecifications` (algorithms, lifetimes, DPD, start-up, inside CIDRs), and the
 * outside addresses that AWS would choose. The far end's files of a rehearsal are made of it, by the code that makes them
 * for a deployed link.
 */
import type { TunnelOption, VpnConnection } from '@aws-sdk/client-ec2';

type Values<T> = readonly { readonly Value: T }[];

/** Properties of `AWS::EC2::VPNConnection › VpnTunnelOptionsSpecifications[]`. */
export interface TunnelSpecification {
  readonly TunnelInsideCidr: string;
  readonly IKEVersions: Values<string>;
  readonly Phase1EncryptionAlgorithms: Values<string>;
  readonly Phase1IntegrityAlgorithms: Values<string>;
  readonly Phase1DHGroupNumbers: Values<number>;
  readonly Phase1LifetimeSeconds: number;
  readonly Phase2EncryptionAlgorithms: Values<string>;
  readonly Phase2IntegrityAlgorithms: Values<string>;
  readonly Phase2DHGroupNumbers: Values<number>;
  readonly Phase2LifetimeSeconds: number;
  readonly DPDTimeoutSeconds: number;
  readonly DPDTimeoutAction: string;
  readonly StartupAction: string;
}

/** @param outside the address of AWS's end of each tunnel, in the order of the template */
export function describedVpn(
  { VpnTunnelOptionsSpecifications }: { readonly VpnTunnelOptionsSpecifications: readonly TunnelSpecification[] },
  outside: readonly string[],
): VpnConnection {
  return {
    VpnConnectionId: 'vpn-0123456789abcdef0',
    PreSharedKeyArn: 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:s2svpn!vpn-0123456789abcdef0-a1B2c3',
    Options: {
      TunnelOptions: VpnTunnelOptionsSpecifications.map(
        ({ IKEVersions, DPDTimeoutSeconds, DPDTimeoutAction, ...same }, index): TunnelOption =>
          ({
            ...same,
            IkeVersions: IKEVersions,
            DpdTimeoutSeconds: DPDTimeoutSeconds,
            DpdTimeoutAction: DPDTimeoutAction,
            OutsideIpAddress: outside[index],
          }) as TunnelOption,
      ),
    },
  };
}
