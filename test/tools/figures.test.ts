import { measure, quantile } from '../../tools/figures/measure';

test('the longest function is found with its line, wherever in the process it is parsed', () => {
  const text = '/** 香港 */\nconst one = () => 1;\n\nexport class A {\n  b(): number {\n    return 1;\n  }\n}\n';
  const expected = { file: 'a.ts', lines: 8, longest: { lines: 3, line: 5 } };
  expect(measure('a.ts', text)).toEqual(expected);
  // Once more: positions go on from what was parsed before.
  expect(measure('a.ts', text)).toEqual(expected);
});

test('quantiles of lines', () => {
  expect(quantile([30, 10, 20], 0.5)).toBe(20);
  expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9)).toBe(10);
  expect(quantile([], 0.5)).toBe(0);
});
