import type { Scenario } from './scenario';

/** Nothing happens. */
export const fairDay: Scenario = {
  name: 'fair-day',
  summary: 'nothing happens',
  alarms: { notify: [] },
};
