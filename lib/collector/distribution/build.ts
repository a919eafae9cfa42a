/**
 * Builds the collector distribution from the committed sources in this folder, once per hash of them.
 *
 * Binaries live in a cache outside the repository: a cold build takes minutes, and nothing in it depends on the
 * environment that is synthesised. `-trimpath` and the committed go.sum make the build reproducible.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheDirectory } from '../../common/cache';

/** Platforms to build for. The fleets are Graviton; service nodes are either; a rehearsal runs on the host. */
export const platforms = ['linux/arm64', 'linux/amd64'] as const;
export type Platform = (typeof platforms)[number];

/** Oldest Go that builds the distribution: the `go` directive of its modules. */
const minimumGo = [1, 25] as const;
const buildArguments = ['build', '-v', '-trimpath', '-tags', 'grpcnotrace', '-ldflags', '-s -w'];

/** Name of the binary, as the manifest's `dist.name`. */
export const collectorName = 'otelcol-harbourline';

/**
 * Hash of all that defines the distribution: manifest, generated sources, module versions and sums, build flags, platform.
 * Of arm64 without its name: that keeps the keys of objects that are deployed.
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
  if (platform !== 'linux/arm64') hash.update(`${platform}\0`);
  return hash.update(buildArguments.join(' ')).digest('hex');
}

/** The target that runs on this machine. @throws Error on an architecture that the distribution is not built for. */
export function hostTarget(): Platform {
  if (process.platform !== 'linux') throw new Error(`Harbourline runs on Linux; this is ${process.platform}.`);
  if (process.arch === 'x64') return 'linux/amd64';
  if (process.arch === 'arm64') return 'linux/arm64';
  throw new Error(`No collector is built for ${process.arch}: use an x86-64 or arm64 Linux machine.`);
}

/** @throws Error that names Go, where it is missing or older than the distribution needs. */
function goVersion(): string {
  let text: string;
  try {
    text = execFileSync('go', ['env', 'GOVERSION'], {
      encoding: 'utf8',
      cwd: __dirname,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    throw new Error(
      `Go is not on the PATH: the collector is built with Go >= ${minimumGo.join('.')} (https://go.dev/dl).`,
    );
  }
  const [major = 0, minor = 0] = text.trim().replace(/^go/, '').split('.').map(Number);
  if (major < minimumGo[0] || (major === minimumGo[0] && minor < minimumGo[1])) {
    throw new Error(
      `Go is ${text.trim()}: the collector is built with Go >= ${minimumGo.join('.')} (https://go.dev/dl).`,
    );
  }
  return text.trim();
}

/**
 * Path of the collector for `target`, built now if the cache does not hold it.
 *
 * @param progress receives lines such as `collector linux/arm64: 812 of 1890 packages`
 */
export async function collectorBinary(target: Platform, progress: (line: string) => void = () => {}): Promise<string> {
  const version = goVersion();
  const folder = join(
    cacheDirectory('collector'),
    distributionHash().slice(0, 16),
    `${version}-${target.replace('/', '-')}`,
  );
  const binary = join(folder, collectorName);
  if (existsSync(binary)) return binary;

  const [GOOS, GOARCH] = target.split('/');
  const env = { ...process.env, CGO_ENABLED: '0', GOOS, GOARCH, GOFLAGS: '-mod=readonly' };
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, 'building-'));
  try {
    progress(`collector ${target}: fetching modules (a first build takes minutes)`);
    const packages = execFileSync('go', ['list', '-deps', '.'], {
      cwd: __dirname,
      env,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    })
      .trim()
      .split('\n').length;
    const output = join(scratch, collectorName);
    await new Promise<void>((resolve, reject) => {
      const build = spawn('go', [...buildArguments, '-o', output, '.'], {
        cwd: __dirname,
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const tail: string[] = [];
      let compiled = 0;
      createInterface(build.stderr).on('line', (line) => {
        tail.push(line);
        if (tail.length > 20) tail.shift();
        compiled += 1;
        if (compiled % 100 === 0) progress(`collector ${target}: ${compiled} of at most ${packages} packages`);
      });
      build.on('error', reject);
      build.on('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`go build for ${target} ended with ${code}:\n${tail.join('\n')}`)),
      );
    });
    renameSync(output, binary);
    progress(`collector ${target}: built`);
    return binary;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
