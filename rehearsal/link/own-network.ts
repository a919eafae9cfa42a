/**
 * A network of the rehearsal's own: its devices, routes and rules are nobody else's, and they are gone with the last
 * process in it, whatever happens.
 */
import { spawn } from 'node:child_process';

/** Set in the process that runs inside. */
const marker = 'HARBOURLINE_OWN_NETWORK';

export const inOwnNetwork = (): boolean => process.env[marker] === '1';

/** Loopback up; named namespaces go to a `/run` that is ours alone. */
const enter = 'ip link set lo up && mount -t tmpfs tmpfs /run && exec "$@"';

/**
 * Runs this very command again, in a network of its own. Signals of the terminal reach it too; those that only we get
 * are passed on.
 *
 * @returns its exit code
 */
export function againInOwnNetwork(): Promise<number> {
  const child = spawn(
    'unshare',
    ['--net', '--mount', 'sh', '-c', enter, 'sh', process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { stdio: 'inherit', env: { ...process.env, [marker]: '1' } },
  );
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {}); // the terminal told it as well
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}
