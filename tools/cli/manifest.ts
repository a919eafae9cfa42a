/** The package's own package.json: version, and the versions that it was tried with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceExtension } from '../../harness/program';

/** What is read of it. */
interface Manifest {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Folder of the package: of the checkout, or above `dist`. */
export const packageFolder = join(__dirname, sourceExtension === '.ts' ? '../..' : '../../..');

export const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as Manifest;
