/** How a tunnel of the link is protected: by one profile without a choice, so that there is nothing to negotiate down to. */
import type { CfnVPNConnection } from 'aws-cdk-lib/aws-ec2';

const only = <T>(value: T) => [{ value }];

/** Phase 2 ends within phase 1 (AWS refuses otherwise); both are AWS's longest, renewed before by either end. */
const lifetimes = { ike: 28_800, esp: 3_600 } as const;

/** Algorithms of both phases, in AWS's words, by `link.….profile`. */
const algorithms = {
  cnsa: {
    ike: { encryption: 'AES256-GCM-16', integrity: 'SHA2-384' },
    esp: { encryption: 'AES256-GCM-16', integrity: 'SHA2-384' },
    dhGroup: 20,
  },
  cbcIke: {
    ike: { encryption: 'AES256', integrity: 'SHA2-384' },
    esp: { encryption: 'AES256-GCM-16', integrity: 'SHA2-384' },
    dhGroup: 20,
  },
  dh14: {
    ike: { encryption: 'AES256', integrity: 'SHA2-256' },
    esp: { encryption: 'AES256', integrity: 'SHA2-256' },
    dhGroup: 14,
  },
} as const;

/** Name of a profile. */
export type ProfileName = keyof typeof algorithms;

/** What the rule `VpnCipher` finds in both tunnels of a profile: acknowledged with the reason of the configuration, and no more. */
export const weaknesses = (profile: ProfileName): string[] => {
  const { ike, esp, dhGroup } = algorithms[profile];
  const strong = algorithms.cnsa;
  return [
    ...(ike.encryption === strong.ike.encryption ? [] : ['Phase1EncryptionAlgorithms']),
    ...(ike.integrity === strong.ike.integrity ? [] : ['Phase1IntegrityAlgorithms']),
    ...(dhGroup === strong.dhGroup ? [] : ['Phase1DHGroupNumbers', 'Phase2DHGroupNumbers']),
    ...(esp.encryption === strong.esp.encryption ? [] : ['Phase2EncryptionAlgorithms']),
    ...(esp.integrity === strong.esp.integrity ? [] : ['Phase2IntegrityAlgorithms']),
  ].flatMap((property) => [`Harbourline-VpnCipher[1.${property}]`, `Harbourline-VpnCipher[2.${property}]`]);
};

/**
 * Options of one tunnel.
 *
 * @param insideCidr /30 of its BGP session
 * @param profile what it is protected with: CNSA 1.0, unless a far end has no device for it
 * @param startedByAmazon whether AWS opens the tunnel: it can where the far end has a routable public address
 */
export const tunnelProfile = (insideCidr: string, profile: ProfileName, startedByAmazon: boolean) => {
  const { ike, esp, dhGroup } = algorithms[profile];
  return {
    tunnelInsideCidr: insideCidr,
    ikeVersions: only('ikev2'),
    phase1EncryptionAlgorithms: only(ike.encryption),
    phase1IntegrityAlgorithms: only(ike.integrity),
    phase1DhGroupNumbers: only(dhGroup),
    phase1LifetimeSeconds: lifetimes.ike,
    phase2EncryptionAlgorithms: only(esp.encryption),
    phase2IntegrityAlgorithms: only(esp.integrity),
    phase2DhGroupNumbers: only(dhGroup),
    phase2LifetimeSeconds: lifetimes.esp,
    // The least that AWS takes. BGP notices first, by its hold time.
    dpdTimeoutSeconds: 30,
    dpdTimeoutAction: 'restart',
    startupAction: startedByAmazon ? 'start' : 'add',
    // Endpoints are replaced when we say so, not in the middle of a trading day.
    enableTunnelLifecycleControl: true,
  } as const satisfies CfnVPNConnection.VpnTunnelOptionsSpecificationProperty;
};
