import { type Row, summary, table, verdict } from '../../../rehearsal/judge/report';

const lines: Row[] = [
  { what: 'held', seen: 'yes', expected: 'yes', ok: true },
  { what: 'known', seen: 'something', expected: 'for information' },
];
const notRun: Row = { what: 'tried', seen: '', expected: 'yes', ok: true, notRun: 'no such kernel' };

test('what was not run differs from what passed', () => {
  expect(summary(lines)).toBe('1 passed, 0 failed');
  expect(summary([...lines, notRun])).toBe('1 passed, 0 failed, 1 not run');
  expect(table([notRun])).toMatch(/^– {2}tried +not run: no such kernel +yes$/m);
});

test('a rehearsal passes when everything was run and held', () => {
  expect(verdict(lines)).toBe('passed');
  expect(verdict([...lines, notRun])).toBe('failed');
  expect(verdict([...lines, { ...lines[0]!, ok: false }])).toBe('failed');
});

test('on a machine that was too busy only what is certain counts', () => {
  const doubtful: Row[] = [
    { what: 'late', seen: 'no', expected: 'yes', ok: false, doubtful: true },
    { what: 'early', seen: 'yes', expected: 'yes', ok: true, doubtful: true },
  ];
  expect(verdict(doubtful)).toBe('inconclusive');
  expect(verdict([...doubtful, lines[0]!])).toBe('inconclusive');
  expect(verdict([...doubtful, { ...lines[0]!, ok: false }])).toBe('failed');
  expect(summary([...doubtful, ...lines])).toBe('1 passed, 0 failed, 2 not judged');
  expect(table(doubtful)).toMatch(/^\? {2}late/m);
});

test('the sign of a row', () => {
  const signOf = (row: Partial<Row>) => table([{ what: 'w', seen: 's', expected: 'e', ...row }]).split('\n')[2]![0];
  expect([{ ok: true }, { ok: false }, {}, { doubtful: true } as const].map(signOf)).toEqual(['✓', '✗', '·', '·']);
});
