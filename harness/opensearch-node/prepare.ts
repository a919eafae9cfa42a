/** What the node is made of: fetched by a lock with hashes, compiled, kept in the cache. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { cacheDirectory } from '../../lib/common/cache';
import { findPython } from '../python/environment';
import { findJdk, type Jdk } from './java';

/** A node that can be started. */
export interface PreparedNode {
  readonly jdk: Jdk;
  /** Folder of its jars, its classes and, below `config`, the security plugin's own configuration. */
  readonly home: string;
}

const part = (name: string) => join(__dirname, name);
const parts = { lock: 'artifacts.lock', fetch: 'fetch.py', python: 'requirements.lock', java: ['Launcher', 'Hash'] };
const files = [parts.lock, parts.fetch, parts.python, ...parts.java.map((name) => `${name}.java`)];

/**
 * Fetches and compiles the node, unless the cache holds it: about 85 MB, from Maven Central as jgo knows it, without
 * Maven. jgo, a Python package, is installed from hashes into an environment of its own in the cache.
 *
 * @param progress receives lines such as `OpenSearch: 20 of 62 artifacts`
 * @throws Error that says what is missing (a JDK, Python), or which artifacts could not be had and why
 */
export async function prepareOpenSearch(progress: (line: string) => void = () => {}): Promise<PreparedNode> {
  const jdk = findJdk();
  const hash = createHash('sha256').update(`${jdk.version}`);
  for (const file of files) hash.update(readFileSync(part(file)));
  const cache = cacheDirectory('opensearch');
  const home = join(cache, hash.digest('hex').slice(0, 16));
  if (existsSync(home)) return { jdk, home };

  const python = await jgo(progress);
  // Made beside its place and moved there whole: whoever finds the folder finds all of it.
  const making = mkdtempSync(join(cache, 'making-'));
  try {
    await python(part(parts.fetch), part(parts.lock), making);
    progress('OpenSearch: compiling the launcher');
    const sources = parts.java.map((name) => part(`${name}.java`));
    await promisify(execFile)(join(jdk.home, 'bin', 'javac'), ['-cp', `${making}/*`, '-d', making, ...sources]);
    rename(making, home);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return { jdk, home };
}

/** Two processes that made the same: the first one's stays, they are equal. */
function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** Installs jgo. Returns what runs a script with it. */
async function jgo(progress: (line: string) => void): Promise<(...command: string[]) => Promise<void>> {
  const { command, identity } = findPython();
  const lock = part(parts.python);
  const hash = createHash('sha256').update(identity).update(readFileSync(lock));
  const environment = join(cacheDirectory('python'), hash.digest('hex').slice(0, 16));
  progress('OpenSearch: installing jgo, which fetches from Maven repositories');
  await run(command, [part('../python/prepare.py'), environment, '--lock', lock], () => {});
  return (...script) => run(join(environment, 'bin', 'python'), script, progress);
}

/** Runs a program to its end. @throws Error with what it wrote to its error stream */
async function run(command: string, argv: string[], progress: (line: string) => void): Promise<void> {
  // Python's requests trusts a bundle of its own unless set; who set pip meant downloads like these.
  const { REQUESTS_CA_BUNDLE = process.env.PIP_CERT } = process.env;
  const env = { ...process.env, ...(REQUESTS_CA_BUNDLE ? { REQUESTS_CA_BUNDLE } : {}) };
  const child = spawn(command, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  createInterface(child.stdout).on('line', progress);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`OpenSearch for the rehearsal could not be prepared.\n${errors.trim()}`);
}
