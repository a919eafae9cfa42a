import { figure, type MathEntry, type Read } from '../../../../rehearsal/judge/cloudwatch/math';

const metric = (id: string): MathEntry => ({
  id,
  metric: { namespace: 'N', name: id, dimensions: {}, statistic: 'Sum' },
});
const expressed = (expression: string, id = 'e'): MathEntry => ({ id, expression });
const reading = (figures: Record<string, number | undefined>, before?: Record<string, number | undefined>): Read =>
  Object.assign(
    ({ name }: { name: string }) => figures[name],
    before ? { before: () => reading(before) } : {},
  ) as unknown as Read;

/** Compiled expressions are remembered: each is written in a way of its own, so that it is compiled. */
let times = 0;

/** What an expression makes of metrics, and of those of the period before. */
const made = (
  expression: string,
  figures: Record<string, number | undefined>,
  before?: Record<string, number | undefined>,
): number | undefined => {
  const entry = expressed(`${expression} + 0 * ${++times}`);
  return figure(entry, [entry, ...Object.keys(figures).map(metric)], reading(figures, before));
};

// CloudWatch user guide, "Using math expressions with CloudWatch metrics".
test.each<[string, Record<string, number | undefined>, number | undefined]>([
  ['a / b', { a: 6, b: 3 }, 2],
  ['a / b', { a: 0, b: 0 }, undefined],
  ['a / b', { a: 1, b: 0 }, undefined],
  ['a + b', { a: 6, b: undefined }, undefined],
  ['FILL(b, 4) + a', { a: 6, b: undefined }, 10],
  ['FILL( b , 4) + a', { a: 6, b: 3 }, 9],
  ['FILL(b, 4) + a', { a: undefined, b: 3 }, undefined],
  ['IF(a > 5, b, 0)', { a: 6, b: 3 }, 3],
  ['IF(a > 5, b, 0)', { a: 5, b: 3 }, 0],
  ['IF(a > 5 AND b > 5, 1, 0)', { a: 6, b: 3 }, 0],
  ['IF(a > 5 OR b > 5, 1, 0)', { a: 6, b: 3 }, 1],
  ['IF(NOT (a > 5), 1, 0)', { a: 6 }, 0],
  ['SUM(a) + RUNNING_SUM(b)', { a: 6, b: 3 }, 9],
  ['MAX([a, b])', { a: 6, b: 3 }, 6],
  ['MIN([a, b])', { a: 6, b: 3 }, 3],
  ['MIN([ a , b , c ])', { a: undefined, b: 3, c: undefined }, 3],
  ['MAX([a, b])', { a: undefined, b: undefined }, undefined],
])('%s of %j is %p', (expression, figures, expected) => {
  expect(made(expression, figures)).toBe(expected);
});

test('a figure is asked for by its whole name', () => {
  expect(made('a2 - 1', { a: undefined, a2: 3 })).toBe(2);
  expect(made('a - 1', { a: 3, a2: undefined, ba: undefined })).toBe(2);
});

test('a change needs both periods, and is no change where there is one', () => {
  expect(made('DIFF(a)', { a: 6 }, { a: 2 })).toBe(4);
  expect(made('FILL(a, 0) + DIFF(a)', { a: undefined }, { a: 2 })).toBeUndefined();
  expect(made('DIFF(a)', { a: 6 }, { a: undefined })).toBeUndefined();
  expect(made('DIFF(a)', { a: 6 })).toBeUndefined();
  for (const [now, before] of [
    [undefined, 2],
    [6, undefined],
    [undefined, undefined],
  ])
    expect(made('IF(FILL(a, 0) < 9 AND DIFF(a) > 5, 1, 0)', { a: now }, { a: before })).toBeUndefined();
  expect(made('DIFF(long_name)', { long_name: 6 }, { long_name: 2 })).toBe(4);
  expect(made('a + DIFF(b) * DIFF(a)', { a: 6, b: 1 }, { a: 2, b: 3 })).toBe(6 - 2 * 4);
});

test('each graph has its own metrics under the same names', () => {
  const entry = expressed('a + 1');
  const read =
    (name: string): Read =>
    (asked) =>
      asked.name === name ? 5 : undefined;
  const of = (name: string) =>
    figure(entry, [entry, { ...metric('a'), metric: { ...metric('a').metric!, name } }], read('x'));
  expect([of('x'), of('y'), of('x')]).toEqual([6, undefined, 6]);
});
