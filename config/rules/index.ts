/**
 * Conditions between fields: what AWS would tell only while it creates the resources, what would lose data, and what
 * production must not do without.
 */
import { accessRules } from './access';
import { accountRules } from './accounts';
import { collectRules } from './collect';
import { entranceRules } from './entrance';
import { linkRules } from './link';
import { networkRules } from './network';
import { observeRules } from './observe';
import { quotaRules } from './quotas';
import type { Rule } from './rule';
import { storeRules } from './store';

/** All conditions of one environment. */
export const rules: readonly Rule[] = [
  ...accountRules,
  ...networkRules,
  ...collectRules,
  ...entranceRules,
  ...storeRules,
  ...accessRules,
  ...observeRules,
  ...linkRules,
  ...quotaRules,
];
