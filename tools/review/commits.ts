import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, readEnvironments } from '../../judges/assembly/environments';
import { synthesise } from './assembly';

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** A commit, by any name that git knows. @throws Error that says what to do about a name that it does not know */
export function commit(root: string, ref: string): string {
  try {
    return git(root, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
  } catch {
    throw new Error(`There is no commit ${ref} here. Fetch it first, or name another with --base.`);
  }
}

/** As people write it: the first digits, and whether the working tree has more than the commit. */
export function headName(root: string): string {
  const changed = git(root, 'status', '--porcelain', '--untracked-files=no') !== '';
  return git(root, 'rev-parse', '--short', 'HEAD') + (changed ? ' and uncommitted changes' : '');
}

/**
 * The environments of another commit, synthesised by its own code in a worktree that is gone afterwards. Packages are those
 * of this checkout, unless the commit locks others: then they are installed.
 */
export function environmentsAt(root: string, sha: string, progress: (line: string) => void): Map<string, Environment> {
  const worktree = mkdtempSync(join(tmpdir(), 'harbourline-base-'));
  try {
    git(root, 'worktree', 'add', '--detach', '--force', worktree, sha);
    const lock = (folder: string): string => readFileSync(join(folder, 'package-lock.json'), 'utf8');
    if (lock(worktree) === lock(root) && existsSync(join(root, 'node_modules'))) {
      symlinkSync(join(root, 'node_modules'), join(worktree, 'node_modules'));
    } else {
      progress(`installing the packages of ${sha.slice(0, 7)}: its lock differs`);
      execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: worktree,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }
    return environmentsOf(worktree);
  } finally {
    rmSync(worktree, { recursive: true, force: true });
    git(root, 'worktree', 'prune');
  }
}

/** The environments of a checkout, as it stands. */
export function environmentsOf(root: string): Map<string, Environment> {
  const assembly = synthesise(root);
  try {
    return readEnvironments(assembly);
  } finally {
    rmSync(assembly, { recursive: true });
  }
}
