/** Programs of others that packaging takes, of the versions in go.mod beside this file: built once, then from Go's cache. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { refused } from '../../config/refused';
import { root } from '../shell/scripts';

/** Path of a tool, built now where it is not. @throws Error where Go is missing or a module cannot be had */
export function goTool(name: 'crane' | 'helm' | 'nfpm'): string {
  try {
    return execFileSync('go', ['tool', '-n', name], {
      cwd: __dirname,
      encoding: 'utf8',
      env: { ...process.env, GOFLAGS: '-mod=readonly' },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  } catch (error) {
    throw refused(
      'HL-AGENT-003',
      `${name} could not be built: ${(error as Error).message}\nIt takes Go >= 1.26 and the modules of tools/agent/go.mod.`,
    );
  }
}

/** Fetches the modules of all that is built here from Go, for builds without a network. */
export function fetchModules(): void {
  for (const cwd of [__dirname, join(root, 'lib/machine/agent-container')])
    execFileSync('go', ['mod', 'download'], { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
}
