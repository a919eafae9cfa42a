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
