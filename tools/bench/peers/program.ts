/** Programs of others that are measured beside ours: built here from the Go module proxy, and given to nobody. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../../harness/wait';
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

/** A program that runs. */
export interface Started {
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a program and waits until it is up.
 *
 * @param up `true`, or what was seen instead
 * @throws Error with what it wrote, where it ends
 */
export async function startProgram(
  name: string,
  command: readonly [string, ...string[]],
  up: () => Promise<unknown>,
): Promise<Started> {
  const [binary, ...argv] = command;
  const child = spawn(binary, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const keep = (chunk: Buffer): void => {
    log = (log + chunk).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  try {
    await waitFor(`${name} to be up`, async () => {
      if (child.exitCode !== null) return new Error(`${name} does not start.\n${log}`);
      return up();
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid ?? 0, stop };
}
