import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { nodeMajor } from '../contract/node';
import { cacheDirectory } from './cache';

const bundles = new Map<string, string>();

/** Where the package has the bundle of a program; in a checkout there is none. */
export const prebuilt = (entry: string): string =>
  join(
    dirname(entry),
    'bundles',
    basename(entry)
      .replace(/\.[jt]s$/, '')
      .replaceAll('.', '-'),
  );

/**
 * Folder with `main.js`: the program of `entry` and all that it imports, in one file. What is rehearsed and tested is
 * what is deployed: nothing is left for the runtime to provide. The folder is named after its content, so that however
 * many processes make it there is one.
 */
export function bundle(entry: string): string {
  const done = bundles.get(entry);
  if (done) return done;
  const built = prebuilt(entry);
  if (existsSync(built)) return built;
  const [program] = buildSync({
    entryPoints: { main: entry },
    outdir: 'bundle',
    write: false,
    // Paths in the output are relative to it: the same bytes whatever folder synth runs in.
    absWorkingDir: join(__dirname, '..'),
    // A checkout that shares the packages of another makes the same bytes, too.
    preserveSymlinks: true,
    bundle: true,
    platform: 'node',
    target: `node${nodeMajor}`,
    format: 'cjs',
    legalComments: 'none',
    logLevel: 'error',
  }).outputFiles;
  if (!program) throw new Error(`esbuild made nothing of ${entry}.`);
  const hash = createHash('sha256').update(program.contents).digest('hex');
  const folder = join(cacheDirectory('bundles'), hash.slice(0, 32));
  const file = join(folder, 'main.js');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, program.contents);
    renameSync(`${file}.${process.pid}`, file);
  }
  bundles.set(entry, folder);
  return folder;
}
