import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notSynthesised } from '../command';

/** Synthesises bin/app.ts of a checkout as the CDK CLI does, and says in which directory the assembly is. */
export function synthesise(checkout: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'harbourline-review-'));
  const { context } = JSON.parse(readFileSync(join(checkout, 'cdk.json'), 'utf8'));
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: checkout,
    env: { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: JSON.stringify(context) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw notSynthesised('The app');
  return directory;
}
