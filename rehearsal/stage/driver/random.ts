/** Seeded draws: the same seed gives the same rehearsal. */

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** mulberry32 by Tommy Ettinger: 32 bits of state, enough for test data, never for secrets. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of the items. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

/** A string of `length` characters of `alphabet`. */
export function text(random: Random, length: number, alphabet = '0123456789'): string {
  return Array.from({ length }, () => pick(random, [...alphabet])).join('');
}
