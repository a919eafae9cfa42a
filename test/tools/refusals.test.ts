import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from '../../tools/refusals/page';
import { examples, inChinese, problemsOf, withoutChinese } from '../../tools/refusals/refusals';

const root = join(__dirname, '..', '..');
const git = (...words: string[]) => execFileSync('git', words, { cwd: root, encoding: 'utf8' });

/** Codes in the configuration's source, each where its refusal is. */
const codes = git('ls-files', 'config')
  .trim()
  .split('\n')
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/'(HL-[A-Z]+-\d{3})'/g)])
  .map(([, code]) => code as string);

test('each code names one refusal, and has an example', () => {
  expect(new Set(codes).size).toBe(codes.length);
  expect(Object.keys(examples).sort()).toEqual([...codes].sort());
});

test.each(Object.entries(examples))('the example of %s gets it', (code, example) => {
  expect(problemsOf(example).map((problem) => problem.code)).toContain(code);
});

test('each code says in Chinese what is wrong and how to fix it: tools/refusals/zh.yaml', () => {
  expect(withoutChinese()).toEqual([]);
  expect(Object.keys(inChinese).filter((code) => !examples[code])).toEqual([]);
  expect(Object.entries(inChinese).filter(([, text]) => !/\p{Script=Han}.*。$/u.test(text))).toEqual([]);
});

describe.each(Object.entries(pages()))('%s', (file, text) => {
  test('has the messages as they are printed', () => {
    expect(readFileSync(join(root, file), 'utf8')).toBe(text);
  });
  test('has each code once', () => {
    expect([...text.matchAll(/^### (.+)$/gm)].map(([, code]) => code).sort()).toEqual(Object.keys(examples).sort());
  });
});
