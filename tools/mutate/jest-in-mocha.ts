/**
 * What tests of Jest find in it, under Mocha: its matchers, `test`, `each` and the names of its hooks. Stryker runs tests of Mocha in one
 * process that holds all mutants and switches one on at a time: milliseconds each. Under Jest everything is loaded anew for
 * each, which takes seconds.
 */
import Module from 'node:module';
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
const test = (title: string, body: Body) => mocha.it(title, () => body());

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
  if (file.endsWith('.test.ts')) mocha.describe(file, () => load?.(module, file));
  else load?.(module, file);
};
