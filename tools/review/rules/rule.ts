import type { Comparison } from '../changes';

/** danger: data, access or a peer's configuration is at stake. caution: look twice. note: good to know. */
export type Severity = 'danger' | 'caution' | 'note';

export const severities: readonly Severity[] = ['danger', 'caution', 'note'];

/** What a rule found at one place. */
export interface Hit {
  /** `Store/DomainA1B2C3`: stack and logical id. */
  readonly at: string;
  /** What changes, with the old value and the new one: an acceptance holds for exactly this. */
  readonly what: string;
}

/** A kind of change that reviewers must not miss. */
export interface ReviewRule {
  readonly id: string;
  readonly severity: Severity;
  /** What such a change does, and what it costs in downtime. */
  readonly effect: string;
  /** Where that is written. */
  readonly source: string;
  find(comparison: Comparison): readonly Hit[];
}
