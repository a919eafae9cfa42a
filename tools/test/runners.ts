/** Jest, go test and pytest, each with the number of its tests and the names of those that did not run. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { execute, type Part, root } from './part';

/** A program that fails without a test that failed could not even run: that counts as one. */
const atLeastOne = (code: number, failed: number): number => (code !== 0 && failed === 0 ? 1 : failed);

function reportFile(name: string): { readonly file: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-test-'));
  return { file: join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** @param args options and files of Jest */
export const jestTests = (title: string, args: readonly string[]): Part => ({
  title,
  run: async (print) => {
    const { file, remove } = reportFile('jest.json');
    const { code } = await execute('npx', ['jest', '--json', '--outputFile', file, ...args], print, {
      // What --json prints is in the file, too.
      quiet: true,
      env: {
        FORCE_COLOR: process.stdout.isTTY ? '1' : '0',
        // Synth makes much and keeps little: a young generation of the default size, 16 MiB, is swept all the time.
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=64`.trim(),
      },
    });
    if (!existsSync(file)) return { passed: 0, failed: 1, skipped: [] };
    const report = JSON.parse(readFileSync(file, 'utf8')) as JestReport;
    remove();
    return {
      passed: report.numPassedTests,
      failed: atLeastOne(code, report.numFailedTests + report.numRuntimeErrorTestSuites),
      // With -t, the tests of other names are pending: nobody asked for them.
      skipped: args.includes('-t')
        ? []
        : report.testResults.flatMap(({ name, assertionResults }) =>
            assertionResults
              .filter(({ status }) => status === 'pending' || status === 'todo')
              .map(({ fullName }) => `jest: ${relative(root, name)}: ${fullName}`),
          ),
    };
  },
});

interface GoEvent {
  readonly Action: string;
  readonly Package: string;
  readonly Test?: string;
  readonly Output?: string;
}

/** As the collector is built: nine of ten packages that tests are made of are compiled then, and are in Go's cache. */
const compiledAlike = ['-trimpath', '-tags', 'grpcnotrace'];

/** @param args options and packages, in the folder of their module */
export const goTest = (folder: string, args: readonly string[] = ['./...']): Part => ({
  title: `go test ${folder}${args.length === 1 && args[0] === './...' ? '' : ` ${args.join(' ')}`}`,
  run: async (print) => {
    const { code, stdout } = await execute('go', ['test', '-json', ...compiledAlike, ...args], print, {
      cwd: join(root, folder),
      env: { GOFLAGS: '-mod=readonly', CGO_ENABLED: '0' },
      quiet: true,
    });
    const events = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as GoEvent] : []));
    const of = (action: string) => events.filter(({ Action, Test }) => Action === action && Test);
    if (code !== 0) for (const { Output } of events) print(Output ?? '');
    return {
      passed: of('pass').length,
      failed: atLeastOne(code, of('fail').length),
      skipped: of('skip').map(({ Test }) => `go: ${folder}: ${Test}`),
    };
  },
});

/**
 * @param bin folder of the commands of a Python environment
 * @param args options, files and tests of pytest
 */
export const pytest = (bin: string | Promise<string>, args: readonly string[], title = ''): Part => ({
  title: `pytest ${args.join(' ')}${title && ` on ${title}`}`,
  run: async (print) => {
    const { file, remove } = reportFile('pytest.xml');
    const all = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...args, `--junitxml=${file}`];
    const { code } = await execute(join(await bin, 'python'), all, print);
    const report = existsSync(file) ? readFileSync(file, 'utf8') : '';
    remove();
    const suite = /<testsuite [^>]*>/.exec(report)?.[0] ?? '';
    const number = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = number('failures') + number('errors');
    const skipped = [
      ...report.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"[^>]*><skipped [^>]*message="([^"]*)"/g),
    ].map(([, where, name, why]) => `pytest: ${where}.${name}: ${why}${title && ` (${title})`}`);
    return { passed: number('tests') - failed - number('skipped'), failed: atLeastOne(code, failed), skipped };
  },
});
