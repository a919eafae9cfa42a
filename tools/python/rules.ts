/** What the Python package redacts by, from the list that the collectors use. A test compares the two. */
import { join } from 'node:path';
import { keyPatterns, redactionList } from '../../config/redaction/source';
import { knownNamespaces } from '../../lib/collector/blocks/redaction';

export const rulesFile = join(__dirname, '..', '..', 'python/harbourline-otel/src/harbourline_otel/rules.json');

export function rules(): string {
  const list = redactionList();
  const { sensitive, harmless, asWritten } = keyPatterns(list);
  const all = { sensitiveKeys: sensitive, harmlessKeys: harmless, keysAsWritten: asWritten };
  return `${JSON.stringify({ ...all, knownNamespaces, mask: list.mask }, null, 2)}\n`;
}
