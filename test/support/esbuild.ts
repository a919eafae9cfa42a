/**
 * esbuild in tests: each program is bundled once in a run. Two dozen test files synthesise, each with a dozen programs, and
 * sources do not change meanwhile.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { runFolderVariable } from './run-folder';

// By its path: its name leads here.
const esbuild = jest.requireActual('../../node_modules/esbuild') as typeof import('esbuild');

/** What `lib` and `tools` need of it: one output, in memory. */
export function buildSync(options: BuildOptions & { write: false }) {
  if (options.metafile) return esbuild.buildSync(options);
  const key = createHash('sha256').update(JSON.stringify(options)).digest('hex');
  const file = join(process.env[runFolderVariable] ?? '', key);
  if (!existsSync(file)) {
    const { outputFiles } = esbuild.buildSync(options);
    if (outputFiles.length !== 1) return { outputFiles };
    writeFileSync(`${file}.${process.pid}`, outputFiles[0]!.contents);
    renameSync(`${file}.${process.pid}`, file);
  }
  const contents = readFileSync(file);
  return { outputFiles: [{ contents, text: contents.toString() }] };
}
