/** What `npm test` runs without a path: formatters, linters, type checkers and all tests, in lanes beside each other. */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { prepareOpenSearch } from '../../harness/opensearch-node/prepare';
import { type Python, preparePython } from '../../harness/python/environment';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { cacheDirectory } from '../../lib/common/cache';
import { after, awaitedLater, check, type Part, root } from './part';
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

/** What tests need beside the packages of npm: each as it gets ready. */
export interface Preparation {
  readonly python: Promise<Python>;
  /** The oldest OpenTelemetry. @default not needed */
  readonly oldest?: Promise<Python> | undefined;
  readonly collector: Promise<unknown>;
  readonly store: Promise<unknown>;
  /** Whether something has to be fetched or built first: minutes. */
  readonly takesLong: boolean;
}

/** Begins to prepare all of it at once. @throws Refusal where this machine lacks a tool that it takes */
export async function prepare(inCi: boolean, progress: (line: string) => void): Promise<Preparation> {
  let began = (): void => {};
  // After what is refused at once.
  const long = new Promise<true>((resolve) => (began = () => setImmediate(resolve, true)));
  const say = (line: string): void => {
    began();
    progress(line);
  };
  const python = preparePython(say);
  const oldest = inCi ? preparePython(say, 'oldest') : undefined;
  const store = prepareOpenSearch(say);
  const collector = collectorBinary(hostTarget(), say);
  const all = Promise.all([python, oldest, store, collector]).then(() => false);
  return { python, oldest, collector, store, takesLong: await Promise.race([all, long]) };
}

/**
 * Tests of Jest that start collectors, nodes of OpenSearch or Python, by folder and beginning of their names. The others need
 * not wait for a first build.
 */
export const ofWhatIsPrepared = [
  'test/collector/',
  'test/harness/',
  'test/link/(probe|relay)',
  'test/rehearsal/stage/services',
  'test/store/.*on-a-node',
  'test/tools/test/skipped',
  'test/tools/trace-readers',
] as const;

/** Jest in one run; in two where its last part waits for what is prepared. */
function jestParts(leftOut: readonly string[], { collector, store, python, takesLong }: Preparation): Part[] {
  // One more than cores: tests that wait for a process or for time hold a worker, and no core.
  const workers = ['--maxWorkers', `${availableParallelism() + 1}`];
  const ignored = (...patterns: string[]) => (patterns.length > 0 ? ['--testPathIgnorePatterns', ...patterns] : []);
  const swept = leftOut.map((file) => `/${file}$`);
  if (!takesLong) return [jestTests('jest', [...workers, ...ignored(...swept)])];
  const waiting = ofWhatIsPrepared.map((start) => `/${start}`);
  return [
    jestTests('jest', [...workers, ...ignored(...swept, ...waiting)]),
    after(
      Promise.all([collector, store, python]),
      jestTests('jest of what was prepared', [...workers, ...ignored(...swept), '--testPathPatterns', ...waiting]),
    ),
  ];
}

/**
 * All parts. Jest takes every core and waits for processes half of the time: two lanes of short parts run beside it.
 *
 * @param inCi with {@link sweeps}, and with the tests of Python once more, on the oldest release: minutes that few changes need
 */
export function everything(inCi: boolean, preparation: Preparation): Everything {
  const { python, oldest, collector } = preparation;
  const binOf = (environment: Promise<Python>) => awaitedLater(environment.then(({ bin }) => bin));
  const bin = binOf(python);
  const of = (command: string) => awaitedLater(bin.then((folder) => join(folder, command)));
  const folders = ['python', 'rehearsal', 'harness', 'tools'];
  const mypy = ['--cache-dir', cacheDirectory('mypy'), '--config-file', `${otel}/pyproject.toml`, `${otel}/src`];
  const lanes = [
    jestParts(inCi ? [] : sweeps, preparation),
    [
      check('format and lint', 'npx', ['biome', 'ci', '--error-on-warnings', '--colors=off', '.']),
      check('types', 'npx', ['tsc', '--noEmit']),
      check('python: format', of('ruff'), ['format', '--check', '--no-cache', ...folders]),
      check('python: lint', of('ruff'), ['check', '--no-cache', ...folders]),
      check('python: types', of('mypy'), mypy),
      pytest(bin, ['python/examples']),
      pytest(bin, ['harness/python/ledger']),
      // Made of packages that the collector's build has compiled.
      ...goModules().map((folder) => after(collector, goTest(folder))),
    ],
    [pytest(bin, [otel]), ...(oldest ? [onTheOldest(binOf(oldest))] : [])],
  ];
  const leftOut: Everything['leftOut'] = inCi
    ? {}
    : {
        [`pytest on ${oldestTitle}`]: `npm test -- ${otel} --oldest`,
        [`${sweeps.length} sweeps`]: `npm test -- ${sweeps.join(' ')}`,
      };
  return { lanes, leftOut };
}

const onTheOldest = (bin: Promise<string>): Part =>
  pytest(bin, [otel, ...withoutOpenTelemetry.map((file) => `--ignore=${otel}/tests/${file}`)], oldestTitle);
