import { dashboardBody } from './dashboard';
import { endpointService } from './endpoints';
import { instanceMetadata, instanceType, volumeEncryption } from './instances';
import { linkDefaultRoute, linkPipelines, openPrefix } from './link';
import { openSecurityGroup, publicAddress } from './network';
import { domainSubnets, engineVersion, fineGrainedAccess, searchNodeType, standby } from './open-search';
import type { TemplateRule } from './rule';
import { clearTextSecret } from './secrets';
import { unseenContent } from './unseen';
import {
  vpnCipher,
  vpnDeadPeer,
  vpnGateway,
  vpnIkeVersion,
  vpnInsideCidr,
  vpnKey,
  vpnLogs,
  vpnSecondTunnel,
} from './vpn';

/** What no public pack and no built-in validation sees. */
export const rules: readonly TemplateRule[] = [
  clearTextSecret,
  dashboardBody,
  domainSubnets,
  endpointService,
  engineVersion,
  fineGrainedAccess,
  instanceMetadata,
  instanceType,
  linkDefaultRoute,
  linkPipelines,
  openPrefix,
  openSecurityGroup,
  publicAddress,
  searchNodeType,
  standby,
  unseenContent,
  volumeEncryption,
  vpnCipher,
  vpnDeadPeer,
  vpnGateway,
  vpnIkeVersion,
  vpnInsideCidr,
  vpnKey,
  vpnLogs,
  vpnSecondTunnel,
];
