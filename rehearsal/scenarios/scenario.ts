/** What may happen to the line while payments are made. */
import type { EnvironmentConfig } from '../../config/schema';
import type { Allowance, ExpectedAlarms } from '../judge/evidence';
import type { Distance } from '../stage/link/path';
import type { Stage } from '../stage/stage';

export { nothing } from '../judge/allowance';
export type { Allowance } from '../judge/evidence';

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
  /** For how long the payment service makes no calls after some without an answer. @default it has no circuit breaker */
  readonly breakerSeconds?: number;
  /** What alarms must make of it: no scenario is silent about them. */
  readonly alarms: ExpectedAlarms;
  /** Happens beside the payments. @default nothing happens */
  readonly during?: (stage: Stage, watch: Watch) => Promise<Allowance>;
}
