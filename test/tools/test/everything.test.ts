import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { everything, ofWhatIsPrepared, type Preparation, sweeps } from '../../../tools/test/everything';

const python = Promise.resolve({ python: '/python', bin: '/bin' });
const preparation = (inCi: boolean, takesLong = false): Preparation => ({
  python,
  oldest: inCi ? python : undefined,
  collector: Promise.resolve(),
  store: Promise.resolve(),
  takesLong,
});

test.each([
  [true, ['python/harbourline-otel', 'the oldest OpenTelemetry'], []],
  [
    false,
    ['python/harbourline-otel'],
    ['npm test -- python/harbourline-otel --oldest', `npm test -- ${sweeps.join(' ')}`],
  ],
])('CI %s: Python on the oldest OpenTelemetry and sweeps run, or how to run them is said', (inCi, runs, said) => {
  const { lanes, leftOut } = everything(inCi, preparation(inCi));
  const titles = lanes.flat().map(({ title }) => title);
  const ofPython = titles.filter((title) => title.startsWith('pytest python/harbourline-otel'));
  expect(ofPython).toEqual(runs.map((end) => expect.stringMatching(`${end}$`)));
  expect(Object.values(leftOut)).toEqual(said);
});

test('each sweep is a file', () => {
  expect(sweeps.filter((file) => !existsSync(file))).toEqual([]);
});

test.each([
  [false, ['jest']],
  [true, ['jest', 'jest of what was prepared']],
])('something is built first: %s: Jest runs in parts %s, and all other parts are the same', (takesLong, parts) => {
  const [jestLane = [], ...others] = everything(true, preparation(true, takesLong)).lanes;
  expect(jestLane.map(({ title }) => title)).toEqual(parts);
  const titles = others.flat().map(({ title }) => title);
  expect(titles).toEqual(
    everything(true, preparation(true))
      .lanes.slice(1)
      .flat()
      .map(({ title }) => title),
  );
});

test('a test that starts a collector, a node or Python waits for a first build', () => {
  const starts = /\b(collectorBinary|withCollector|startCollector|prepareOpenSearch)\(|'\.\/node-with-writer'/;
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join('test', file));
  const waiting = files.filter((file) => ofWhatIsPrepared.some((start) => new RegExp(`^${start}`).test(file)));
  const starting = files.filter((file) => starts.test(readFileSync(file, 'utf8')));
  expect(starting.length).toBeGreaterThan(10);
  expect(starting.filter((file) => !waiting.includes(file))).toEqual([]);
});
