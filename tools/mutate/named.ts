/** Changes that somebody found to survive: each is made by itself, in a copy, and the test beside it must fail. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root, tracked } from '../shell/scripts';
import type { Score } from './stryker';

/** A line of `named.yaml`. */
interface NamedMutant {
  /** What is broken, as a sentence would say it. */
  readonly what: string;
  readonly file: string;
  /** Text that the file holds once, and what takes its place. */
  readonly from: string;
  readonly to: string;
  /** Path for `npm test --` that fails then. */
  readonly test: string;
}

const list = 'tools/mutate/named.yaml';

/** @throws Error with every line whose text is not in its file exactly once: the code has moved on, the line must follow */
export function namedMutants(): NamedMutant[] {
  const mutants = parse(readFileSync(join(root, list), 'utf8')) as NamedMutant[];
  const lost = mutants.flatMap(({ what, file, from }) => {
    const times = readFileSync(join(root, file), 'utf8').split(from).length - 1;
    return times === 1 ? [] : [`${what}: ${file} holds ${JSON.stringify(from)} ${times} times, not once`];
  });
  if (lost.length > 0) throw new Error(`${list}:\n- ${lost.join('\n- ')}`);
  return mutants;
}

/** @param touched only those in these files. @default all */
export function mutateNamed(touched?: readonly string[]): Score {
  const mutants = namedMutants().filter(({ file }) => touched?.includes(file) ?? true);
  const copy = mkdtempSync(join(tmpdir(), 'harbourline-mutate-'));
  const passes = (test: string): boolean =>
    spawnSync('npx', ['tsx', 'tools/test/main.ts', test], { cwd: copy, stdio: ['ignore', 2, 2] }).status === 0;
  try {
    for (const file of tracked()) cpSync(join(root, file), join(copy, file));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    // A test that fails anyway proves nothing.
    const broken = [...new Set(mutants.map(({ test }) => test))].filter((test) => !passes(test));
    if (broken.length > 0) throw new Error(`Fails before anything is changed: ${broken.join(', ')}`);
    const survivors = mutants.filter(({ file, from, to, test }) => {
      const text = readFileSync(join(root, file), 'utf8');
      writeFileSync(
        join(copy, file),
        text.replace(from, () => to),
      );
      const survived = passes(test);
      writeFileSync(join(copy, file), text);
      return survived;
    });
    return {
      folder: list,
      noticed: mutants.length - survivors.length,
      all: mutants.length,
      survivors: survivors.map(({ file, what, test }) => ({ at: file, change: `${what} (${test} passes)` })),
    };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
