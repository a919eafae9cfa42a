/** Names that the VPC looks up. */
import type { EmittedMetric } from './metric';

export const dnsMetrics = {
  /** Queries for names that are neither AWS's nor listed: they were answered as if the name did not exist. */
  refused: {
    name: 'dns.queries.refused',
    unit: 'Count',
    dimensions: [[]],
    emitter: 'log of queries of the VPC',
    onlyWhen: 'somebody looks up what is not listed',
    notRehearsed: "a rehearsal has no resolver of AWS's",
  },
} as const satisfies Record<string, EmittedMetric>;
