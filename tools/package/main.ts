/** `npm run package`: see `--help`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { refused } from '../../config/refused';
import { dependencies, peerDependencies } from '../../package.json';
import { command } from '../command';
import { build, dist, pack, required } from './build';

const help = `Builds the package that firms install: dist/, and a tarball of it.

npm run package [-- --out FOLDER]
  --out FOLDER   where the tarball goes (default: dist/ only, no tarball)
  --check        judges it as others will import it: publint, Are the types wrong?, and that it declares all that it loads
  --help         this text
`;

command(help, () => {
  const { values } = parseArgs({ options: { out: { type: 'string' }, check: { type: 'boolean', default: false } } });
  build((line) => process.stderr.write(`${line}\n`));
  if (values.check) {
    const folder = mkdtempSync(join(tmpdir(), 'harbourline-package-'));
    try {
      const tarball = pack(folder);
      for (const [tool = '', ...args] of [
        ['publint', 'run', tarball, '--strict'],
        ['attw', tarball],
      ]) {
        execFileSync(join(dist, '../node_modules/.bin', tool), args, { stdio: 'inherit' });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    const declared = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
    const undeclared = [...required()].filter((name) => !declared.has(name));
    if (undeclared.length > 0) {
      throw refused(
        'HL-PACKAGE-001',
        `The package loads ${undeclared.join(', ')} and declares none of them. Fix: move them to dependencies.`,
      );
    }
    console.log('Loads nothing that it does not declare.');
  }
  console.log(values.out ? pack(resolve(values.out)) : dist);
});
