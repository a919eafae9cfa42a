/** `npm run python:wheel`: builds the wheel of harbourline-otel into python/dist/ and looks whether all is in it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { harbourlineOtel, preparePython } from '../../harness/python/environment';
import { command } from '../command';

const help = `Builds wheel and source distribution of harbourline-otel into python/dist/, with their hashes, and looks whether all is in
the wheel that services need. The version is that of the tag (v1.2.3), or a development version after it.

npm run python:wheel
  --help   this text
`;

/** What a service's environment must get: the code, its data, its types, and the line that Python runs at its start. */
const needed = [
  'harbourline_otel.pth',
  'harbourline_otel/startup.py',
  'harbourline_otel/rules.json',
  'harbourline_otel/py.typed',
  'licenses/LICENSE',
  'data/sitecustomize.py',
  'entry_points.txt',
];

/** The version of the tag that is built, or a development version after the last one: PEP 440. */
function version(): string {
  const describe = ['describe', '--tags', '--match', 'v[0-9]*', '--always', '--dirty'];
  const told = execFileSync('git', describe, { encoding: 'utf8', cwd: harbourlineOtel }).trim();
  const tag = /^v(\d+\.\d+\.\d+)(?:-(\d+)-g([0-9a-f]+))?(-dirty)?$/.exec(told);
  const [, release = '0.1.0', ahead, hash = told.replace(/-dirty$/, ''), dirty] = tag ?? [];
  if (tag && !ahead && !dirty) return release;
  return `${release}.dev${ahead ?? 0}+g${hash}${told.endsWith('-dirty') ? '.dirty' : ''}`;
}

async function main(): Promise<void> {
  const { python } = await preparePython((line) => process.stderr.write(`${line}\n`));
  const folder = join(harbourlineOtel, '..', 'dist');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const options = ['--no-deps', '--no-build-isolation', '--no-index', '--quiet', '--wheel-dir', folder];
  const env = { ...process.env, HARBOURLINE_VERSION: version(), SOURCE_DATE_EPOCH: '1577836800' };
  execFileSync(python, ['-m', 'pip', 'wheel', ...options, harbourlineOtel], { stdio: 'inherit', env });
  const sdist = 'import hatchling.build as b, sys; b.build_sdist(sys.argv[1])';
  execFileSync(python, ['-c', sdist, folder], { stdio: 'inherit', env, cwd: harbourlineOtel });
  const wheel = readdirSync(folder).find((file) => file.endsWith('.whl')) ?? '';
  const names = execFileSync(python, ['-m', 'zipfile', '-l', join(folder, wheel)], { encoding: 'utf8' }).split(/\s+/);
  const missing = needed.filter((file) => !names.some((name) => name.endsWith(file)));
  if (missing.length > 0) throw new Error(`${wheel} lacks ${missing.join(', ')}.`);
  const hashes = readdirSync(folder)
    .sort()
    .map(
      (file) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex')}  ${file}\n`,
    );
  writeFileSync(join(folder, 'SHA256SUMS'), hashes.join(''));
  console.log(join(folder, wheel));
  console.log(`harbourline-otel --hash=sha256:${hashes.find((line) => line.endsWith('.whl\n'))?.slice(0, 64)}`);
}

command(help, () => {
  parseArgs({ options: {} });
  return main();
});
