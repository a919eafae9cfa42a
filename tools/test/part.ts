/** One part of the tests: a program that is run, and what it says of its tests. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const root = join(__dirname, '..', '..');

/** What a part found. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** Tests that did not run, as `runner: test: reason`. */
  readonly skipped: readonly string[];
}

export interface Part {
  readonly title: string;
  /** @param print takes what the part has to say, in pieces */
  readonly run: (print: (text: string) => void) => Promise<Count>;
}

/** How a program ended, and what it printed to standard output. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
}

/** Runs a program at the root of the repository. */
export function execute(
  command: string,
  args: readonly string[],
  print: (text: string) => void,
  { cwd = root, env = {}, quiet = false }: { cwd?: string; env?: Record<string, string>; quiet?: boolean } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (!quiet) print(text);
    });
    child.stderr.setEncoding('utf8').on('data', print);
    child.on('error', (error) => {
      print(`${error.message}\n`);
      resolve({ code: 127, stdout });
    });
    child.on('close', (code, signal) => resolve({ code: signal ? 1 : (code ?? 1), stdout }));
  });
}

/** A promise that may be rejected before its part awaits it: that part says so. */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** A part that begins when something is ready. */
export const after = (ready: Promise<unknown>, { title, run }: Part): Part => {
  awaitedLater(ready);
  return {
    title,
    run: async (print) => {
      await ready;
      return run(print);
    },
  };
};

/** A program that passes or fails as a whole. */
export const check = (title: string, command: string | Promise<string>, args: readonly string[]): Part => ({
  title,
  run: async (print) => {
    const failed = (await execute(await command, args, print)).code === 0 ? 0 : 1;
    return { passed: 1 - failed, failed, skipped: [] };
  },
});
