/** Changes that somebody made: what a graph's step is compared with first. */
import type { EmittedMetric } from './metric';

/** Metric dimension: what was changed. */
export const changedDimension = 'changed';

/** `stack`: a stack of this environment began to change, or to go back. `service`: a pipeline says that it releases one. */
export const changedThings = ['stack', 'service'] as const;
export type ChangedThing = (typeof changedThings)[number];

export const deploymentMetrics = {
  /** Changes that began in a minute. */
  begun: {
    name: 'harbourline.deployments',
    unit: 'Count',
    dimensions: [[changedDimension]],
    emitter: 'function: deployments.handler.ts',
    onlyWhen: 'something is deployed',
    notRehearsed: 'a function of AWS Lambda sends it when a stack changes',
  },
} as const satisfies Record<string, EmittedMetric>;

/** Source of the events by which a pipeline says that it releases a service, and what they hold: docs/dashboards.md. */
export const releaseSource = 'harbourline.release';
