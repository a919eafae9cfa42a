import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssetManifestArtifact, CloudAssembly } from 'aws-cdk-lib/cx-api';
import { refused } from '../../config/refused';
import { ownProgram } from '../../harness/program';
import { type Environment, type Resource, readEnvironments } from '../../judges/assembly/environments';
import { notSynthesised } from '../command';

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** A commit, by any name that git knows. @throws Error that says what to do about a name that it does not know */
export function commit(root: string, ref: string): string {
  try {
    return git(root, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
  } catch {
    throw refused('HL-REVIEW-003', `There is no commit ${ref} here. Fetch it first, or name another with --base.`);
  }
}

/** What a merge was made into. Undefined where HEAD is no merge, or the tree has more than the commit. */
export function firstParent(root: string): string | undefined {
  const parents = git(root, 'rev-list', '--parents', '-n', '1', 'HEAD').split(' ').slice(1);
  return parents.length > 1 && git(root, 'status', '--porcelain') === '' ? parents[0] : undefined;
}

/** As people write it: the first digits, and whether the working tree has more than the commit. */
export function headName(root: string): string {
  const changed = git(root, 'status', '--porcelain') !== '';
  return git(root, 'rev-parse', '--short', 'HEAD') + (changed ? ' and uncommitted changes' : '');
}

/**
 * A worktree of another commit, for as long as something is done with it. Packages are those of this checkout, unless the
 * commit locks others: then they are installed, without running what they bring.
 */
export async function inWorktree<T>(
  root: string,
  sha: string,
  progress: (line: string) => void,
  use: (checkout: string) => Promise<T>,
): Promise<T> {
  const worktree = mkdtempSync(join(tmpdir(), 'harbourline-base-'));
  try {
    git(root, 'worktree', 'add', '--detach', '--force', worktree, sha);
    const lock = (folder: string): string => readFileSync(join(folder, 'package-lock.json'), 'utf8');
    if (lock(worktree) === lock(root) && existsSync(join(root, 'node_modules'))) {
      symlinkSync(join(root, 'node_modules'), join(worktree, 'node_modules'));
    } else {
      progress(`installing the packages of ${sha.slice(0, 7)}: its lock differs`);
      execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: worktree,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }
    return await use(worktree);
  } finally {
    rmSync(worktree, { recursive: true, force: true });
    git(root, 'worktree', 'prune');
  }
}

/** The environments of a checkout as it stands, by its own code. @param names which; all if none */
export async function environmentsOf(
  checkout: string,
  names: readonly string[] = [],
): Promise<Map<string, Environment>> {
  const assembly = mkdtempSync(join(tmpdir(), 'harbourline-review-'));
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(process.execPath, [...ownProgram(join(__dirname, 'synthesise')), ...names], {
        cwd: checkout,
        // What CDK says of templates it says at synth: here it would only take time.
        env: { ...process.env, CDK_OUTDIR: assembly, CDK_VALIDATION: 'false' },
        stdio: ['ignore', 2, 2],
      });
      child.on('error', reject);
      child.on('exit', (status) => {
        if (status === 0) resolve();
        else reject(notSynthesised(checkout));
      });
    });
    return readAssembly(assembly);
  } finally {
    rmSync(assembly, { recursive: true, force: true });
  }
}

/** The stack of an environment that no template has: programs, and what is handed out. */
const besides = 'Beside';

/** The environments of an assembly with what is beside their stacks: programs by name, and what is handed out. */
export function readAssembly(assemblyDirectory: string): Map<string, Environment> {
  const assets = assetsOf(new CloudAssembly(assemblyDirectory));
  const names = new Map(assets.map(({ hash, name }) => [hash, name]));
  const handed = handedOut(assemblyDirectory);
  // Stages of other accounts run what is made of the same sources.
  const sources = Object.fromEntries(
    Object.entries(Object.values(handed)[0] ?? {}).filter(([, { Type }]) => Type === 'Harbourline::Sources'),
  );
  return new Map(
    [...readEnvironments(assemblyDirectory)].map(([environment, stacks]) => {
      const used = JSON.stringify(Object.values(stacks).map(({ template }) => template));
      const programs = assets.filter(({ hash }) => used.includes(hash)).map(({ name, resource }) => [name, resource]);
      const resources = { ...Object.fromEntries(programs), ...(handed[environment] ?? sources) };
      return [
        environment,
        {
          ...Object.fromEntries(Object.entries(stacks).map(([id, stack]) => [id, { ...stack, assets: names }])),
          [besides]: { resources, template: {}, terminationProtection: false },
        },
      ];
    }),
  );
}

function handedOut(assemblyDirectory: string): Record<string, Record<string, Resource>> {
  const file = join(assemblyDirectory, 'handed-out.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).handedOut : {};
}

interface NamedAsset {
  readonly hash: string;
  readonly name: string;
  readonly resource: Resource;
}

/** Programs and scripts by the names that CDK shows, with what is in them. Templates are no assets here. */
function assetsOf({ artifacts, directory, nestedAssemblies }: CloudAssembly): NamedAsset[] {
  const own = artifacts.filter(AssetManifestArtifact.isAssetManifestArtifact).flatMap(({ contents }) => [
    ...Object.entries(contents.files ?? {})
      .filter(([, { source }]) => !source.path?.endsWith('.template.json'))
      .map(([hash, { displayName, source }]) => ({
        hash,
        name: displayName ?? hash.slice(0, 8),
        resource: {
          Type: 'Harbourline::Program',
          Properties: source.path
            ? { Files: filesIn(join(directory, source.path)) }
            : { Command: source.executable, Hash: hash },
        },
      })),
    ...Object.entries(contents.dockerImages ?? {}).map(([hash, { displayName }]) => ({
      hash,
      name: displayName ?? hash.slice(0, 8),
      resource: { Type: 'Harbourline::Program', Properties: { Image: hash } },
    })),
  ]);
  return [...own, ...nestedAssemblies.flatMap(({ nestedAssembly }) => assetsOf(nestedAssembly))];
}

function filesIn(path: string): Record<string, string> {
  if (!statSync(path).isDirectory()) return { [path.slice(path.lastIndexOf('/') + 1)]: textOf(path) };
  return Object.fromEntries(
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .sort()
      .filter((name) => statSync(join(path, name)).isFile())
      .map((name) => [name, textOf(join(path, name))]),
  );
}

/** Something that is no text is compared as base64: that it differs is all that can be said. */
function textOf(path: string): string {
  const bytes = readFileSync(path);
  return bytes.includes(0) ? bytes.toString('base64') : bytes.toString('utf8');
}
