/**
 * `npm test`: prepares what the tests need (a first run builds the collector and fetches OpenSearch and Python packages),
 * then runs formatters, linters, type checkers, go test, Jest and pytest beside each other, and ends with one line:
 * `N passed, N failed`.
 */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareOpenSearch } from '../../harness/opensearch-node/prepare';
import { preparePython } from '../../harness/python/environment';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { cacheDirectory } from '../../lib/common/cache';
import { command } from '../command';
import { type Done, runLanes } from './lanes';
import { check, type Part, root } from './part';
import { partsOf } from './paths';
import { goTest, jestTests, pytest } from './runners';
import { readSkips, skipList, unexpected } from './skips';

const otel = 'python/harbourline-otel';
const distribution = 'lib/collector/distribution';
const oldestTitle = 'the oldest OpenTelemetry';
/** Tests of how programs end and of plain functions: the release of OpenTelemetry changes nothing for them. At night they run on both. */
const withoutOpenTelemetry = ['test_doctor.py', 'test_harmless.py', 'test_settings.py', 'test_texts.py'];
const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Folders of Go modules that have tests. */
const goModules = (): string[] => [
  ...readdirSync(join(root, distribution), { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[^/]+\/go\.mod$/.test(file))
    .map((file) => join(distribution, file, '..'))
    .sort(),
  'lib/machine/agent-container',
];

/** All parts. Jest takes every core and waits for processes half of the time: two lanes of short parts run beside it. */
async function everything(): Promise<Part[][]> {
  const [python, oldest] = await Promise.all([
    preparePython(progress),
    preparePython(progress, 'oldest'),
    collectorBinary(hostTarget(), progress),
    prepareOpenSearch(progress),
  ]);
  const ruff = join(python.bin, 'ruff');
  const folders = ['python', 'rehearsal', 'harness', 'tools'];
  const mypy = ['--cache-dir', cacheDirectory('mypy'), '--config-file', `${otel}/pyproject.toml`, `${otel}/src`];
  return [
    [jestTests('jest', ['--maxWorkers', `${availableParallelism()}`])],
    [
      check('format and lint', 'npx', ['biome', 'ci', '--error-on-warnings', '--colors=off', '.']),
      check('types', 'npx', ['tsc', '--noEmit']),
      check('python: format', ruff, ['format', '--check', '--no-cache', ...folders]),
      check('python: lint', ruff, ['check', '--no-cache', ...folders]),
      check('python: types', join(python.bin, 'mypy'), mypy),
      ...goModules().map((folder) => goTest(folder)),
      pytest(python.bin, ['python/examples']),
      pytest(python.bin, ['harness/python/ledger']),
    ],
    [
      pytest(python.bin, [otel]),
      pytest(oldest.bin, [otel, ...withoutOpenTelemetry.map((file) => `--ignore=${otel}/tests/${file}`)], oldestTitle),
    ],
  ];
}

function report(done: readonly Done[]): number {
  const sum = (of: 'passed' | 'failed') => done.reduce((total, count) => total + count[of], 0);
  const skipped = done.flatMap((count) => count.skipped);
  const surprises = process.env.CI === 'true' ? unexpected(skipped, readSkips()) : [];
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
  const failed = sum('failed') + surprises.length;
  console.log(`\n${sum('passed')} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
  return failed > 0 || sum('passed') === 0 ? 1 : 0;
}

const help = `Runs formatters, linters, type checkers and all tests. Ends with one line: N passed, N failed.

npm test [-- PATH… [-t NAME] [--oldest]]
  PATH       only this: a file or folder of test/ (Jest), of python/ or harness/python/ (pytest, also file.py::test), of a
             Go module (go test); a source file of TypeScript stands for the tests that import it
  -t NAME    only tests of this name, in the files of PATH
  --oldest   with pytest: on the oldest OpenTelemetry that the package runs on, in place of the newest
  --help     this text

With CI=true a test that is skipped fails, unless ${skipList} names it with a reason.
`;

command(help, async () => {
  const { positionals, values } = parseArgs({
    options: { name: { type: 'string', short: 't' }, oldest: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  try {
    const lanes =
      positionals.length > 0
        ? [await partsOf(positionals, values.name, () => preparePython(progress, values.oldest ? 'oldest' : 'newest'))]
        : await everything();
    return report(await runLanes(lanes, lanes[0]?.[0]?.title));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    console.log('0 passed, 1 failed');
    return 1;
  }
});
