import { existsSync } from 'node:fs';
import { everything, sweeps } from '../../../tools/test/everything';

test.each([
  [true, ['python/harbourline-otel', 'the oldest OpenTelemetry'], []],
  [
    false,
    ['python/harbourline-otel'],
    ['npm test -- python/harbourline-otel --oldest', `npm test -- ${sweeps.join(' ')}`],
  ],
])('CI %s: Python on the oldest OpenTelemetry and sweeps run, or how to run them is said', async (inCi, runs, said) => {
  const { lanes, leftOut } = await everything(inCi, () => {});
  const titles = lanes.flat().map(({ title }) => title);
  const python = titles.filter((title) => title.startsWith('pytest python/harbourline-otel'));
  expect(python).toEqual(runs.map((end) => expect.stringMatching(`${end}$`)));
  expect(Object.values(leftOut)).toEqual(said);
});

test('each sweep is a file', () => {
  expect(sweeps.filter((file) => !existsSync(file))).toEqual([]);
});
