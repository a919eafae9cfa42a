/** Runs mutmut over the Python package, in a copy. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preparePython } from '../../harness/python/environment';
import { root } from '../shell/scripts';
import type { Score } from './stryker';

/** @param folder the package's folder, from the root; what is mutated and by what stands in its pyproject.toml */
export async function mutatePython(folder: string): Promise<Score> {
  const { bin } = await preparePython((line) => console.error(line), 'newest', [join(__dirname, 'requirements.lock')]);
  const copy = mkdtempSync(join(tmpdir(), 'harbourline-mutate-'));
  try {
    cpSync(join(root, folder), copy, { recursive: true });
    // Before the installed package, which Python imports at its start.
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, PYTHONPATH: join(copy, 'mutants', 'src') };
    const { status } = spawnSync(join(bin, 'mutmut'), ['run'], { cwd: copy, env, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error(`mutmut ended with ${status}.`);
    const { stdout } = spawnSync(join(bin, 'mutmut'), ['results', '--all', 'true'], {
      cwd: copy,
      env,
      encoding: 'utf8',
    });
    return { folder, ...tally(stdout) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Reads lines such as `harbourline_otel.scrub.x_mask__mutmut_3: survived`. */
function tally(results: string): Omit<Score, 'folder'> {
  const mutants = [...results.matchAll(/^\s*(\S+): (killed|timeout|survived|no tests|suspicious)$/gm)];
  const survivors = mutants.filter(([, , status]) => status === 'survived' || status === 'no tests');
  return {
    noticed: mutants.length - survivors.length,
    all: mutants.length,
    survivors: survivors.map(([, name = '', status = '']) => ({ at: name, change: status })),
  };
}
