/** What Go, TypeScript and Python read of the one list in `config/redaction/list.yaml`. */
import { join } from 'node:path';
import { examplesOf, keyPatterns, redactionList } from '../../config/redaction/source';
import { rules, rulesFile } from '../python/rules';

export const root = join(__dirname, '..', '..');

/** Every generated file with its content. A test compares them with what is committed. */
export function generated(): ReadonlyMap<string, string> {
  const list = redactionList();
  const { mask, labels, labelled, numbers, tokens, others, ibans, surnames, streets } = list;
  const keys = keyPatterns(list);
  const kinds = [...new Set(examplesOf(list).map(({ kind }) => kind))];
  return new Map([
    [
      join(root, 'lib/collector/distribution/redactionprocessor/list.json'),
      `${JSON.stringify({ mask, keys, labels, labelled, numbers, tokens, others, ibans, surnames, streets })}\n`,
    ],
    [join(root, 'config/redaction/list.json'), `${JSON.stringify({ mask, kinds, keyPatterns: keys }, null, 2)}\n`],
    [rulesFile, rules()],
  ]);
}
