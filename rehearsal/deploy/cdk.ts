/** Runs the CDK CLI against the emulator: the very commands of docs/operations.md. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { deploymentRoot } from '../../harness/deployment';
import { ownProgram } from '../../harness/program';

/** What a command did. */
export interface Ran {
  readonly code: number;
  readonly seconds: number;
  /** Both streams, as printed. */
  readonly output: string;
}

/** Where and for how long a command runs. */
export interface Where {
  readonly environment: Readonly<Record<string, string>>;
  /** Its home: scratch. */
  readonly home: string;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Runs a command of the CLI. Its home is scratch, and its environment holds nothing of the shell's. */
export const cdk = (args: readonly string[], where: Where): Promise<Ran> =>
  run(join(deploymentRoot(), 'node_modules/.bin/cdk'), [...args, '--no-color', '--no-notices'], where);

/** Runs one of our own tools. */
export const tool = (name: string, args: readonly string[], where: Where): Promise<Ran> =>
  run(process.execPath, [...ownProgram(join(__dirname, '../../tools', name, 'main')), ...args], where);

function run(command: string, args: readonly string[], { environment, home, signal }: Where): Promise<Ran> {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: deploymentRoot(),
    env: {
      PATH: process.env.PATH,
      // Where the collector that was built before is found again.
      XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? home, '.cache'),
      // Modules that Go has fetched before: a home of scratch has none.
      GOPATH: process.env.GOPATH ?? join(process.env.HOME ?? home, 'go'),
      HOME: home,
      CI: '1',
      CDK_DISABLE_VERSION_CHECK: '1',
      JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.removeListener('exit', stop);
      resolve({ code: code ?? -1, seconds: (performance.now() - started) / 1000, output });
    });
  });
}
