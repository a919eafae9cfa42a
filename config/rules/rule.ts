import type { Code } from '../errors';
import type { EnvironmentConfig } from '../schema';

/** A broken condition, at a place in the configuration. */
export interface Finding {
  readonly code: Code;
  /** Where it stands, if not in the environment's own file. */
  readonly file?: string;
  readonly path: string;
  readonly value: unknown;
  readonly why: string;
  readonly fix: string;
}

/** One condition, and the settings that it looks at: where one of them is malformed, it cannot be judged. */
export interface Rule {
  readonly reads: readonly string[];
  readonly check: (config: EnvironmentConfig) => readonly Finding[];
}

/** A rule. */
export const rule = (reads: readonly string[], check: Rule['check']): Rule => ({ reads, check });

/** A condition on one value: nothing where it holds. */
export const must = (code: Code, holds: boolean, path: string, value: unknown, why: string, fix: string): Finding[] =>
  holds ? [] : [{ code, path, value, why, fix }];
