/** Tests that may be skipped where CI runs them, each with its reason. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from './part';

/** A line of `.ci/may-skip.yaml`. */
export interface MaySkip {
  /** Beginning of a skipped test's line, as `npm test` prints it. */
  readonly test: string;
  readonly because: string;
}

export const skipList = '.ci/may-skip.yaml';

/** @throws Error where a line has no reason */
export function readSkips(text = readFileSync(join(root, skipList), 'utf8')): MaySkip[] {
  const lines = (parse(text) ?? []) as MaySkip[];
  for (const { test, because } of lines) {
    if (!test || !because || because.length < 15)
      throw new Error(`${skipList} › ${test}: say why, in a sentence (because).`);
  }
  return lines;
}

/** Skipped tests that no line of the list names. */
export const unexpected = (skipped: readonly string[], list: readonly MaySkip[]): string[] =>
  skipped.filter((line) => !list.some(({ test }) => line.startsWith(test)));
