import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { scripts } from '../../package.json';

// biome has a help of its own.
const commands = Object.entries(scripts)
  .filter(([, line]) => line.startsWith('tsx '))
  .map(([name]) => name);

type Results = Record<string, { code: number; out: string }>;

function run(argument: string, names: readonly string[]): Results {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'test/tools/refusals.ts', argument, ...names],
    // One that does not know the option has begun its work.
    { cwd: join(__dirname, '..', '..'), encoding: 'utf8', timeout: 290_000 },
  );
  if (!stdout.startsWith('{')) throw new Error(`No answer of all commands.\n${stdout}${stderr}`);
  return JSON.parse(stdout);
}

describe('a command', () => {
  let results: Results;
  beforeAll(() => {
    results = run('--no-such-option', commands);
  });

  // One that takes a mistyped option for none does something else than it was asked for.
  test.each(commands)('%s refuses an option that it does not know, and shows those that it does', (name) => {
    const { code, out } = results[name]!;
    expect([name, code]).toEqual([name, 1]);
    expect(out).toMatch(/^Unknown option '--no-such-option'.* \(HL-COMMAND-001\)\n/);
    expect(out).toMatch(/^ +--help +\S/m);
    expect(out).toMatch(new RegExp(`npm (run )?${name.split(':')[0]}`));
    expect(out).not.toMatch(/^\s+at /m);
  });
});

test('help is no error', () => {
  expect(run('--help', ['review'])).toEqual({
    review: { code: 0, out: expect.stringContaining('--base') },
  });
});
