/** How long it takes until everything works again. */
import type { EmittedMetric } from './metric';

/** Dimension: whom the alarm notifies, `page` or `inform`. */
export const severityDimension = 'severity';

export const recoveryMetrics = {
  /** From the first breach to people being notified, once an incident, when it is over. */
  detection: {
    name: 'incident.detection.time',
    unit: 'Seconds',
    dimensions: [[severityDimension]],
    emitter: 'function: recovery.handler.ts',
    notRehearsed: 'a function of AWS Lambda sends it when an incident ends',
  },
  /** From the first breach to the end of the last one, once an incident, when it is over. */
  recovery: {
    name: 'incident.recovery.time',
    unit: 'Seconds',
    dimensions: [[severityDimension]],
    emitter: 'function: recovery.handler.ts',
    notRehearsed: 'a function of AWS Lambda sends it when an incident ends',
  },
} as const satisfies Record<string, EmittedMetric>;
