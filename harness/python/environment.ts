/** The Python environment of the sample services: from hashed locks, made once per machine and content. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { refused } from '../../config/refused';
import { cacheDirectory } from '../../lib/common/cache';

/** A prepared environment. */
export interface Python {
  /** Path of the interpreter. */
  readonly python: string;
  /** Folder of its commands, such as `opentelemetry-instrument`, `pytest` and `ruff`. */
  readonly bin: string;
}

const python = join(__dirname, '../../python');

/** Folder of the sample services. */
export const examples = join(python, 'examples');
/** Folder of the package that traces them. */
export const harbourlineOtel = join(python, 'harbourline-otel');

const ledger = join(__dirname, 'ledger');

/** What stands in an environment: the newest releases of OpenTelemetry, or the oldest that the package runs on. */
const environments = {
  newest: {
    locks: ['requirements.lock', 'requirements-dev.lock'].map((file) => join(examples, file)),
    packages: [ledger, harbourlineOtel],
  },
  oldest: { locks: [join(harbourlineOtel, 'oldest.lock')], packages: [harbourlineOtel] },
};

/** Locks of {@link environments} and of everything that services use beside it: servers, queues, clients. */
export const serviceLocks: readonly string[] = [...environments.newest.locks, join(harbourlineOtel, 'services.lock')];

const script = join(__dirname, 'prepare.py');

/** Oldest Python that the locks are made for. */
const minimum = [3, 10] as const;
const candidates = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

/**
 * An environment with the packages of this repository installed, made now if the cache does not hold it.
 *
 * @param progress receives lines such as `python: 20 of 58 packages`
 * @param furtherLocks of tools that run within it, made with these locks as constraints
 * @throws Error that says what is missing, or with the last lines of pip
 */
export const preparePython = (
  progress: (line: string) => void = () => {},
  releases: keyof typeof environments = 'newest',
  furtherLocks: readonly string[] = [],
): Promise<Python> =>
  pythonEnvironment([...environments[releases].locks, ...furtherLocks], environments[releases].packages, progress);

/**
 * An environment for some locks, with packages of this repository installed, made now if the cache does not hold it.
 *
 * @throws Error as {@link preparePython}
 */
export async function pythonEnvironment(
  locks: readonly string[],
  packages: readonly string[],
  progress: (line: string) => void,
  interpreter: Interpreter = findPython(),
): Promise<Python> {
  const hash = createHash('sha256').update(interpreter.identity);
  for (const file of [script, ...locks, ...packages.flatMap(sources)]) hash.update(readFileSync(file));
  const folder = join(cacheDirectory('python'), hash.digest('hex').slice(0, 16));

  const child = spawn(
    interpreter.command,
    [script, folder, ...locks.flatMap((lock) => ['--lock', lock]), ...packages.flatMap((path) => ['--package', path])],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  createInterface(child.stdout).on('line', progress);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`The Python packages could not be installed.\n${errors.trim()}`);
  return { python: join(folder, 'bin', 'python'), bin: join(folder, 'bin') };
}

/** Files that define a package, in a fixed order. */
function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(py|pth|toml|json|typed)$/.test(file) && !/(^|\/)tests?[/_]/.test(file))
    .sort()
    .map((file) => join(folder, file));
}

/** An interpreter of this machine that can make virtual environments. */
export interface Interpreter {
  readonly command: string;
  /** Its version and what it was built for. */
  readonly identity: string;
}

/** @throws Error that names Python, where none that is new enough can make virtual environments. */
export function findPython(commands: readonly string[] = candidates): Interpreter {
  const found: string[] = [];
  for (const command of commands) {
    try {
      // ensurepip is a package of its own on Debian and Ubuntu.
      const code =
        'import sys, platform\ntry:\n import ensurepip, venv\n ok = 1\nexcept ImportError:\n ok = 0\n' +
        'print(*sys.version_info[:3], ok, sys.implementation.cache_tag, platform.machine())';
      const identity = execFileSync(command, ['-c', code], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      const [major = 0, minor = 0, patch, ok] = identity.split(' ').map(Number);
      const recent = major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
      if (recent && ok) return { command, identity };
      found.push(`${command} is ${major}.${minor}.${patch}${recent ? ' without venv (package python3-venv)' : ''}`);
    } catch {
      // Not on this machine: the next one.
    }
  }
  throw refused(
    'HL-REHEARSE-011',
    `The rehearsal's services need Python >= ${minimum.join('.')} with venv on the PATH (https://www.python.org/downloads); ` +
      `${found.length > 0 ? found.join(', ') : 'none was found'}.`,
  );
}
