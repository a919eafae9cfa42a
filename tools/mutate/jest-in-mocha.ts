/**
 * What tests of Jest find in it, under Mocha: its matchers (of snapshots those of errors), `test`, `each` and the names of its hooks. Stryker runs tests of Mocha in one
 * process that holds all mutants and switches one on at a time: milliseconds each. Under Jest everything is loaded anew for
 * each, which takes seconds.
 */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { basename, dirname, join } from 'node:path';
import { expect } from 'expect';
import { bind } from 'jest-each';

type Body = () => unknown;

interface Mocha {
  describe(title: string, body: Body): unknown;
  it(title: string, body: Body): unknown;
  before(body: Body): unknown;
  after(body: Body): unknown;
}

// Mocha puts its functions there when it loads a test file, which is after this one.
const mocha = globalThis as unknown as Mocha;
/** Test file that is loaded, and the one of the test that runs. */
let [loaded, running] = ['', ''];
const test = (title: string, body: Body) => {
  const file = loaded;
  mocha.it(title, () => {
    running = file;
    return body();
  });
};

/** Snapshots of a test file, by name. */
function snapshotsOf(file: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(dirname(file), '__snapshots__', `${basename(file)}.snap`), 'utf8');
  const snapshots = {};
  // A snapshot file is a program that fills `exports`.
  new Function('exports', text)(snapshots);
  return snapshots;
}

expect.extend({
  toThrowErrorMatchingSnapshot(run: Body) {
    try {
      run();
    } catch (error) {
      const known = Object.values(snapshotsOf(running)).includes(`\n"${(error as Error).message}"\n`);
      return { pass: known, message: () => `no snapshot of ${running} is:\n${(error as Error).message}` };
    }
    return { pass: false, message: () => 'nothing was thrown' };
  },
});

Object.assign(globalThis, {
  expect,
  test: Object.assign(test, { each: bind(test as never) }),
  beforeAll: (body: Body) => mocha.before(() => body()),
  afterAll: (body: Body) => mocha.after(() => body()),
});

// A file is a world of its own: its hooks are those of its tests, not of every test.
const { _extensions: extensions } = Module as unknown as {
  _extensions: Record<string, (module: unknown, file: string) => void>;
};
const load = extensions['.ts'];
extensions['.ts'] = (module, file) => {
  if (!file.endsWith('.test.ts')) return load?.(module, file);
  mocha.describe(file, () => {
    loaded = file;
    load?.(module, file);
  });
};
