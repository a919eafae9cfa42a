/** docs/errors.md shows messages as this deployment's commands print them: they name its environments. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

// In a process of its own: commands read the arguments of the real one.
test('both pages have the messages as they are printed', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'tools/refusals/main.ts'], {
    cwd: join(__dirname, '..', '..'),
    encoding: 'utf8',
    timeout: 290_000,
  });
  expect(`${stdout}${stderr}`).toMatch(/^\d+ codes of configurations, \d+ of commands; both pages are up to date\n$/);
}, 300_000);
