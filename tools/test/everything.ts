/** What `npm test` runs without a path: formatters, linters, type checkers and all tests, in lanes beside each other. */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { prepareOpenSearch } from '../../harness/opensearch-node/prepare';
import { preparePython } from '../../harness/python/environment';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { cacheDirectory } from '../../lib/common/cache';
import { check, type Part, root } from './part';
import { goTest, jestTests, pytest } from './runners';

const otel = 'python/harbourline-otel';
const distribution = 'lib/collector/distribution';
const oldestTitle = 'the oldest OpenTelemetry';
/** Tests of how programs end and of plain functions: the release of OpenTelemetry changes nothing for them. At night they run on both. */
const withoutOpenTelemetry = ['test_doctor.py', 'test_harmless.py', 'test_settings.py', 'test_texts.py'];

/**
 * Tests that go through all of something, most of which a change leaves alone: each night of alarms, setting, patch and edit under
 * review, call of AWS, day-two change, hold and erasure. They take long; CI runs them for each change.
 */
export const sweeps = [
  'test/observe/nights/nights.test.ts',
  'test/organisation.test.ts',
  'test/review/default-deny.test.ts',
  'test/review/patches.test.ts',
  'test/store/kept-on-a-node.test.ts',
  'test/tools/calls.test.ts',
  'test/tools/compliance.test.ts',
  'test/tools/day-two.test.ts',
] as const;

/** Folders of Go modules that have tests. */
const goModules = (): string[] => [
  ...readdirSync(join(root, distribution), { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[^/]+\/go\.mod$/.test(file))
    .map((file) => join(distribution, file, '..'))
    .sort(),
  'lib/machine/agent-container',
];

/** Lanes, and what is not in them though CI runs it: commands by what they are for. */
export interface Everything {
  readonly lanes: readonly (readonly Part[])[];
  readonly leftOut: Readonly<Record<string, string>>;
}

/**
 * All parts. Jest takes every core and waits for processes half of the time: two lanes of short parts run beside it.
 *
 * @param inCi with {@link sweeps}, and with the tests of Python once more, on the oldest release: minutes that few changes need
 */
export async function everything(inCi: boolean, progress: (line: string) => void): Promise<Everything> {
  const [python, oldest] = await Promise.all([
    preparePython(progress),
    inCi ? preparePython(progress, 'oldest') : undefined,
    collectorBinary(hostTarget(), progress),
    prepareOpenSearch(progress),
  ]);
  const ruff = join(python.bin, 'ruff');
  const folders = ['python', 'rehearsal', 'harness', 'tools'];
  const mypy = ['--cache-dir', cacheDirectory('mypy'), '--config-file', `${otel}/pyproject.toml`, `${otel}/src`];
  const lanes = [
    [jestTests('jest', ['--maxWorkers', `${availableParallelism()}`, ...(inCi ? [] : without(sweeps))])],
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
    [pytest(python.bin, [otel]), ...(oldest ? [onTheOldest(oldest.bin)] : [])],
  ];
  const leftOut: Everything['leftOut'] = oldest
    ? {}
    : {
        [`pytest on ${oldestTitle}`]: `npm test -- ${otel} --oldest`,
        [`${sweeps.length} sweeps`]: `npm test -- ${sweeps.join(' ')}`,
      };
  return { lanes, leftOut };
}

const without = (files: readonly string[]): string[] => [
  '--testPathIgnorePatterns',
  ...files.map((file) => `/${file}$`),
];

const onTheOldest = (bin: string): Part =>
  pytest(bin, [otel, ...withoutOpenTelemetry.map((file) => `--ignore=${otel}/tests/${file}`)], oldestTitle);
