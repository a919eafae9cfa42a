/**
 * Incidents: what people are paged for. One cut line breaches half a dozen alarms; it is one incident and one page.
 */
import type { DashboardName } from '../../contract/dashboards';

/** What is said of an incident. */
export interface IncidentDefinition {
  /** Heading in docs/runbook.md; the composite alarm's name is made of it. */
  readonly heading: string;
  /** What broke, and what it means for users. */
  readonly text: string;
  readonly dashboard: DashboardName;
  /**
   * An incident that says it already: while it lasts, this one is shown and pages nobody. When the line is slow, so are
   * the services in Hong Kong that wait for it; when it is cut, calls fail.
   */
  readonly consequenceOf?: 'border';
}

export const incidents = {
  border: {
    heading: 'Calls to the mainland',
    text: 'Calls from Hong Kong to the mainland are slow or fail: payments wait or are refused. The first dashboard tells line and mainland apart.',
    dashboard: 'cross-region',
  },
  hongKong: {
    heading: 'Services in Hong Kong',
    text: 'Services in Hong Kong are slow or fail, for callers on either side, and the way to the mainland is well.',
    dashboard: 'cross-region',
    consequenceOf: 'border',
  },
  link: {
    heading: 'The link',
    text: 'No path of the link is up, and no call has failed yet: the next one to the mainland will.',
    dashboard: 'link',
    consequenceOf: 'border',
  },
  tracing: {
    heading: 'Tracing',
    text: 'Tracing itself is broken: spans are lost or cannot be stored. Users notice nothing; whoever diagnoses is blind.',
    dashboard: 'pipeline',
  },
} as const satisfies Record<string, IncidentDefinition>;

export type Incident = keyof typeof incidents;
