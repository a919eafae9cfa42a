import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const bundles = new Map<string, string>();

/**
 * Folder with `main.js`: the program of `entry` and all that it imports, in one file. What is rehearsed and tested is
 * what is deployed: nothing is left for the runtime to provide. Bundled once a process.
 */
export function bundle(entry: string): string {
  const done = bundles.get(entry);
  if (done) return done;
  const outdir = mkdtempSync(join(tmpdir(), 'harbourline-bundle-'));
  // CDK copies it into the assembly.
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  buildSync({
    entryPoints: { main: entry },
    outdir,
    // Paths in the output are relative to it: the same bytes whatever folder synth runs in.
    absWorkingDir: join(__dirname, '..'),
    bundle: true,
    platform: 'node',
    target: 'node22', // the older of Lambda's runtime and the instances' package
    format: 'cjs',
    legalComments: 'none',
    logLevel: 'error',
  });
  bundles.set(entry, outdir);
  return outdir;
}
