import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { assetHashes } from '../../judges/assembly/assets';
import { sanitiseTemplate } from './sanitise';

/** The folder in the repository: `review/<environment>/<Stack>.json`. */
const folder = 'review';

/** The files that an assembly makes: text by path from the repository's root, `review/dev/Store.json`. */
export function reviewFiles(assemblyDirectory: string): Map<string, string> {
  const assembly = new CloudAssembly(assemblyDirectory);
  const hashes = assetHashes(assembly);
  return new Map(
    assembly.stacksRecursively
      // The construct path: ids of stage and stack, not the long name that CloudFormation is given.
      .map(({ hierarchicalId, template }) => [
        `${folder}/${hierarchicalId}.json`,
        `${JSON.stringify(sanitiseTemplate(template, hashes), null, 2)}\n`,
      ]),
  );
}

/** What in the repository differs from the files that the app makes now, one sentence each; none when all is well. */
export function staleness(repositoryRoot: string, files: ReadonlyMap<string, string>): string[] {
  const remedy = 'run npm run review:update and commit';
  return [
    ...[...files]
      .filter(([path, text]) => read(join(repositoryRoot, path)) !== text)
      .map(([path]) => `${path} is ${existsSync(join(repositoryRoot, path)) ? 'stale' : 'missing'}: ${remedy}`),
    ...gone(repositoryRoot, files).map((path) => `${path} is of a stack that is gone: ${remedy}`),
  ];
}

/** Writes the files and deletes those of stacks that are gone. */
export function writeReview(repositoryRoot: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(repositoryRoot, path)), { recursive: true });
    writeFileSync(join(repositoryRoot, path), text);
  }
  for (const path of gone(repositoryRoot, files)) rmSync(join(repositoryRoot, path));
}

const read = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

function gone(repositoryRoot: string, files: ReadonlyMap<string, string>): string[] {
  const directory = join(repositoryRoot, folder);
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => !files.has(path))
    .sort();
}
