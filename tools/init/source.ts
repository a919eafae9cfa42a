/** Where the package that runs came from: a new repository takes it from there, too. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { refused } from '../../config/refused';
import { manifest, packageFolder } from '../cli/manifest';

/** What stands in package.json for Harbourline. */
export interface Source {
  readonly spec: string;
  /** A tarball that goes along, into `vendor/`. */
  readonly tarball?: string;
}

/** A tarball by its path. */
export function tarballSource(file: string): Source {
  if (!existsSync(file))
    throw refused(
      'HL-INIT-001',
      `--package ${file}: there is no such file. Name the tarball that npm run package -- --out FOLDER wrote.`,
    );
  return { spec: `file:vendor/${basename(file)}`, tarball: resolve(file) };
}

/**
 * This package's own: the tarball that it was installed from, or else its version in the registry.
 *
 * npm writes down where each package of a tree came from: https://docs.npmjs.com/cli/configuring-npm/package-lock-json
 */
export function ownSource(): Source {
  const modules = dirname(packageFolder);
  const lock = join(modules, '.package-lock.json');
  if (existsSync(lock)) {
    const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as {
      packages: Record<string, { resolved?: string } | undefined>;
    };
    const { resolved = '' } = packages['node_modules/harbourline'] ?? {};
    if (resolved.startsWith('file:')) {
      const tarball = resolve(modules, '..', resolved.slice('file:'.length));
      if (existsSync(tarball)) return tarballSource(tarball);
    }
  }
  return { spec: manifest.version };
}
