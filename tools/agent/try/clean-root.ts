/** A Debian with nothing in it: made once by debootstrap, and copied for each try. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../harness/run';
import { waitFor } from '../../../harness/wait';
import { cacheDirectory } from '../../../lib/common/cache';

const suite = 'bookworm';
/** What the package depends on; `rpm` to try the other format. */
const packages = ['systemd-sysv', 'dbus', 'jq', 'curl', 'openssl', 'nftables', 'ca-certificates', 'rpm'];

/** Makes it where it is not. @returns its folder, which must not be changed */
export async function cleanDebian(progress: (line: string) => void): Promise<string> {
  const folder = join(cacheDirectory('agent-try'), `${suite}-booted`);
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

/** A copy of it that is booted as a server is: systemd starts its units, confines them, and starts them again. */
export class CleanRoot {
  private nspawn?: ChildProcess;

  constructor(readonly folder: string) {}

  static async of(debian: string, folder: string): Promise<CleanRoot> {
    await run('cp', ['-a', debian, folder], { timeoutMs: 300_000 });
    return new CleanRoot(folder);
  }

  path(inside: string): string {
    return join(this.folder, inside);
  }

  /** Boots it, in the network of this process. @throws Error where systemd is not up, with what it printed */
  async boot(): Promise<void> {
    let output = '';
    const child = spawn(
      'systemd-nspawn',
      [
        ...['--quiet', '--boot', '--register=no', '--keep-unit', '--console=pipe', '--settings=no'],
        // A server has a firewall of its own; a container of this program has none unless it may set it.
        ...['--capability=CAP_NET_ADMIN', `--directory=${this.folder}`],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.nspawn = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    await waitFor(
      'systemd to be up in a clean Debian',
      async () => {
        if (child.exitCode !== null || child.signalCode) return new Error(`systemd-nspawn ended:\n${output}`);
        const { output: state } = await this.run(['systemctl', 'is-system-running']);
        return state.trim() === 'running' || `${state.trim()}\n${output}`;
      },
      120,
      250,
    );
  }

  /** Shuts it down, units first, as a server that is turned off. */
  async shutDown(): Promise<void> {
    const child = this.nspawn;
    if (!child || child.exitCode !== null || child.signalCode) return;
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  /** A stand-in for a command; the real one is `NAME.real`. In /usr/bin, where scripts of rpm look, too. */
  command(name: string, answers: string): void {
    const file = this.path(`/usr/bin/${name}`);
    const real = `${file}.real`;
    if (existsSync(file) && !existsSync(real)) renameSync(file, real);
    writeFileSync(file, answers.startsWith('#!') ? answers : `#!/usr/bin/env bash\n${answers}\n`);
    chmodSync(file, 0o755);
  }

  /** Runs a command in it, as root, while it is booted. @returns what it printed, errors too */
  run(command: readonly string[], input = ''): Promise<{ readonly code: number; readonly output: string }> {
    const first = readFileSync(`/proc/${this.nspawn?.pid}/task/${this.nspawn?.pid}/children`, 'utf8').trim();
    const child = spawn('nsenter', ['--target', first, '--all', ...command], {
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
      child.on('close', (code) => resolve({ code: code ?? -1, output }));
    });
  }

  /** Runs a command that must succeed. @throws Error with what it printed */
  async must(command: readonly string[], input = ''): Promise<string> {
    const { code, output } = await this.run(command, input);
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`);
    return output;
  }
}
