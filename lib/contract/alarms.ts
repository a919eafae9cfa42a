/** Names of alarms, which collectors' stacks, the runbook and a rehearsal know by. */

import type { EnvironmentConfig } from '../../config/schema';
import type { Names } from './names';

/** Nothing comes in: new instances that show it are rolled back. */
export const noSpans = 'No spans';

/** Anchor of a heading, as Markdown renderers make it. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replace(/ /g, '-');

/** A physical name, because people see it in messages and look it up in the runbook, and instance refreshes watch it. */
export const alarmName = ({ system }: Names, heading: string): string => `${system}: ${heading}`;

/** How names of mute rules begin that `npm run mute` makes: the time to recovery leaves out what begins in one. */
export const muteRulePrefix = ({ system }: Names): string => `${system}-mute-`;

/** The runbook's address: where people read it, or its path where the configuration does not say. */
export const runbookUrl = ({ repositoryUrl, observe: { runbook } }: EnvironmentConfig): string =>
  /^https:/.test(runbook) || !repositoryUrl ? runbook : `${repositoryUrl}/${runbook}`;

/** Days before the end of a line of the allow-list from which it is warned of: a firewall change takes weeks at most places. */
export const warningDays = 30;
