/** What the rehearsed link needs of a machine, asked for before anything starts. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is asked about the machine; tests answer for another. */
export interface Machine {
  readonly has: (file: string) => boolean;
  readonly isRoot: boolean;
  /** Whether a program may have a network of its own. */
  readonly mayUnshare: () => boolean;
}

const thisMachine: Machine = {
  has: existsSync,
  isRoot: process.getuid?.() === 0,
  mayUnshare: () => spawnSync('unshare', ['--net', '--mount', 'true']).status === 0,
};

/** Debian packages that are needed, each with a file that only it brings. */
const needed = readFileSync(join(__dirname, 'debian-packages'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => line.split(' ') as [name: string, file: string]);

/** Everything that is missing, each with its remedy; empty where the link can be rehearsed. */
export function missingPrerequisites({ has, isRoot, mayUnshare }: Machine = thisMachine): string[] {
  const packages = needed.filter(([, file]) => !has(file)).map(([name]) => name);
  const problems: string[] = [];
  if (packages.length > 0) {
    const names = packages.join(' ');
    problems.push(`Debian packages: ${names}\n  apt-get install --no-install-recommends ${names}`);
  }
  if (!isRoot) problems.push('root, for network namespaces\n  sudo -E npm run rehearse -- --scenario link');
  else if (!mayUnshare())
    problems.push('network namespaces: unshare is refused. In a container: docker run --privileged');
  if (!has('/dev/net/tun'))
    problems.push('/dev/net/tun: the kernel has no TUN devices, or this container none of them');
  return problems;
}
