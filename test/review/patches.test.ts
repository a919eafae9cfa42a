/** Patches to the sources, synthesised by the patched code itself: from a diff of TypeScript to a page. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../tools/review/changes';
import { environmentsOf } from '../../tools/review/commits';
import { review } from '../../tools/review/findings';
import { page } from '../../tools/review/page';

const root = join(__dirname, '..', '..');
const patches = join(__dirname, 'patches');

/** prod, as the sources make it, with a patch. */
async function patched(patch?: string): Promise<Environment> {
  const checkout = mkdtempSync(join(tmpdir(), 'harbourline-patch-'));
  for (const part of [
    'bin',
    'config',
    'lib',
    'judges',
    'harness',
    'cdk.json',
    'package.json',
    'tsconfig.json',
    'tools',
  ]) {
    cpSync(join(root, part), join(checkout, part), { recursive: true });
  }
  // What this repository deploys is not the tests' business.
  writeFileSync(
    join(checkout, 'harbourline.config.ts'),
    `import { exampleEnvironments } from './harness/environments';
import { buildApp } from './lib/app';
export default { environments: exampleEnvironments, app: buildApp };
`,
  );
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  if (patch) execFileSync('git', ['apply', '--unidiff-zero', join(patches, patch)], { cwd: checkout });
  const environment = (await environmentsOf(checkout, ['prod'])).get('prod')!;
  rmSync(checkout, { recursive: true });
  return environment;
}

const ends = { base: 'before', head: 'after' };

test('a change of comments gives an empty page, a change of the configuration one with its price', async () => {
  expect(readdirSync(patches).sort()).toEqual(['comments.patch', 'smaller-store.patch']);
  const [before, comments, smaller] = await Promise.all([
    patched(),
    patched('comments.patch'),
    patched('smaller-store.patch'),
  ]);
  expect(page(review('prod', before, comments), ends)).toBe('# prod: nothing changes\n');

  const text = page(review('prod', before, smaller), ends);
  expect(text).toContain('data node type: r7g.xlarge.search → m7g.xlarge.search');
  expect(text).toContain('RetentionInDays: 400 → 365 days');
  expect(text.indexOf('## Danger')).toBeLessThan(text.indexOf('## Caution'));
}, 300_000);
