/** `npm run review:update`: writes review/ anew, from the app or from an assembly that it is given. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { reviewFiles, writeReview } from './files';

const root = resolve(__dirname, '../..');

/** Synthesises bin/app.ts of a checkout as the CDK CLI does, and says in which directory the assembly is. */
export function synthesise(checkout = root): string {
  const directory = mkdtempSync(join(tmpdir(), 'harbourline-review-'));
  const { context } = JSON.parse(readFileSync(join(checkout, 'cdk.json'), 'utf8'));
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: checkout,
    env: { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: JSON.stringify(context) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('The app does not synthesise: mend what it says above, then run this again.');
  return directory;
}

const help = `Writes review/<environment>/<Stack>.json anew: the templates that reviewers read.

npm run review:update [-- ASSEMBLY]
  ASSEMBLY   folder of an assembly to take (default: synthesises bin/app.ts)
  --help     this text
`;

if (require.main === module) {
  command(help, () => {
    const { positionals } = parseArgs({ options: {}, allowPositionals: true });
    if (positionals.length > 1) throw new Error(`One assembly at the most, not ${positionals.length}.`);
    const [given] = positionals;
    const directory = given ?? synthesise();
    const files = reviewFiles(directory);
    writeReview(root, files);
    if (!given) rmSync(directory, { recursive: true });
    console.log([...files.keys()].join('\n'));
  });
}
