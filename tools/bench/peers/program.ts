/** Programs of others that are measured beside ours: built here from the Go module proxy, and given to nobody. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { goBuild, goVersion, hostTarget } from '../../../lib/collector/distribution/build';
import { cacheDirectory } from '../../../lib/common/cache';

/** A program of a Go module. */
export interface Peer {
  /** Of its binary. */
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** What Go's checksum database says of the module, as `go mod download -json` prints it. */
  readonly sum: string;
  /** The package of the program in the module. */
  readonly program: string;
}

/**
 * Path of its binary: built now, unless the cache holds what this Go built from this version. Dependencies are those that
 * the release itself names.
 *
 * @throws Error where the proxy does not serve the module, or serves another
 */
export async function peerBinary(peer: Peer, progress: (line: string) => void): Promise<string> {
  const target = hostTarget();
  const key = createHash('sha256').update(JSON.stringify(peer)).digest('hex').slice(0, 16);
  const binary = join(cacheDirectory('peers'), key, `${goVersion()}-${target.replace('/', '-')}`, peer.name);
  if (existsSync(binary)) return binary;
  const { Dir: source, Sum: sum } = downloaded(peer);
  if (sum !== peer.sum)
    throw new Error(`${peer.module} ${peer.version} has the sum ${sum}, and must have ${peer.sum}: it is not built.`);
  await goBuild({ source, program: peer.program, binary, target, what: peer.name, progress });
  return binary;
}

function downloaded({ module, version }: Peer): { readonly Dir: string; readonly Sum: string } {
  try {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    return JSON.parse(
      execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], { encoding: 'utf8', stdio: [...stdio] }),
    );
  } catch (error) {
    const { stdout = '' } = error as { stdout?: string };
    throw new Error(`${module} ${version} cannot be had from the Go module proxy.\n${stdout || error}`);
  }
}
