/** A rehearsal that others kept from its end: no verdict, rather than a wrong one. */
import { TimedOut } from '../harness/wait';
import type { MachineReading } from './judge/evidence';
import { keptBusy } from './judge/machine';

/** Nothing was judged: the machine was too busy. */
export class Inconclusive extends Error {}

/**
 * What an error of a phase means. One that comes of a time-out, while others kept the machine busy, says nothing of what is
 * rehearsed; every other stays what it is: a program that ended by itself is no question of time.
 *
 * @param readings of the machine during that phase
 */
export function judged(error: unknown, phase: string, readings: readonly MachineReading[]): unknown {
  const busy = timedOut(error) ? keptBusy(readings) : undefined;
  if (busy === undefined) return error;
  return new Inconclusive(
    `Inconclusive: this machine was too busy while ${phase}: ${busy}. Try again when it has less to do.\n${(error as Error).message}`,
    { cause: error },
  );
}

/** Whether it, or what caused it, is a time-out: of a wait of ours, or of a request. */
function timedOut(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, cause } = error as Partial<Error>;
  return error instanceof TimedOut || name === 'TimeoutError' || timedOut(cause);
}
