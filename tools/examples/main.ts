/** `npm run examples`: see `--help`. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { devDependencies } from '../../package.json';
import { command } from '../command';
import { build, pack } from '../package/build';

const root = join(__dirname, '..', '..');
const folder = join(root, 'examples');
const examples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

const help = `Uses the package as firms do: packs it, installs the tarball elsewhere, and checks types, templates and rules of
${examples.join(', ')} and of a repository that \`harbourline init\` makes.

npm run examples [-- options]
  --from FILE   tarball of an older version too: a repository that it makes is upgraded to this one, reviewed, and checked
  --keep        leaves the folder, and prints it
  --help        this text
`;

/** Answers for `harbourline init`, of nobody. */
const answers = [
  ...['--environments', 'dev', '--account', '123456789012', '--cidr', '10.50.0.0/16'],
  ...['--services', '10.60.0.0/16', '--mainland', '10.70.0.0/16', '--page', 'on-call@example.com'],
];

function run(cwd: string, line: string, ...args: readonly string[]): void {
  if (status(cwd, line, ...args) !== 0) throw new Error(`It failed in ${cwd}: ${[line, ...args].join(' ')}`);
}

function status(cwd: string, line: string, ...args: readonly string[]): number {
  console.log(`$ ${[line, ...args].join(' ')}`);
  return spawnSync(line, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
}

const install = ['--no-audit', '--no-fund', '--loglevel=error'];

/** All examples beside one another, under one installation. */
function synthesiseExamples(place: string, tarball: string): void {
  const { 'aws-cdk': cdk, 'aws-cdk-lib': library, constructs, typescript, '@types/node': types } = devDependencies;
  mkdirSync(place);
  writeFileSync(
    join(place, 'package.json'),
    JSON.stringify({
      name: 'examples',
      private: true,
      dependencies: { harbourline: `file:${tarball}`, 'aws-cdk-lib': library, constructs },
      devDependencies: { 'aws-cdk': cdk, typescript, '@types/node': types },
    }),
  );
  run(place, 'npm', 'install', ...install);
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  };
  for (const name of examples) {
    console.log(`\n══ ${name}`);
    const at = join(place, name);
    cpSync(join(folder, name), at, { recursive: true });
    cpSync(join(root, 'cdk.json'), join(at, 'cdk.json'));
    writeFileSync(join(at, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }));
    run(at, 'npx', 'tsc', '-p', '.');
    run(at, 'npx', 'cdk', 'synth', '--quiet');
  }
}

/** A repository as `harbourline init` writes it, committed. */
function initialise(place: string, tarball: string): void {
  run(root, 'npx', '--yes', `--package=file:${tarball}`, 'harbourline', 'init', place, ...answers);
  run(place, 'npm', 'ci', ...install);
  run(place, 'git', 'init', '--quiet');
  run(place, 'git', 'add', '--all');
  run(
    place,
    'git',
    '-c',
    'user.name=nobody',
    '-c',
    'user.email=nobody@example.com',
    'commit',
    '-qm',
    'As init wrote it',
  );
}

const check = (place: string): void => run(place, 'npx', 'harbourline', 'check', '--skip-templates');

command(help, () => {
  const { values } = parseArgs({ options: { from: { type: 'string' }, keep: { type: 'boolean', default: false } } });
  const scratch = mkdtempSync(join(tmpdir(), 'harbourline-examples-'));
  try {
    build((line) => process.stderr.write(`${line}\n`));
    const tarball = pack(scratch);
    synthesiseExamples(join(scratch, 'examples'), tarball);

    console.log('\n══ init');
    initialise(join(scratch, 'firm'), tarball);
    check(join(scratch, 'firm'));

    if (values.from) {
      console.log(`\n══ upgrade from ${values.from}`);
      const old = join(scratch, 'older');
      initialise(old, resolve(values.from));
      // Its exit code is that of the review: what a deployment would do is for people, that nothing is said is not.
      const upgrade = ['--yes', `--package=file:${tarball}`, 'harbourline', 'upgrade', '--package', tarball];
      if (![0, 2, 3].includes(status(old, 'npx', ...upgrade))) throw new Error('The upgrade failed, or its review.');
      check(old);
    }
    return 0;
  } finally {
    if (values.keep) console.log(scratch);
    else rmSync(scratch, { recursive: true, force: true });
  }
});
