import { dashboardBody } from './dashboard';
import { endpointService } from './endpoints';
import { instanceMetadata, instanceType, volumeEncryption } from './instances';
import { openSecurityGroup, publicAddress } from './network';
import { domainSubnets, engineVersion, fineGrainedAccess, searchNodeType, standby } from './open-search';
import type { Rule } from './rule';
import { clearTextSecret } from './secrets';

/** What no public pack and no built-in validation sees. */
export const rules: readonly Rule[] = [
  clearTextSecret,
  dashboardBody,
  domainSubnets,
  endpointService,
  engineVersion,
  fineGrainedAccess,
  instanceMetadata,
  instanceType,
  openSecurityGroup,
  publicAddress,
  searchNodeType,
  standby,
  volumeEncryption,
];
