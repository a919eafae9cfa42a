import { accountRules } from './accounts';
import { acknowledgmentRules } from './acknowledgments';
import { alarmRules } from './alarms';
import { collectorRules } from './collectors';
import { firewallRules } from './firewalls';
import { fleetRules } from './fleets';
import { flowRules } from './flows';
import { guardedRules } from './guarded';
import { iamRules } from './iam';
import { judgeRules } from './judges';
import { machineRules } from './machines';
import { networkRules } from './network';
import { noticeRules } from './notice';
import { openSearchRules } from './open-search';
import { orderReviewRules } from './order';
import { programRules } from './programs';
import { retentionRules } from './retention';
import type { ReviewRule } from './rule';
import { settingRules } from './settings';
import { statefulRules } from './stateful';
import { storeRightRules } from './store-rights';
import { vpnRules } from './vpn';
import { wayOutRules } from './ways-out';
import { weakeningRules } from './weakening';

/** In the order in which a page lists them within a severity. */
export const reviewRules: readonly ReviewRule[] = [
  ...statefulRules,
  ...orderReviewRules,
  ...accountRules,
  ...iamRules,
  ...storeRightRules,
  ...wayOutRules,
  ...networkRules,
  ...firewallRules,
  ...flowRules,
  ...programRules,
  ...machineRules,
  ...collectorRules,
  ...weakeningRules,
  ...retentionRules,
  ...guardedRules,
  ...alarmRules,
  ...noticeRules,
  ...openSearchRules,
  ...vpnRules,
  ...fleetRules,
  ...settingRules,
  ...acknowledgmentRules,
  ...judgeRules,
];
