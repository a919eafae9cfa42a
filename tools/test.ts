/**
 * `npm test`: prepares what the tests need (a first run builds the collector and fetches OpenSearch and Python packages),
 * then runs formatter, linter, type checker, go test, Jest and pytest, and ends with one line: `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareOpenSearch } from '../harness/opensearch-node/prepare';
import { preparePython } from '../harness/python/environment';
import { collectorBinary, hostTarget } from '../lib/collector/distribution/build';
import { cacheDirectory } from '../lib/common/cache';
import { command } from './command';

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const root = join(__dirname, '..');
const otel = 'python/harbourline-otel';
const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function run(title: string, command: string, args: readonly string[]): Promise<number> {
  console.log(`\n── ${title}`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}

const check = async (title: string, command: string, args: readonly string[]): Promise<Count> => {
  const failed = (await run(title, command, args)) === 0 ? 0 : 1;
  return { passed: 1 - failed, failed, skipped: 0 };
};

/** A suite that could not even run counts as failed: its tests are not in the report. */
async function jest(report: string, files: readonly string[]): Promise<Count> {
  const code = await run('jest', 'npx', ['jest', '--json', '--outputFile', report, ...files]);
  const result = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;
  const failed = (result.numFailedTests ?? 0) + (result.numRuntimeErrorTestSuites ?? 0);
  return {
    passed: result.numPassedTests ?? 0,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: result.numPendingTests ?? 0,
  };
}

/** Counts the tests of a Go module; a module that does not compile counts as failed. */
async function goTest(folder: string): Promise<Count> {
  console.log(`\n── go test ${folder}`);
  const { stdout, status } = spawnSync('go', ['test', '-json', './...'], {
    cwd: join(root, folder),
    env: { ...process.env, GOFLAGS: '-mod=readonly' },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const events = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const count = (action: string): number => events.filter((event) => event.Action === action && event.Test).length;
  const failed = count('fail');
  if (status !== 0) for (const { Output } of events) process.stdout.write(Output ?? '');
  console.log(`${count('pass')} passed`);
  return { passed: count('pass'), failed: status !== 0 && failed === 0 ? 1 : failed, skipped: count('skip') };
}

async function pytest(bin: string, folder: string, report: string, title = ''): Promise<Count> {
  const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', folder, `--junitxml=${report}`];
  const code = await run(`pytest ${folder}${title && ` on ${title}`}`, join(bin, 'python'), args);
  const suite = /<testsuite [^>]*>/.exec(readFileSync(report, 'utf8'))?.[0] ?? '';
  const number = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  const skipped = number('skipped');
  return { passed: number('tests') - failed - skipped, failed: code !== 0 && failed === 0 ? 1 : failed, skipped };
}

async function main(files: readonly string[]): Promise<void> {
  const [python, oldest] = await Promise.all([
    preparePython(progress),
    preparePython(progress, 'oldest'),
    collectorBinary(hostTarget(), progress),
    prepareOpenSearch(progress),
  ]);
  const scratch = mkdtempSync(join(tmpdir(), 'harbourline-test-'));
  const counts = [
    await check('format and lint', 'npx', ['biome', 'ci', '--error-on-warnings', '--colors=off', '.']),
    await check('python: format', join(python.bin, 'ruff'), [
      'format',
      '--check',
      '--no-cache',
      'python',
      'harness',
      'rehearsal',
      'tools',
    ]),
    await check('python: lint', join(python.bin, 'ruff'), [
      'check',
      '--no-cache',
      'python',
      'harness',
      'rehearsal',
      'tools',
    ]),
    await check('python: types', join(python.bin, 'mypy'), [
      ...['--cache-dir', cacheDirectory('mypy'), '--config-file', `${otel}/pyproject.toml`, `${otel}/src`],
    ]),
    await check('types', 'npx', ['tsc', '--noEmit']),
    await goTest('lib/collector/distribution/environmentprocessor'),
    await goTest('lib/collector/distribution/redactionprocessor'),
    await goTest('lib/collector/distribution/aggregatesprocessor'),
    await jest(join(scratch, 'jest.json'), files),
    await pytest(python.bin, otel, join(scratch, 'otel.xml')),
    await pytest(oldest.bin, otel, join(scratch, 'otel-oldest.xml'), 'the oldest OpenTelemetry'),
    await pytest(python.bin, 'python/examples', join(scratch, 'examples.xml')),
    await pytest(python.bin, 'harness/python/ledger', join(scratch, 'ledger.xml')),
  ];
  rmSync(scratch, { recursive: true, force: true });
  const sum = (part: keyof Count): number => counts.reduce((total, count) => total + count[part], 0);
  const skipped = sum('skipped');
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}

const help = `Runs formatter, linter, type checker and all tests. Ends with one line: N passed, N failed.

npm test [-- FILE…]
  FILE     only these test files of Jest, by a part of their path; the rest runs all the same
  --help   this text
`;

command(help, async () => {
  const { positionals } = parseArgs({ options: {}, allowPositionals: true });
  await main(positionals).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    console.log('0 passed, 1 failed');
    process.exitCode = 1;
  });
});
