/** Names of alarms, which collectors' stacks, the runbook and a rehearsal know by. */

/** Nothing comes in: new instances that show it are rolled back. */
export const noSpans = 'No spans';

/** Anchor of a heading, as Markdown renderers make it. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replace(/ /g, '-');

/** A physical name, because people see it in messages and look it up in the runbook, and instance refreshes watch it. */
export const alarmName = (environment: string, heading: string): string => `harbourline-${environment}: ${heading}`;
