/** How a tunnel of the link is protected: CNSA 1.0 without a choice, so that there is nothing to negotiate down to. */
import type { CfnVPNConnection } from 'aws-cdk-lib/aws-ec2';

const only = <T>(value: T) => [{ value }];

/** Phase 2 ends within phase 1 (AWS refuses otherwise); both are AWS's longest, renewed before by either end. */
const lifetimes = { ike: 28_800, esp: 3_600 } as const;

/**
 * Options of one tunnel.
 *
 * @param insideCidr /30 of its BGP session
 * @param startedByAmazon whether AWS opens the tunnel: it can where the far end has a routable public address
 */
export const tunnelProfile = (insideCidr: string, startedByAmazon: boolean) =>
  ({
    tunnelInsideCidr: insideCidr,
    ikeVersions: only('ikev2'),
    phase1EncryptionAlgorithms: only('AES256-GCM-16'),
    phase1IntegrityAlgorithms: only('SHA2-384'),
    phase1DhGroupNumbers: only(20),
    phase1LifetimeSeconds: lifetimes.ike,
    phase2EncryptionAlgorithms: only('AES256-GCM-16'),
    phase2IntegrityAlgorithms: only('SHA2-384'),
    phase2DhGroupNumbers: only(20),
    phase2LifetimeSeconds: lifetimes.esp,
    // The least that AWS takes. BGP notices first, by its hold time.
    dpdTimeoutSeconds: 30,
    dpdTimeoutAction: 'restart',
    startupAction: startedByAmazon ? 'start' : 'add',
    // Endpoints are replaced when we say so, not in the middle of a trading day.
    enableTunnelLifecycleControl: true,
  }) as const satisfies CfnVPNConnection.VpnTunnelOptionsSpecificationProperty;
