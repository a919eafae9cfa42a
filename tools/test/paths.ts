/** Which runner a path belongs to. */
import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import type { Python } from '../../harness/python/environment';
import { type Part, root } from './part';
import { goTest, jestTests, pytest } from './runners';

/** Folder of the Go module that a path is in. */
function moduleOf(path: string): string | undefined {
  for (let folder = path; folder !== '.' && folder !== '/'; folder = dirname(folder)) {
    if (existsSync(join(root, folder, 'go.mod'))) return folder;
  }
  return undefined;
}

/** Jest takes regular expressions. */
const pattern = (path: string): string => `^${join(root, path).replace(/[.+$()[\]{}|^?*]/g, '\\$&')}(/|$)`;

type Runner = 'jest' | 'related' | 'go' | 'pytest';

/**
 * The runner of a path from the root: tests of TypeScript and Go, of Python by file, folder or `file::test`; a source file
 * of TypeScript stands for the tests that import it.
 *
 * @throws Error where there is no such file, or nothing runs it
 */
export function runnerOf(path: string): Runner {
  const [file = ''] = path.split('::');
  const where = join(root, file);
  if (!existsSync(where))
    throw new Error(`${path}: there is no such file or folder. Use a path from the repository's root.`);
  if (moduleOf(file) && (statSync(where).isDirectory() || extname(file) === '.go')) return 'go';
  if (/^(python|harness\/python)(\/|$)/.test(file) && (statSync(where).isDirectory() || extname(file) === '.py'))
    return 'pytest';
  if (/^test(\/|$)/.test(file)) return 'jest';
  if (extname(file) === '.ts') return 'related';
  throw new Error(
    `${path}: no runner is known for it. Use a file or folder of test/ (Jest), of python/ or harness/python/ (pytest) or of a Go module, or a source file of TypeScript.`,
  );
}

/**
 * The parts that run some paths and nothing else.
 *
 * @param paths from the repository's root
 * @param name only tests of this name
 * @param python prepares the packages, where a path needs them
 */
export async function partsOf(
  paths: readonly string[],
  name: string | undefined,
  python: () => Promise<Python>,
): Promise<Part[]> {
  const routed = paths.map((path) => path.replace(/\/$/, '')).map((path) => ({ path, runner: runnerOf(path) }));
  const of = (wanted: Runner): string[] => routed.filter(({ runner }) => runner === wanted).map(({ path }) => path);
  const parts: Part[] = [];
  const named = (option: string): string[] => (name ? [option, name] : []);
  const files = of('jest');
  if (files.length > 0) parts.push(jestTests('jest', [...files.map(pattern), ...named('-t')]));
  const sources = of('related');
  if (sources.length > 0)
    parts.push(
      jestTests('jest of what imports it', [
        '--maxWorkers',
        `${availableParallelism()}`,
        '--findRelatedTests',
        ...sources,
        ...named('-t'),
      ]),
    );
  for (const path of of('go')) {
    const module = moduleOf(path)!;
    const inside = relative(module, statSync(join(root, path)).isDirectory() ? path : dirname(path));
    parts.push(goTest(module, [...named('-run'), inside ? `./${inside}/...` : './...']));
  }
  const tests = of('pytest');
  if (tests.length > 0) {
    const { bin } = await python();
    // One run for each: their conftest files bear the same name.
    for (const path of tests) parts.push(pytest(bin, [...named('-k'), path]));
  }
  return parts;
}
