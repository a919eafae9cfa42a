import { nothing, type Scenario } from './scenario';

/** Nothing happens. */
export const fairDay: Scenario = {
  name: 'fair-day',
  summary: 'nothing happens',
  during: async () => ({ ...nothing, alarms: { told: [] } }),
};
