/**
 * Builds the collector distribution from the committed sources in this folder, once per hash of them.
 *
 * Binaries live in a cache outside the repository: a cold build takes minutes, and nothing in it depends on the
 * environment that is synthesised. `-trimpath` and the committed go.sum make the build reproducible.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { refused } from '../../../config/refused';
import { cacheDirectory } from '../../common/cache';

/** Platforms to build for. Fleets and service nodes are either; a rehearsal runs on the host. */
export const platforms = ['linux/arm64', 'linux/amd64'] as const;
export type Platform = (typeof platforms)[number];

/** Oldest Go that builds the distribution: the `go` directive of its modules. */
const minimumGo = [1, 25] as const;
/** The Go that builds what is deployed, wherever it is built: Go fetches it where another is installed. */
const deployedGo = 'go1.26.8';
const buildArguments = ['build', '-v', '-trimpath', '-tags', 'grpcnotrace', '-ldflags', '-s -w'];

/** Name of the binary, as the manifest's `dist.name`. */
export const collectorName = 'otelcol-harbourline';

/**
 * Hash of all that defines the binary that is deployed: manifest, generated sources, module versions and sums, build flags,
 * platform, Go. The same hash is the same bytes: nothing else of a machine or a repository gets into them.
 */
export function distributionHash(platform: Platform = 'linux/arm64'): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.(go|json|yaml)$|(^|\/)go\.(mod|sum)$/.test(file) || file.endsWith('_test.go')) continue;
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(__dirname, file)))
      .update('\0');
  }
  return hash.update([platform, deployedGo, ...buildArguments].join(' ')).digest('hex');
}

/** The target that runs on this machine. @throws Error on an architecture that the distribution is not built for. */
export function hostTarget(): Platform {
  if (process.platform !== 'linux')
    throw refused(
      'HL-COLLECTOR-001',
      `Harbourline runs on Linux; this is ${process.platform}. Use a Linux machine, or a container.`,
    );
  if (process.arch === 'x64') return 'linux/amd64';
  if (process.arch === 'arm64') return 'linux/arm64';
  throw refused('HL-COLLECTOR-002', `No collector is built for ${process.arch}: use an x86-64 or arm64 Linux machine.`);
}

/** Of the Go on the PATH, such as `go1.26.8`. @throws Error that names Go, where it is missing or older than the distribution needs */
export function goVersion(): string {
  let text: string;
  try {
    text = execFileSync('go', ['env', 'GOVERSION'], {
      encoding: 'utf8',
      cwd: __dirname,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    throw refused(
      'HL-COLLECTOR-003',
      `Go is not on the PATH: the collector is built with it. Install Go >= ${minimumGo.join('.')} (https://go.dev/dl).`,
    );
  }
  const [major = 0, minor = 0] = text.trim().replace(/^go/, '').split('.').map(Number);
  if (major < minimumGo[0] || (major === minimumGo[0] && minor < minimumGo[1])) {
    throw refused(
      'HL-COLLECTOR-004',
      `Go is ${text.trim()}, too old for the collector. Install Go >= ${minimumGo.join('.')} (https://go.dev/dl).`,
    );
  }
  return text.trim();
}

/**
 * Path of the collector for `target`, built now if the cache does not hold it.
 *
 * @param progress receives lines such as `collector linux/arm64: 812 of 1890 packages`
 * @param go `deployed` for what leaves this machine, `here` for what runs on it: any Go that is new enough
 */
export async function collectorBinary(
  target: Platform,
  progress: (line: string) => void = () => {},
  go: 'deployed' | 'here' = 'here',
): Promise<string> {
  const toolchain = go === 'deployed' ? deployedGo : undefined;
  const version = toolchain ?? goVersion();
  const folder = join(
    cacheDirectory('collector'),
    distributionHash().slice(0, 16),
    `${version}-${target.replace('/', '-')}`,
  );
  const binary = join(folder, collectorName);
  if (existsSync(binary)) return binary;

  await goBuild({ source: __dirname, program: '.', binary, target, toolchain, what: 'collector', progress });
  return binary;
}

/** What `go build` makes of a module. */
export interface GoBuildProps {
  /** Folder of the module. */
  readonly source: string;
  /** The package of its program, such as `.`. */
  readonly program: string;
  /** Where the binary comes to stand: whole, or not at all. */
  readonly binary: string;
  readonly target: Platform;
  /** Such as `go1.26.8`: fetched where another is installed. @default the one on the PATH */
  readonly toolchain?: string | undefined;
  /** Its name in lines of progress. */
  readonly what: string;
  readonly progress: (line: string) => void;
}

/** Builds a program from the versions that its own go.mod and go.sum name. @throws Error with the end of what Go wrote */
export async function goBuild({
  source,
  program,
  binary,
  target,
  toolchain,
  what,
  progress,
}: GoBuildProps): Promise<void> {
  const [GOOS, GOARCH] = target.split('/');
  // Without the commit of whatever repository the sources lie in: a firm's, where they come as a package.
  const GOFLAGS = '-mod=readonly -buildvcs=false';
  const own = { CGO_ENABLED: '0', GOOS, GOARCH, GOFLAGS, ...(toolchain ? { GOTOOLCHAIN: toolchain } : {}) };
  const env = { ...process.env, ...own };
  const folder = dirname(binary);
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, 'building-'));
  try {
    progress(`${what} ${target}: fetching modules (a first build takes minutes)`);
    // Not in the way of what is prepared at the same time: it fetches the modules.
    const listed = await promisify(execFile)('go', ['list', '-deps', program], {
      cwd: source,
      env,
      maxBuffer: 1 << 26,
    });
    const packages = listed.stdout.trim().split('\n').length;
    const output = join(scratch, basename(binary));
    await new Promise<void>((resolve, reject) => {
      const build = spawn('go', [...buildArguments, '-o', output, program], {
        cwd: source,
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const tail: string[] = [];
      let compiled = 0;
      createInterface(build.stderr).on('line', (line) => {
        tail.push(line);
        if (tail.length > 20) tail.shift();
        compiled += 1;
        if (compiled % 100 === 0) progress(`${what} ${target}: ${compiled} of at most ${packages} packages`);
      });
      build.on('error', reject);
      build.on('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`go build for ${target} ended with ${code}:\n${tail.join('\n')}`)),
      );
    });
    renameSync(output, binary);
    progress(`${what} ${target}: built`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
