import { passed, type Row, summary, table } from '../../../rehearsal/judge/report';

const lines: Row[] = [
  { what: 'held', seen: 'yes', expected: 'yes', ok: true },
  { what: 'known', seen: 'something', expected: 'for information' },
];
const notRun: Row = { what: 'tried', seen: '', expected: 'yes', ok: true, notRun: 'no such kernel' };

test('what was not run is told apart from what passed', () => {
  expect(summary(lines)).toBe('1 passed, 0 failed');
  expect(summary([...lines, notRun])).toBe('1 passed, 0 failed, 1 not run');
  expect(table([notRun])).toMatch(/^– {2}tried +not run: no such kernel +yes$/m);
});

test('a rehearsal passes when everything was run and held', () => {
  expect(passed(lines)).toBe(true);
  expect(passed([...lines, notRun])).toBe(false);
  expect(passed([...lines, { ...lines[0]!, ok: false }])).toBe(false);
});
