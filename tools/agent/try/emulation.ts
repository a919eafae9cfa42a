/** Programs of the other architecture, run by QEMU: slow, but the same instructions. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { run } from '../../../harness/run';
import type { Architecture } from '../settings';

const folder = '/proc/sys/fs/binfmt_misc';
const names: Record<Architecture, string> = { arm64: 'qemu-aarch64', amd64: 'qemu-x86_64' };

/** Has the kernel give programs of an architecture to QEMU, in every root. @returns what undoes it */
export async function emulate(architecture: Architecture): Promise<() => void> {
  const name = names[architecture];
  const rule = `/usr/lib/binfmt.d/${name}.conf`;
  if (!existsSync(rule))
    throw new Error(`QEMU for ${architecture} is missing: apt-get install --no-install-recommends qemu-user-static`);
  if (!existsSync(`${folder}/register`)) await run('mount', ['-t', 'binfmt_misc', 'binfmt_misc', folder]);
  if (existsSync(`${folder}/${name}`)) return () => {};
  writeFileSync(`${folder}/register`, readFileSync(rule));
  return () => writeFileSync(`${folder}/${name}`, '-1');
}
