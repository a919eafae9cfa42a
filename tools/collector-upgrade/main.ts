/** `npm run collector:upgrade`: see `--help`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { modulesIn, releaseOf, stableIn, withRelease } from './versions';

const help = `Brings the collector to another release of OpenTelemetry's, and says whether our own parts still work with it.

npm run collector:upgrade -- VERSION [options]
  VERSION      of the release, such as 0.158.0; the one that is there makes all files again
  --no-tests   does not run the Go tests of our own modules
  --help       this text

Asks first whether every module of the manifest can be had at that version, and writes nothing where one cannot. Then writes
builder.yaml, the go.mod and go.sum of our own modules and the generated sources, runs their tests, builds the collector for both
platforms, and writes NOTICE. Nothing is committed. Needs Go; takes some ten minutes.

Afterwards: npm test, and npm run rehearse. Exit code 1 where something fails: "git checkout lib/collector NOTICE" goes back.
`;

const root = join(__dirname, '../..');
const distribution = join(root, 'lib', 'collector', 'distribution');
const manifestFile = join(distribution, 'builder.yaml');
// As collector:generate: the proxy carries sums that the checksum database does not, and go.sum is committed.
const env = { ...process.env, GOFLAGS: '-mod=mod', GONOSUMDB: '*' };

/** Which of the modules cannot be had, with what Go says. */
function refused(modules: readonly string[]): string[] {
  return modules.flatMap((module) => {
    const { status, stdout } = spawnSync('go', ['mod', 'download', '-json', module], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    return status === 0
      ? []
      : [`${module}: ${(JSON.parse(stdout || '{}') as { Error?: string }).Error ?? 'no answer'}`];
  });
}

/** The go.mod of a module that can be had. */
function goModOf(module: string): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', module], { cwd: root, env, encoding: 'utf8' });
  return readFileSync((JSON.parse(answer) as { GoMod: string }).GoMod, 'utf8');
}

command(help, () => {
  const { values, positionals } = parseArgs({
    options: { 'no-tests': { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [version = '', ...more] = positionals;
  if (!/^0\.\d+\.\d+$/.test(version) || more.length > 0)
    throw new Error(`Not a version of the collector: ${positionals.join(' ') || 'none is named'}.\n\n${help}`);
  const say = (line: string): boolean => process.stderr.write(`${line}\n`);
  const manifest = readFileSync(manifestFile, 'utf8');
  const from = releaseOf(manifest);

  say(`asking for the modules of ${version}`);
  const sampling = `github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor@v${version}`;
  const [first] = refused([sampling]);
  if (first) throw new Error(`There is no such release here.\n${first}`);
  const to = { version, stable: stableIn(goModOf(sampling)) };
  const raised = withRelease(manifest, from, to);
  const builder = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
  const missing = refused([builder, ...modulesIn(raised)]);
  if (missing.length > 0)
    throw new Error(`${missing.length} modules cannot be had; nothing was written.\n${missing.join('\n')}`);

  writeFileSync(manifestFile, raised);
  const own = readdirSync(distribution)
    .map((name) => join(distribution, name))
    .filter((folder) => existsSync(join(folder, 'go.mod')));
  const go = (cwd: string, ...args: string[]) => execFileSync('go', args, { cwd, env, stdio: 'inherit' });
  for (const folder of own) {
    const file = join(folder, 'go.mod');
    writeFileSync(file, withRelease(readFileSync(file, 'utf8'), from, to));
    say(`go mod tidy in ${folder.slice(root.length + 1)}`);
    go(folder, 'mod', 'tidy');
  }
  const npm = (...args: string[]) => execFileSync('npm', ['run', '--silent', ...args], { cwd: root, stdio: 'inherit' });
  npm('collector:generate');
  if (!values['no-tests']) for (const folder of own) go(folder, 'test', './...');
  npm('collector:build', '--', 'linux/arm64');
  npm('collector:build', '--', 'linux/amd64');
  npm('supply-chain');
  say(
    `The collector is ${to.version} (stable modules ${to.stable}); it was ${from.version}. Then: npm test, npm run rehearse.`,
  );
});
