/** A disk of so many MiB, in a mount namespace of its own, that outlives the programs which run on it. */
import { spawn, spawnSync } from 'node:child_process';
import { refused } from '../../config/refused';
import type { CleanUp } from '../../harness/clean-up';

/** A user namespace of its own: no root is needed where the system lets anybody have one. */
const own = ['--user', '--map-root-user', '--mount'];

/** @throws Error where this machine lets nobody mount, with the remedy */
export function mayMount(): void {
  if (spawnSync('unshare', [...own, 'true']).status === 0) return;
  throw refused(
    'HL-REHEARSE-007',
    'A small disk needs a mount namespace, and unshare is refused here.\n' +
      '  Fix: sysctl kernel.unprivileged_userns_clone=1, or in a container: docker run --privileged',
  );
}

export interface SmallDisk {
  /** The command line before that of a program which is to see the disk. */
  readonly prefix: readonly string[];
}

/** Mounts a disk on an existing folder. Who runs without the prefix sees the folder as it was. */
export async function smallDisk(folder: string, mebibytes: number, cleanUp: CleanUp): Promise<SmallDisk> {
  const mount = 'mount -t tmpfs -o size="$1"m tmpfs "$2" && echo mounted && exec sleep infinity';
  const holder = spawn('unshare', [...own, 'sh', '-c', mount, 'sh', `${mebibytes}`, folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => holder.kill('SIGKILL');
  process.once('exit', stop);
  cleanUp.add(() => {
    process.removeListener('exit', stop);
    stop();
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    holder.stderr.on('data', (chunk) => {
      said += chunk;
    });
    holder.stdout.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('exit', (code) =>
      reject(new Error(`No disk of ${mebibytes} MiB at ${folder} (exit ${code}): ${said}`)),
    );
  });
  return { prefix: ['nsenter', `--target=${holder.pid}`, '--user', '--preserve-credentials', '--mount'] };
}
