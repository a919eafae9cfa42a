import { acknowledgmentRules } from './acknowledgments';
import { alarmRules } from './alarms';
import { fleetRules } from './fleets';
import { iamRules } from './iam';
import { networkRules } from './network';
import { openSearchRules } from './open-search';
import { retentionRules } from './retention';
import type { ReviewRule } from './rule';
import { statefulRules } from './stateful';
import { vpnRules } from './vpn';
import { weakeningRules } from './weakening';

/** In the order in which a page lists them within a severity. */
export const reviewRules: readonly ReviewRule[] = [
  ...statefulRules,
  ...openSearchRules,
  ...vpnRules,
  ...iamRules,
  ...networkRules,
  ...weakeningRules,
  ...retentionRules,
  ...alarmRules,
  ...fleetRules,
  ...acknowledgmentRules,
];
