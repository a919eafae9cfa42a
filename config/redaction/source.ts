/** The one list of what must never reach the store, as it is written in `list.yaml`: for the generator and for tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Examples that every kind has. */
export interface Examples {
  readonly kind: string;
  readonly masked: readonly string[];
  readonly kept: readonly string[];
  /** Where the shape comes from. */
  readonly source?: string;
}

/** The list. What each part means stands in the file itself. */
export interface RedactionList {
  readonly mask: string;
  readonly keys: {
    readonly words: readonly string[];
    readonly phrases: readonly string[];
    readonly anywhere: readonly string[];
    readonly harmless: readonly string[];
    readonly about: readonly string[];
    readonly patterns: readonly string[];
  };
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly labelled: readonly Examples[];
  readonly numbers: readonly Examples[];
  readonly tokens: readonly Examples[];
  readonly others: readonly Examples[];
  readonly ibans: string;
  readonly surnames: string;
  readonly streets: Readonly<Record<'latin' | 'han', readonly string[]>>;
}

/** Reads the list. */
export const redactionList = (): RedactionList => parse(readFileSync(join(__dirname, 'list.yaml'), 'utf8'));

/** All that is looked for, with examples, in the order of the list. */
export const examplesOf = ({ labelled, numbers, tokens, others }: RedactionList): readonly Examples[] => [
  ...labelled,
  ...numbers,
  ...tokens,
  ...others,
];

/** Patterns of keys in snake case, in which nothing but `_` stands between words, and of keys as they stand. */
export function keyPatterns({ keys }: RedactionList) {
  const whole = (words: readonly string[]): string =>
    `(?:^|_)(?:${words.map((word) => word.replaceAll(' ', '_')).join('|')})s?(?:_|$)`;
  return {
    sensitive: `${whole([...keys.words, ...keys.phrases])}|${keys.anywhere.join('|')}`,
    harmless: `${whole(keys.harmless)}|_(?:${keys.about.join('|')})s?$`,
    asWritten: keys.patterns.join('|'),
  };
}
