import { dashboardBody } from './dashboard';
import { instanceMetadata, instanceType, volumeEncryption } from './instances';
import { openSecurityGroup, publicAddress } from './network';
import { fineGrainedAccess, standby } from './open-search';
import type { Rule } from './rule';
import { clearTextSecret } from './secrets';

/** What no public pack and no built-in validation sees. */
export const rules: readonly Rule[] = [
  clearTextSecret,
  dashboardBody,
  fineGrainedAccess,
  instanceMetadata,
  instanceType,
  openSecurityGroup,
  publicAddress,
  standby,
  volumeEncryption,
];
