/** What may happen to the line while payments are made, and what it may cost. */
import type { EnvironmentConfig } from '../../config/schema';
import type { Side } from '../judge/diagnosis';
import type { Evidence } from '../judge/evidence';
import type { Row } from '../judge/report';
import type { Distance } from '../stage/link/path';
import type { LedgerEntry } from '../stage/services/ledger';
import type { Stage } from '../stage/stage';

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
  /** What alarms should say of it. @default they are reported, not judged */
  readonly alarms?: ExpectedAlarms;
  /** What was seen on the way. */
  readonly lines: readonly Row[];
  /** What is judged when everything has come to rest. @default nothing */
  readonly atRest?: (evidence: Evidence) => readonly Row[];
}

/** What alarms should say of a scenario. */
export interface ExpectedAlarms {
  /** Names of those that tell somebody, without the environment: these, and no others. */
  readonly told: readonly string[];
  /** When the fault began, ms since the epoch. @default there is none */
  readonly injectedAt?: number;
  /** Who is at fault, as {@link diagnose} should say. @default nobody */
  readonly side?: Side;
}

const none: Cost = { atMost: 0, because: '' };
export const nothing: Allowance = { notCounted: none, countedTwice: none, tracesHarmed: none, lines: [] };

/** The scenario's view of the clock. */
export interface Watch {
  /** How long payments are made. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** Resolves when a share of the payments' time has passed: `at(0.25)`. */
  readonly at: (share: number) => Promise<void>;
}

export interface Scenario {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** Payments a second. @default 12 */
  readonly ratePerSecond?: number;
  /** How long to pay. @default 60 */
  readonly seconds?: number;
  /** What the environment must have for it, before it is synthesised. @default as it is */
  readonly configure?: (config: EnvironmentConfig) => Promise<EnvironmentConfig>;
  /** The sides are joined by the link, this long and lossy, in a network of the rehearsal's own. @default on loopback */
  readonly distance?: Distance;
  /** Happens beside the payments. */
  readonly during?: (stage: Stage, watch: Watch) => Promise<Allowance>;
}
