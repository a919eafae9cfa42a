import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { scripts } from '../../package.json';

const root = join(__dirname, '..', '..');
// biome has a help of its own.
const commands = Object.entries(scripts).filter(([, line]) => line.startsWith('tsx '));

function run(line: string, argument: string): { status: number | null; out: string } {
  const [, ...rest] = line.split(' ');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', ...rest, argument], {
    cwd: root,
    encoding: 'utf8',
    // One that does not know the option has begun its work.
    timeout: 20_000,
  });
  return { status, out: stdout + stderr };
}

// A command that takes a mistyped option for none does something else than it was asked for.
test.each(commands)(
  '%s refuses an option that it does not know, and shows those that it does',
  (name, line) => {
    const { status, out } = run(line, '--no-such-option');
    expect([name, status]).toEqual([name, 1]);
    expect(out).toContain("Unknown option '--no-such-option'");
    expect(out).toMatch(/^ +--help +\S/m);
    expect(out).toMatch(new RegExp(`npm (run )?${name.split(':')[0]}`));
    expect(out).not.toMatch(/^\s+at /m);
  },
  60_000,
);

test('help is no error', () => {
  expect(run(scripts.review, '--help')).toEqual({ status: 0, out: expect.stringContaining('--base') });
});
