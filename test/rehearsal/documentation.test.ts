import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../rehearsal/judge/machine';
import { scenarios } from '../../rehearsal/scenarios';

const page = readFileSync(join(__dirname, '../../docs/rehearsal.md'), 'utf8');
/** Cells of the table whose first column has this title. */
const table = (title: string): string[][] =>
  (new RegExp(`^\\| ${title} \\|.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`, 'm').exec(page)?.[1] ?? '')
    .trimEnd()
    .split('\n')
    .map((row) => row.slice(2, -2).split(' | '));

test('the page has every scenario, with the alarms that must notify and those that may', () => {
  const expected = scenarios.map(({ name, alarms: { notify, may = {} } }) => [
    `\`${name}\``,
    [...notify, ...Object.entries(may).map(([alarm, because]) => `perhaps ${alarm}: ${because}`)].join('; ') || 'none',
  ]);
  expect(table('scenario').map((cells) => [cells[0], cells.at(-1)])).toEqual(expected);
});

test('the page has the limits of a machine', () => {
  expect(page).toContain(`Beyond ${limits.driverDelayMs} ms or ${limits.overheadMs} ms`);
});

test('a fault that is asked for its side has an alarm that must notify', () => {
  for (const { alarms } of scenarios) if (alarms.side) expect(alarms.notify).not.toEqual([]);
});
