/** Which keys hold secrets, by the one list. Go and Python judge by the same patterns. */
import list from './list.json';

const { keyPatterns } = list;

const sensitive = new RegExp(keyPatterns.sensitive);
const harmless = new RegExp(keyPatterns.harmless);
const asWritten = new RegExp(keyPatterns.asWritten, 'i');
const plural = /(?:^|_)tokens(?:_|$)/;

/** A key in snake case: `accessToken`, `access-token` and `ACCESS_TOKEN` are `access_token`; `PANs` are `pans`. */
const snakeCase = (key: string): string =>
  key
    .replace(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])/g, '$1$2_')
    .replace(/[^A-Za-z0-9\u0080-\uffff]+/g, '_')
    .toLowerCase();

/**
 * Whether the value of `key` is masked whatever it is.
 *
 * @param number the value is a number: `tokens` are then a count of them
 */
export function isSensitiveKey(key: string, number = false): boolean {
  // Full-width letters and digits.
  const plain = key.normalize('NFKC');
  if (asWritten.test(plain)) return true;
  const snake = snakeCase(plain);
  if (!sensitive.test(snake) || harmless.test(snake)) return false;
  return !(number && plural.test(snake));
}
