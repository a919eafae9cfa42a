/** One rehearsal at a time, in a folder of its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refused } from '../../config/refused';
import { cacheDirectory } from '../../lib/common/cache';

/**
 * Claims the machine for one rehearsal: addresses and ports are the deployed ones, so there is room for one.
 *
 * @returns gives the claim back
 * @throws Error that names the process of the other rehearsal
 */
export function claim(): () => void {
  const file = join(cacheDirectory('rehearsal'), 'running');
  try {
    writeFileSync(file, `${process.pid}`, { flag: 'wx' });
  } catch {
    const pid = Number(readFileSync(file, 'utf8'));
    if (isRunning(pid)) {
      throw refused(
        'HL-REHEARSE-005',
        `Another rehearsal is running (process ${pid}), and both need the same addresses. Wait for it, or stop it: kill ${pid}`,
      );
    }
    writeFileSync(file, `${process.pid}`); // left behind by one that was killed
  }
  return () => rmSync(file, { force: true });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @throws Error that lists every address that something else listens on */
export async function assertFree(endpoints: readonly { name: string; address: string; port: number }[]): Promise<void> {
  const busy: string[] = [];
  for (const { name, address, port } of endpoints) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      const server = createServer();
      server.once('error', resolve);
      server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
    });
    if (error) busy.push(`${address}:${port} (${name}): ${error.code === 'EADDRINUSE' ? 'in use' : error.message}`);
  }
  if (busy.length > 0) {
    throw refused(
      'HL-REHEARSE-006',
      `A rehearsal needs ports that something else has:\n- ${busy.join('\n- ')}\nFind it with: ss -ltnp | grep 127.77.0`,
    );
  }
}

/** An empty folder that only this user may enter. */
export const runFolder = (): string => mkdtempSync(join(tmpdir(), 'harbourline-rehearsal-'));
