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
 * Runs this very command again, in a network of its own, and passes on whatever signal asks it to stop.
 *
 * @returns its exit code
 */
export function againInOwnNetwork(): Promise<number> {
  const child = spawn(
    // Should we be killed, it is asked to stop.
    'setpriv',
    [
      '--pdeathsig',
      'TERM',
      'unshare',
      '--net',
      '--mount',
      'sh',
      '-c',
      enter,
      'sh',
      process.execPath,
      ...process.execArgv,
      ...process.argv.slice(1),
    ],
    // A group of its own: a Ctrl-C in the terminal would reach it twice, which means no more patience.
    { stdio: 'inherit', env: { ...process.env, [marker]: '1' }, detached: true },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}
