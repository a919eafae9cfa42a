/** `npm run mutate`: see `--help`. */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { root } from '../shell/scripts';
import { areas, goModules, pythonPackage } from './areas';
import { mutateGo } from './go';
import { mutateNamed } from './named';
import { mutatePython } from './python';
import { mutate, type Score } from './stryker';

const all = ['named', ...Object.keys(areas), 'go', 'python'];

const help = `Breaks code in small ways, one at a time, and counts the changes that tests notice: Stryker for TypeScript, gremlins
for Go, mutmut for Python; and those of tools/mutate/named.yaml, each of which has its test. Prints every change that survived,
and the score by folder; fails below an area's least score.

npm run mutate [-- options] [AREA…]
  AREA         ${all.join(', ')} (default: all)
  --quick      only files that differ from --base: minutes instead of hours
  --base REF   commit to compare with (default main)
  --help       this text
`;

/** Files of the working tree that differ from a commit. */
const changed = (base: string): string[] =>
  execFileSync('git', ['diff', '--name-only', '--diff-filter=d', base], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

/** Files of an area, as git sees its globs. */
const filesOf = (globs: readonly string[]): string[] =>
  execFileSync('git', ['ls-files', '--', ...globs.flatMap(expand).map((glob) => `:(glob)${glob}`)], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter(Boolean);

/** git knows no {a,b}. */
function expand(glob: string): string[] {
  const [, before = '', list, after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(glob) ?? [];
  return list === undefined ? [glob] : list.split(',').map((one) => `${before}${one}${after}`);
}

const percent = ({ noticed, all }: { noticed: number; all: number }): number =>
  all === 0 ? 100 : (100 * noticed) / all;

command(help, async () => {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, base: { type: 'string', default: 'main' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`There is no area ${unknown.join(', ')}. There are: ${all.join(', ')}.`);
  const touched = values.quick ? changed(values.base) : undefined;
  const concerned = (files: readonly string[]) => files.filter((file) => touched?.includes(file) ?? true);
  const rows: string[] = [];
  const failures: string[] = [];
  const report = (name: string, scores: readonly Score[], least: number): void => {
    for (const { survivors } of scores)
      for (const { at, change } of survivors) console.log(`survived  ${at}  ${change}`);
    for (const score of scores)
      rows.push(`${percent(score).toFixed(0).padStart(4)} %  ${score.noticed} of ${score.all}  ${score.folder}`);
    const sum = scores.reduce((to, { noticed, all }) => ({ noticed: to.noticed + noticed, all: to.all + all }), {
      noticed: 0,
      all: 0,
    });
    if (percent(sum) < least)
      failures.push(`${name}: ${percent(sum).toFixed(0)} % noticed, at least ${least} % are asked for`);
  };
  for (const name of positionals.length > 0 ? positionals : all) {
    const area = areas[name];
    if (name === 'named') {
      report(name, [mutateNamed(touched)], 100);
    } else if (area) {
      const files = concerned(filesOf(area.code));
      if (files.length > 0) report(name, mutate(area, files), values.quick ? 0 : area.least);
    } else if (name === 'go') {
      for (const module of goModules)
        if (concerned(filesOf([`${module}/*.go`])).length > 0) report(module, [mutateGo(module)], 50);
    } else if (concerned(filesOf([`${pythonPackage}/src/**/*.py`])).length > 0) {
      report(name, [await mutatePython(pythonPackage)], values.quick ? 0 : 50);
    }
  }
  console.log(`\n${rows.join('\n') || 'Nothing of what is mutated has changed.'}`);
  for (const failure of failures) console.log(`Missed: ${failure}`);
  return failures.length > 0 ? 1 : 0;
});
