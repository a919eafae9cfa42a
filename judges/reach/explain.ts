/** Verdicts in words. */
import type { Says } from './filters';
import type { Connection, Verdict } from './reach';

const hop = (arrow: string, { passes, at, what }: Says): string => `  ${passes ? arrow : '✗'} ${at}\n      ${what}`;

/** Hop by hop: there, and back. */
export const hopsOf = ({ forth, back }: Connection): string =>
  [...forth.map((says) => hop('→', says)), ...back.map((says) => hop('←', says))].join('\n');

/** Of one question. Where only some of the ways pass, one of each kind. */
export function explain(question: string, { passes, passing, failing }: Verdict): string {
  const verdict = {
    all: 'gets there, and its answer back',
    some: 'gets there by some ways and not by others',
    none: 'does not get there',
  };
  const shown = passes === 'all' ? [passing] : passes === 'none' ? [failing] : [passing, failing];
  return [`${question}: ${verdict[passes]}`, ...shown.flatMap((each) => (each ? [hopsOf(each)] : []))].join('\n');
}
