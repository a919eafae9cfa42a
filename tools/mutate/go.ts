/** Runs gremlins over a Go module. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../shell/scripts';
import type { Score } from './stryker';

interface Report {
  readonly files?: readonly {
    readonly file_name: string;
    readonly mutations: readonly { readonly type: string; readonly status: string; readonly line: number }[];
  }[];
}

/** @param module folder of the module, from the root */
export function mutateGo(module: string): Score {
  const gremlins = execFileSync('go', ['tool', '-n', 'gremlins'], { cwd: __dirname, encoding: 'utf8' }).trim();
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-mutate-'));
  const file = join(folder, 'report.json');
  try {
    // The coefficient bounds a mutant's run by the time of the unbroken tests: a busy machine must not count as a test.
    const args = ['unleash', '--output', file, '--timeout-coefficient', '20', '.'];
    const { status } = spawnSync(gremlins, args, { cwd: join(root, module), stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error(`gremlins ended with ${status}.`);
    const { files = [] } = JSON.parse(readFileSync(file, 'utf8')) as Report;
    const mutants = files.flatMap(({ file_name, mutations }) => mutations.map((one) => ({ ...one, file: file_name })));
    const noticed = mutants.filter(({ status }) => status === 'KILLED' || status === 'TIMED OUT');
    const survivors = mutants
      .filter(({ status }) => status === 'LIVED' || status === 'NOT COVERED')
      .map(({ file, line, type, status }) => ({
        at: `${module}/${file}:${line}`,
        change: `${type}${status === 'NOT COVERED' ? ', runs in no test' : ''}`,
      }));
    return { folder: module, noticed: noticed.length, all: noticed.length + survivors.length, survivors };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
