import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition holds. @returns whether it came to hold within so many seconds */
export async function holds(
  condition: () => boolean | Promise<boolean>,
  seconds: number,
  signal: AbortSignal,
  everyMs = 250,
): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() >= deadline) return false;
    await sleep(everyMs, undefined, { signal });
  }
}

/** What was waited for did not come in time: on a machine that others use it may only be late. */
export class TimedOut extends Error {}

/**
 * Waits until an answer is the one: `ask` returns `true`, or what it saw instead. That it throws is what it saw, too: a
 * program that starts refuses connections. An `Error` that it returns ends the wait: what is waited for cannot come.
 *
 * @param what completes "waited … for", such as `the collector to take a span`
 * @param seconds bound, far beyond what a busy machine takes
 * @throws TimedOut that says what was waited for and what was seen last
 */
export async function waitFor(
  what: string,
  ask: () => unknown | Promise<unknown>,
  seconds = 60,
  everyMs = 50,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await Promise.resolve()
      .then(ask)
      .catch((error: Error) => `${error.message}${error.cause ? `: ${(error.cause as Error).message}` : ''}`);
    if (seen === true) return;
    if (seen instanceof Error) throw seen;
    if (performance.now() >= deadline) throw new TimedOut(`Waited ${seconds} s for ${what}; seen last: ${seen}`);
    await sleep(everyMs);
  }
}
