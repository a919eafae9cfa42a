import { runLanes } from '../../../tools/test/lanes';
import { after } from '../../../tools/test/part';
import { runnerOf } from '../../../tools/test/paths';
import { readSkips, unexpected } from '../../../tools/test/skips';

test.each([
  ['test/tools/test/paths.test.ts', 'jest'],
  ['test/config', 'jest'],
  ['config/cidr.ts', 'related'],
  ['python/examples', 'pytest'],
  ['harness/python/ledger', 'pytest'],
  ['python/harbourline-otel/tests/test_scrub.py::test_x', 'pytest'],
])('%s belongs to %s', (path, runner) => {
  expect(runnerOf(path)).toBe(runner);
});

test.each([
  ['test/no-such.test.ts', 'there is no such file'],
  ['README.md', 'no runner is known'],
])('%s is refused', (path, why) => {
  expect(() => runnerOf(path)).toThrow(why);
});

test('a skipped test is expected where a line of the list names it, and only there', () => {
  const list = readSkips('- test: "pytest: tests.test_a"\n  because: its server is not packaged for this platform');
  const skipped = ['pytest: tests.test_a.one: not installed', 'jest: test/b.test.ts: two'];
  expect(unexpected(skipped, list)).toEqual(['jest: test/b.test.ts: two']);
});

test('a line without a reason is refused', () => {
  expect(() => readSkips('- test: "pytest: tests.test_a"')).toThrow(
    '.ci/may-skip.yaml › pytest: tests.test_a: say why',
  );
});

test('the committed list can be read', () => {
  expect(readSkips()).toEqual(expect.any(Array));
});

test('what a part prints stays together, though parts run beside each other', async () => {
  const part = (title: string, before: Promise<void>, after: () => void) => ({
    title,
    run: async (print: (text: string) => void) => {
      print(`${title} begins\n`);
      after();
      await before;
      print(`${title} ends\n`);
      return { passed: 1, failed: 0, skipped: [] };
    },
  });
  let aBegan = () => {};
  let bBegan = () => {};
  const a = new Promise<void>((resolve) => (aBegan = resolve));
  const b = new Promise<void>((resolve) => (bBegan = resolve));
  const written: string[] = [];
  const done = await runLanes([[part('a', b, aBegan)], [part('b', a, bBegan)]], undefined, (text) =>
    written.push(text),
  );
  expect(done.map(({ title, passed }) => [title, passed])).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
  expect(written.sort()).toEqual(['\n── a\na begins\na ends\n', '\n── b\nb begins\nb ends\n']);
});

test('a part whose preparation fails counts as failed and says why, and those after it run', async () => {
  const written: string[] = [];
  const passing = { title: 'b', run: async () => ({ passed: 1, failed: 0, skipped: [] }) };
  const broken = after(Promise.reject(new Error('no compiler')), { ...passing, title: 'a' });
  const done = await runLanes([[broken, passing]], undefined, (text) => written.push(text));
  expect(done.map(({ title, passed, failed }) => [title, passed, failed])).toEqual([
    ['a', 0, 1],
    ['b', 1, 0],
  ]);
  expect(written[0]).toBe('\n── a\nno compiler\n');
});
