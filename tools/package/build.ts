/** Builds what is published: JavaScript with types, programs that are deployed as one file each, and what they are made of. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle, prebuilt } from '../../lib/common/bundle';
import { forFirms } from './words';

const root = join(__dirname, '..', '..');

/** Folder of the built package, beside package.json. */
export const dist = join(root, 'dist');

/** Folders of which all goes along that is no TypeScript: scripts, documents, Go and Python sources, locks. */
const folders = ['charts', 'config', 'harness', 'judges', 'lib', 'rehearsal', 'python', ...packagedTools()];

/** Files beside. */
const files = [
  'docs/performance.md',
  'docs/runbook.md',
  'cdk.json',
  'deployment/pipeline-roles.yaml',
  '.github/actions/tools/action.yml',
  ...['deploy', 'deploy-stack', 'deploy-mainland'].map((name) => `.github/workflows/${name}.yml`),
];

/** Not wanted there: tests, and what tools leave behind. */
const left =
  /(^|\/)(node_modules|\.venv|__pycache__|\.pytest_cache|\.ruff_cache|[\w-]*\.egg-info|build|tests?|testdata|environments)(\/|$)|_test\.go$|(^|\/)test_(?!ledger)\w+\.py$|^config\/allowlists\//;

/** Tools that the package has. */
function packagedTools(): string[] {
  return ['agent', 'templates', 'cost', 'order'].map((name) => `tools/${name}`);
}

/** Programs that AWS or an instance runs. */
const programs = (): string[] =>
  readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => /\.handler\.ts$|(^|\/)main\.ts$|probe\/responder\.ts$/.test(file) && !file.includes('distribution'),
    )
    .map((file) => join('lib', file))
    .sort();

/** Builds it anew. */
export function build(progress: (line: string) => void = () => {}): void {
  rmSync(dist, { recursive: true, force: true });
  progress('compiling');
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.package.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  rewrite();
  progress('copying what is no TypeScript');
  for (const folder of folders) copy(folder);
  for (const file of files) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    cpSync(join(root, file), join(dist, file));
  }
  progress('bundling programs');
  for (const entry of programs()) {
    const folder = prebuilt(join(dist, entry));
    mkdirSync(folder, { recursive: true });
    cpSync(join(bundle(join(root, entry)), 'main.js'), join(folder, 'main.js'));
  }
  wrap();
  chmodSync(join(dist, 'tools/cli/main.js'), 0o755);
}

/** A firm has no scripts of ours: what is compiled names the commands of the package instead. */
function rewrite(): void {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue;
    const [path, text] = [join(dist, name), readFileSync(join(dist, name), 'utf8')];
    const said = forFirms(text);
    if (said !== text) writeFileSync(path, said);
  }
}

/** Copies a folder's files that are not TypeScript. */
function copy(folder: string): void {
  for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    const from = join(root, path);
    if (left.test(path) || !statSync(from).isFile() || /\.ts$/.test(path) || existsSync(join(dist, path))) continue;
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    cpSync(from, join(dist, path));
  }
}

/** ES modules get the very same classes: a wrapper, no second build, so that `instanceof` holds across both. */
function wrap(): void {
  const { names } = JSON.parse(
    execFileSync(
      process.execPath,
      ['-e', "console.log(JSON.stringify({ names: Object.keys(require('./dist/index.js')) }))"],
      {
        cwd: root,
        encoding: 'utf8',
      },
    ),
  ) as { names: string[] };
  const exported = names.filter((name) => name !== '__esModule').sort();
  writeFileSync(join(dist, 'index.mjs'), `export { ${exported.join(', ')} } from './index.js';\n`);
  writeFileSync(join(dist, 'index.d.mts'), "export * from './index.js';\n");
}

/** Packs the built package. @returns the tarball */
export function pack(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const printed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  });
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }];
  return join(folder, filename);
}

/** Modules that the built package loads, by name. */
export function required(): Set<string> {
  const found = new Set<string>();
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js') || file.includes('/bundles/')) continue;
    for (const [, name = ''] of readFileSync(join(dist, file), 'utf8').matchAll(/\brequire\("([^".][^"]*)"\)/g)) {
      if (name.startsWith('node:')) continue;
      found.add(
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    }
  }
  return found;
}
