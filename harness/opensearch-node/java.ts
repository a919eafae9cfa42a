/** Finds a Java development kit that can run the node. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { refused } from '../../config/refused';

/** A Java development kit. */
export interface Jdk {
  /** Its folder: `java` and `javac` are in its `bin`. */
  readonly home: string;
  /** Feature release, such as 21. */
  readonly version: number;
}

/** OpenSearch 3 is compiled for Java 21. */
const minimum = 21;

/** Folders below which package managers and installers put kits, each in a folder of its own. */
const commonFolders = [
  '/usr/lib/jvm',
  '/usr/java',
  '/opt/java',
  '/opt/jdk',
  '/Library/Java/JavaVirtualMachines',
  '/opt/homebrew/opt',
  '/usr/local/opt',
  join(homedir(), '.sdkman/candidates/java'),
  join(homedir(), '.jdks'),
];

/**
 * The first kit that is new enough: `JAVA_HOME`, the `PATH`, then the usual folders, newest first. A machine's default
 * `java` is often older than another one that it also has.
 *
 * @throws Error that says what was found and what is missing
 */
export function findJdk(
  env: Readonly<Record<string, string | undefined>> = process.env,
  folders: readonly string[] = commonFolders,
): Jdk {
  const named = [env.JAVA_HOME ?? '', ...(env.PATH ?? '').split(delimiter).map((folder) => join(folder, '..'))];
  const usual = folders.flatMap(kitsBelow).flatMap((home) => probe(home) ?? []);
  const kits = [...named.flatMap((home) => probe(home) ?? []), ...usual.sort((a, b) => b.version - a.version)];
  const kit = kits.find(({ version, compiler }) => version >= minimum && compiler);
  if (kit) return { home: kit.home, version: kit.version };
  const found = kits.map(({ home, version, compiler }) => `${version}${compiler ? '' : ' without javac'} in ${home}`);
  throw refused(
    'HL-REHEARSE-010',
    `The rehearsal's OpenSearch needs a Java development kit, version ${minimum} or newer; ` +
      `${found.length > 0 ? `found ${[...new Set(found)].join(', ')}` : 'none was found'}. ` +
      `Install one (for example https://adoptium.net, or the package openjdk-${minimum}-jdk or temurin-25-jdk) or set JAVA_HOME.`,
  );
}

function kitsBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  // On macOS the kit is further down; Homebrew's folder holds everything, kits among it.
  return readdirSync(folder)
    .filter((name) => /jdk|java|jvm|temurin|zulu|corretto|graal|^\d/i.test(name))
    .flatMap((name) => [join(folder, name), join(folder, name, 'Contents/Home')]);
}

function probe(home: string): (Jdk & { compiler: boolean }) | undefined {
  const java = join(home, 'bin', 'java');
  if (!home || !existsSync(java)) return undefined;
  try {
    const answer = execFileSync(java, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const version = Number(/^\S+ (\d+)/.exec(answer)?.[1]);
    return { home, version, compiler: existsSync(join(home, 'bin', 'javac')) };
  } catch {
    return undefined; // not one that runs here, or so old that it does not know the option
  }
}
