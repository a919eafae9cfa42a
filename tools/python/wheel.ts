/** `npm run python:wheel`: builds the wheel of harbourline-otel into python/dist/ and looks whether all is in it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { harbourlineOtel, preparePython } from '../../harness/python/environment';
import { command } from '../command';

const help = `Builds the wheel of harbourline-otel into python/dist/, and looks whether all is in it that services need.

npm run python:wheel
  --help   this text
`;

/** What a service's environment must get: the code, its data, its types, and the line that Python runs at its start. */
const needed = [
  'harbourline_otel.pth',
  'harbourline_otel/startup.py',
  'harbourline_otel/rules.json',
  'harbourline_otel/py.typed',
];

async function main(): Promise<void> {
  const { python } = await preparePython((line) => process.stderr.write(`${line}\n`));
  const folder = join(harbourlineOtel, '..', 'dist');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const options = ['--no-deps', '--no-build-isolation', '--no-index', '--quiet', '--wheel-dir', folder];
  execFileSync(python, ['-m', 'pip', 'wheel', ...options, harbourlineOtel], { stdio: 'inherit' });
  const [wheel = ''] = readdirSync(folder);
  const names = execFileSync(python, ['-m', 'zipfile', '-l', join(folder, wheel)], { encoding: 'utf8' }).split(/\s+/);
  const missing = needed.filter((file) => !names.includes(file));
  if (missing.length > 0) throw new Error(`${wheel} lacks ${missing.join(', ')}.`);
  console.log(join(folder, wheel));
}

command(help, () => {
  parseArgs({ options: {} });
  return main();
});
