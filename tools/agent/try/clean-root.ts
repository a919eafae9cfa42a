/** A Debian with nothing in it: made once by debootstrap, and copied for each try. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../harness/run';
import { cacheDirectory } from '../../../lib/common/cache';

const suite = 'bookworm';
/** What the package depends on; `rpm` to try the other format. */
const packages = ['systemd', 'jq', 'curl', 'openssl', 'nftables', 'ca-certificates', 'rpm'];

/** Makes it where it is not. @returns its folder, which must not be changed */
export async function cleanDebian(progress: (line: string) => void): Promise<string> {
  const folder = join(cacheDirectory('agent-try'), suite);
  if (existsSync(folder)) return folder;
  progress(`debootstrap ${suite}, once: takes minutes`);
  const fresh = `${folder}.${process.pid}`;
  const made = run(
    'debootstrap',
    ['--variant=minbase', `--include=${packages.join(',')}`, suite, fresh, 'http://deb.debian.org/debian'],
    {
      timeoutMs: 1_800_000,
    },
  );
  await made.catch((error: Error) => {
    throw new Error(
      `A clean Debian could not be made: ${error.message}\nIt takes the package debootstrap, and the internet.`,
    );
  });
  renameSync(fresh, folder);
  return folder;
}

/** A copy of it, in which commands are run. */
export class CleanRoot {
  constructor(readonly folder: string) {}

  static async of(debian: string, folder: string): Promise<CleanRoot> {
    await run('cp', ['-a', debian, folder], { timeoutMs: 300_000 });
    const root = new CleanRoot(folder);
    root.command('systemctl', readFileSync(join(__dirname, 'systemctl'), 'utf8'));
    return root;
  }

  path(inside: string): string {
    return join(this.folder, inside);
  }

  /** A stand-in for a command; the real one is `NAME.real`. In /usr/bin, where scripts of rpm look, too. */
  command(name: string, answers: string): void {
    const file = this.path(`/usr/bin/${name}`);
    const real = `${file}.real`;
    if (existsSync(file) && !existsSync(real)) renameSync(file, real);
    writeFileSync(file, answers.startsWith('#!') ? answers : `#!/usr/bin/env bash\n${answers}\n`);
    chmodSync(file, 0o755);
  }

  /** Runs a command in it, as root. What it starts goes on. @returns what it printed, errors too */
  run(command: readonly string[], input = ''): Promise<{ readonly code: number; readonly output: string }> {
    const mounts = `mount --bind /dev ${this.folder}/dev; mount -t proc proc ${this.folder}/proc; mount --bind ${this.folder}/run-of-try ${this.folder}/run; exec chroot ${this.folder} "$@"`;
    const log = join(this.folder, 'run-of-try');
    const child = spawn('unshare', ['--mount', 'sh', '-ec', `mkdir -p ${log}; ${mounts}`, 'sh', ...command], {
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: '/root',
        DEBIAN_FRONTEND: 'noninteractive',
      },
      timeout: 300_000,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve({ code: code ?? -1, output }));
    });
  }

  /** Runs a command that must succeed. @throws Error with what it printed */
  async must(command: readonly string[], input = ''): Promise<string> {
    const { code, output } = await this.run(command, input);
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`);
    return output;
  }
}
