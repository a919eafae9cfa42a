/**
 * `npm test`: runs formatters, linters, type checkers, go test, Jest and pytest beside each other, and ends with one line:
 * `N passed, N failed`. A first run builds the collector and fetches OpenSearch and Python packages meanwhile: what needs
 * none of them does not wait.
 */
import { parseArgs } from 'node:util';
import { preparePython } from '../../harness/python/environment';
import { command } from '../command';
import { everything, prepare } from './everything';
import { type Done, runLanes } from './lanes';
import { partsOf } from './paths';
import { readSkips, skipList, unexpected } from './skips';

const inCi = process.env.CI === 'true';
const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function report(done: readonly Done[], leftOut: Readonly<Record<string, string>>): number {
  const sum = (of: 'passed' | 'failed') => done.reduce((total, count) => total + count[of], 0);
  const skipped = done.flatMap((count) => count.skipped);
  const surprises = inCi ? unexpected(skipped, readSkips()) : [];
  console.log('');
  for (const { title, seconds, passed, failed } of done)
    console.log(
      `${seconds.toFixed(1).padStart(7)} s  ${failed > 0 ? 'FAIL' : 'ok  '}  ${title}: ${passed} passed${failed ? `, ${failed} failed` : ''}`,
    );
  if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((line) => `  ${line}`).join('\n')}`);
  if (surprises.length > 0) {
    console.log(
      `\nFAIL: ${surprises.length} tests were skipped that CI must run, for ${skipList} does not name them:\n${surprises.map((line) => `  ${line}`).join('\n')}\nInstall what they need (.ci/run does), or add a line with the reason.`,
    );
  }
  for (const [what, how] of Object.entries(leftOut)) console.log(`\nLeft to CI: ${what}. Here: ${how}`);
  const failed = sum('failed') + surprises.length;
  console.log(`\n${sum('passed')} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
  return failed > 0 || sum('passed') === 0 ? 1 : 0;
}

const help = `Runs formatters, linters, type checkers and all tests. Ends with one line: N passed, N failed.

npm test [-- PATH… [-t NAME] [--oldest]]
  PATH       only this: a file or folder of test/ (Jest), of python/ or harness/python/ (pytest, also file.py::test), of a
             Go module (go test); a source file of TypeScript stands for the tests that import it
  -t NAME    only tests of this name, in the files of PATH
  --oldest   with pytest: on the oldest OpenTelemetry that the package runs on, instead of the newest
  --help     this text

With CI=true the tests of Python run on the oldest OpenTelemetry, too, and a test that is skipped fails, unless ${skipList}
names it with a reason.
`;

command(help, async () => {
  const { positionals, values } = parseArgs({
    options: { name: { type: 'string', short: 't' }, oldest: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  try {
    const python = () => preparePython(progress, values.oldest ? 'oldest' : 'newest');
    const { lanes, leftOut } =
      positionals.length > 0
        ? { lanes: [await partsOf(positionals, values.name, python)], leftOut: {} }
        : everything(inCi, await prepare(inCi, progress));
    return report(await runLanes(lanes, lanes[0]?.[0]?.title), leftOut);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    console.log('0 passed, 1 failed');
    return 1;
  }
});
