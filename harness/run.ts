/** Runs short commands of the system and reads what they print. */
import { execFile } from 'node:child_process';
import { TimedOut } from './wait';

/** How a command is run. */
export interface RunOptions {
  /** What it reads from standard input. @default nothing */
  readonly input?: string;
  /** Milliseconds until it is killed. @default 60000 */
  readonly timeoutMs?: number;
}

/** What a command printed. @throws Error with the command and what it complained of; TimedOut where it takes too long */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { timeout: options.timeoutMs ?? 60_000, killSignal: 'SIGKILL', maxBuffer: 1 << 24 },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const why = error.killed
          ? `took longer than ${options.timeoutMs ?? 60_000} ms`
          : stderr.trim() || error.message;
        const message = `${[command, ...args].join(' ')}: ${why}`;
        reject(error.killed ? new TimedOut(message) : new Error(message));
      },
    );
    child.stdin?.on('error', () => {}); // it ended without reading: its exit code tells
    child.stdin?.end(options.input ?? '');
  });
}

/** Whether a command succeeds. */
export const succeeds = (command: Promise<unknown>): Promise<boolean> =>
  command.then(
    () => true,
    () => false,
  );
