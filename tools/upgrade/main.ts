/** `npx harbourline upgrade`: see `--help`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { refused } from '../../config/refused';
import { deploymentRoot } from '../../harness/deployment';
import { loader } from '../../harness/program';
import { manifest } from '../cli/manifest';
import { command } from '../command';
import { ownSource, tarballSource } from '../init/source';
import { type CdkJson, type PackageJson, upgradedFlags, upgradedPackage } from './upgrade';

const help = `Brings a repository of yours to this version of Harbourline, and says what a deployment would do then.

npx file:/path/harbourline-VERSION.tgz upgrade [options]   (with a registry of your firm's: npx harbourline@VERSION upgrade)
  --from VERSION   version that the repository must have now (default: whatever package.json says)
  --package FILE   tarball of Harbourline (default: where this command came from)
  --no-review      does not compare what would be deployed
  --help           this text

Writes package.json, package-lock.json, vendor/ and what cdk.json lacks; commits nothing. Pages go to cdk.out/review. Everything must be
committed before: that is what it compares with. Exit code: that of review.
`;

command(help, () => {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      package: { type: 'string' },
      'no-review': { type: 'boolean', default: false },
    },
  });
  const root = deploymentRoot();
  const git = (...args: string[]): string => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  if (git('status', '--porcelain') !== '') {
    throw refused(
      'HL-UPGRADE-001',
      'There are changes that are not committed: commit them first, so that the review shows the upgrade alone.',
    );
  }
  const file = (name: string): string => join(root, name);
  const parsed = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
  const read = <T>(name: string): T => parsed<T>(file(name));
  const write = (name: string, value: unknown): void =>
    writeFileSync(file(name), `${JSON.stringify(value, null, 2)}\n`);

  const lock = read<{ packages?: Record<string, { version?: string }> }>('package-lock.json');
  const from = lock.packages?.['node_modules/harbourline']?.version;
  if (from === undefined)
    throw refused(
      'HL-UPGRADE-002',
      'package-lock.json has no harbourline: this repository does not use the package. Go to one that does, or make one: npx harbourline init --help',
    );
  if (values.from !== undefined && values.from !== from) {
    throw refused(
      'HL-UPGRADE-003',
      `--from ${values.from}: the repository has ${from}. Use that, or leave --from out.`,
    );
  }

  const source = values.package ? tarballSource(values.package) : ownSource();
  const before = read<PackageJson>('package.json');
  write('package.json', upgradedPackage(before, source.spec, manifest));
  if (source.tarball) {
    const old = before.dependencies.harbourline?.replace(/^file:/, '');
    if (old?.startsWith('vendor/') && existsSync(file(old))) rmSync(file(old));
    mkdirSync(file('vendor'), { recursive: true });
    cpSync(source.tarball, file(`vendor/${basename(source.tarball)}`));
  }
  const { json, added } = upgradedFlags(read<CdkJson>('cdk.json'), parsed<CdkJson>(join(__dirname, '../../cdk.json')));
  if (added.length > 0) write('cdk.json', json);
  for (const flag of added) console.log(`cdk.json: ${flag}`);
  // npm keeps what it has under the same version and file name: it is to look again.
  delete lock.packages?.['node_modules/harbourline'];
  write('package-lock.json', lock);
  rmSync(file('node_modules/harbourline'), { recursive: true, force: true });
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  console.log(`harbourline ${from} → ${manifest.version}`);
  if (values['no-review']) return 0;
  const review = file('node_modules/harbourline/dist/tools/review/main.js');
  const { status } = spawnSync(process.execPath, [...loader(), review, '--base', 'HEAD'], {
    cwd: root,
    stdio: 'inherit',
  });
  console.log('\nNext: read these pages, then npx harbourline check, then commit, with vendor/ where it changed');
  return status ?? 1;
});
