/** A child process that serves HTTP: started, awaited, stopped with all that it started itself. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from './wait';

/** What to start. */
export interface ServiceProps {
  /** Stands in messages. */
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  /** The whole environment: nothing is inherited, so no proxy or `OTEL_…` of the shell reaches the service. */
  readonly environment: Readonly<Record<string, string>>;
  /** Receives standard output and errors. */
  readonly logFile: string;
  /** Answers 2xx when the service is ready; for what does not answer HTTP from here, the words for it. */
  readonly healthUrl: string;
  /** Asks in another way: `true`, or what it saw instead, or it throws that. @default asks the health URL */
  readonly isReady?: () => Promise<unknown>;
  /** Seconds, far beyond what a busy machine takes: a process that ends is no longer waited for. @default 120 */
  readonly readyWithin?: number;
  /** Seconds that a stop may take before the process is killed. @default 15 */
  readonly stopWithin?: number;
}

/** A service that answers. */
export interface Service {
  readonly pid: number;
  readonly logFile: string;
  /** Ends it. False where it had to be killed, so that it may not have handed over its last spans. */
  stop(): Promise<boolean>;
  /** Ends it as a machine that loses power would. */
  kill(): Promise<void>;
}

/** Starts a service. @throws Error with what was seen last and the last lines of its log, where it ends early or does not get ready */
export async function startService(props: ServiceProps): Promise<Service> {
  const log = openSync(props.logFile, 'a', 0o600);
  const child = spawn(props.command, props.arguments, {
    cwd: props.directory,
    env: props.environment,
    stdio: ['ignore', log, log],
    // A process group of its own: a Ctrl-C in the terminal must not reach it before its work is flushed.
    detached: true,
  });
  closeSync(log);
  const pid = child.pid;
  let ended: string | undefined;
  const exited = new Promise<void>((resolve) => {
    const end = (text: string) => {
      ended ??= text;
      resolve();
    };
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, signal) => end(`exit ${signal ?? code}`));
  });
  const failed = (what: string, cause?: unknown) =>
    new Error(`${props.name} ${what}.\n${tail(props.logFile)}`, { cause });
  if (pid === undefined) {
    await exited;
    throw failed(`could not be started: ${ended}`);
  }
  const signalGroup = (signal: NodeJS.Signals) => {
    if (ended === undefined) process.kill(-pid, signal);
  };
  const kill = () => signalGroup('SIGKILL');
  process.once('exit', kill);
  exited.then(() => process.removeListener('exit', kill));

  const stop = async () => {
    signalGroup('SIGTERM');
    const within = props.stopWithin ?? 15;
    await Promise.race([exited, sleep(1000 * within, undefined, { ref: false })]);
    const clean = ended !== undefined;
    if (!clean) process.stderr.write(`${props.name} did not end within ${within} s of SIGTERM: it was killed.\n`);
    kill();
    await exited;
    return clean;
  };

  const ready = props.isReady ?? (() => answers(props.healthUrl));
  const ask = () => (ended === undefined ? ready() : new Error(`it ended before it was ready (${ended})`));
  try {
    await waitFor(`${props.name} to answer at ${props.healthUrl}`, ask, props.readyWithin ?? 120);
  } catch (error) {
    await stop();
    throw failed(`did not start: ${(error as Error).message}`, error);
  }
  const killed = async () => {
    kill();
    await exited;
  };
  return { pid, logFile: props.logFile, stop, kill: killed };
}

async function answers(url: string): Promise<true | string> {
  const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return ok || `HTTP ${status}`;
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
}
