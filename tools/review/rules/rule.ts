import type { Part } from '../canonical';
import type { Change, Comparison, Resource } from '../changes';

/** danger: data, access or a peer's configuration is at stake. caution: look twice. note: good to know. */
export type Severity = 'danger' | 'caution' | 'note';

export const severities: readonly Severity[] = ['danger', 'caution', 'note'];

/** What reviewers ask first: each rule answers one of these. */
export const questions = {
  lost: 'Is anything replaced, removed or deleted earlier?',
  access: 'Who may do more?',
  leaves: 'What may leave, or come in, that did not?',
  root: 'What else runs on the machines?',
  guarded: 'Is data less protected, on its way or at rest?',
  noticed: 'Is anything noticed less, or sent to others?',
  works: 'May something that works stop working, or hold less?',
  judge: 'Does the change touch what judges it?',
  unjudged: 'What has no rule looked at?',
} as const;

type Question = keyof typeof questions;

/** What a rule found at one place. */
export interface Hit {
  /** `Store/DomainA1B2C3`: stack and logical id. */
  readonly at: string;
  /** What changes, with the old value and the new one: an acceptance holds for exactly this. */
  readonly what: string;
  /** The parts of the change that this speaks of, by the beginnings of their paths. What no rule speaks of is unjudged. */
  readonly of?: readonly string[];
}

/** A kind of change that reviewers must not miss. */
export interface ReviewRule {
  readonly id: string;
  readonly severity: Severity;
  readonly asks: Question;
  /** What such a change does, and what it costs in downtime. */
  readonly effect: string;
  /** Where that is written. */
  readonly source: string;
  find(comparison: Comparison): readonly Hit[];
  /**
   * The parts that the rule, with the others of its file, reads whole: where none of them finds anything nothing has
   * changed that means something to AWS. Only for what is compared in both directions, and only where all of it was understood:
   * what was passed over is nobody's, and so unjudged.
   */
  readonly reads?: (part: Part, change: Change) => boolean;
}

/** Is the path beneath one of these, or one itself? */
export const beneath = (path: string, above: string): boolean =>
  path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);

/** Does something hold of a resource before and after, as far as it is there? */
export const both = ({ before, after }: Change, holds: (resource: Resource) => boolean): boolean =>
  [before, after].every((resource) => resource === undefined || holds(resource));

/** A rule over changed resources that are there before and after: one hit for each sentence. */
export const onChanges =
  (wanted: RegExp, find: (change: Required<Change>) => readonly Omit<Hit, 'at'>[]) =>
  ({ changes }: Comparison): Hit[] =>
    changes
      .filter((change): change is Required<Change> => wanted.test(change.type) && !!change.before && !!change.after)
      .flatMap((change) => find(change).map((hit) => ({ at: `${change.stack}/${change.id}`, ...hit })));
