/** What a scenario may cost, and what alarms must make of it: said by the scenario, read by the judge. */
import type { Side } from './diagnosis';
import type { Evidence, LedgerEntry } from './evidence';
import { count, type Row } from './report';

/** A cost that a scenario admits, with the reason. */
export interface Cost {
  readonly atMost: number;
  readonly because: string;
}

/** What a scenario may cost. A planned event costs {@link nothing}. */
export interface Allowance {
  /** Spans that no metric counted. */
  readonly notCounted: Cost;
  /** Spans that the metrics counted beyond those that were made. */
  readonly countedTwice: Cost;
  /** Traces that had to be kept, and are missing or incomplete. */
  readonly tracesHarmed: Cost;
  /** Spans that the scenario itself made, beside those of the services. @default none */
  readonly made?: readonly LedgerEntry[];
  /** Strings in them that must not be found in the store. @default none */
  readonly planted?: readonly string[];
  /** When the fault began, ms since the epoch: the time before it stands for the hours before. @default there is none */
  readonly injectedAt?: number;
  /** What was seen on the way. */
  readonly rows: readonly Row[];
  /** What is judged when everything has come to rest. @default nothing */
  readonly atRest?: (evidence: Evidence) => readonly Row[];
}

/** What alarms must make of a scenario, by their names without the environment. */
export interface ExpectedAlarms {
  /** These notify somebody. */
  readonly notify: readonly string[];
  /** These may as well, each for its reason; no other may. @default none */
  readonly may?: Readonly<Record<string, string>>;
  /** Who is at fault, as the metrics alone must tell. @default not asked */
  readonly side?: Side;
}

const none: Cost = { atMost: 0, because: '' };
export const nothing: Allowance = { notCounted: none, countedTwice: none, tracesHarmed: none, rows: [] };

/** What is expected, or what a scenario admits instead, with its reason. */
export function permitted(usual: string, ...costs: readonly (readonly [Cost, string])[]): string {
  const admitted = costs.filter(([{ atMost }]) => atMost > 0);
  if (admitted.length === 0) return usual;
  return admitted
    .map(([{ atMost, because }, what]) => `at most ${count(atMost)}${what ? ` ${what}` : ''}: ${because}`)
    .join('; ');
}
