/** What CI says of a machine that lacks what tests need: tried without PostgreSQL, on a real run. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');
const servers = '/usr/lib/postgresql';

/** A command on a machine without PostgreSQL: in a mount namespace of its own there is nothing in its folder. */
const without = existsSync(servers)
  ? ['unshare', '-m', 'sh', '-c', `mount -t tmpfs none ${servers} && exec "$@"`, 'sh']
  : ['env'];
const possible = spawnSync(without[0]!, [...without.slice(1), 'true']).status === 0;

function run(CI: string) {
  const test = ['tools/test/main.ts', 'python/harbourline-otel/tests/test_databases.py', '-t', 'sqlalchemy'];
  const [command = '', ...args] = [...without, process.execPath, '--import', 'tsx', ...test];
  return spawnSync(command, args, { cwd: root, encoding: 'utf8', env: { ...process.env, CI } });
}

const skipped = 'pytest: tests.test_databases.test_sqlalchemy_on_postgresql: initdb is not installed';

(possible ? test : test.skip)(
  'without PostgreSQL the tests that need it are skipped, and CI fails and says why',
  () => {
    const here = run('');
    expect([here.status, here.stdout]).toEqual([0, expect.stringContaining(`Skipped:\n  ${skipped}\n`)]);
    const ci = run('true');
    expect([ci.status, ci.stdout]).toEqual([
      1,
      expect.stringContaining(
        `FAIL: 1 tests were skipped that CI must run, for .ci/may-skip.yaml does not name them:\n  ${skipped}\nInstall what they need`,
      ),
    ]);
    expect(ci.stdout).toMatch(/\n1 passed, 1 failed, 1 skipped\n$/);
  },
);
