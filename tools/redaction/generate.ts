/** `npm run redaction:generate`: what Go, TypeScript and Python read of the one list in `config/redaction/list.yaml`. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { examplesOf, keyPatterns, redactionList } from '../../config/redaction/source';
import { command } from '../command';
import { rules, rulesFile } from '../python/rules';

const root = join(__dirname, '..', '..');

/** Every generated file with its content. A test compares them with what is committed. */
export function generated(): ReadonlyMap<string, string> {
  const list = redactionList();
  const { mask, labels, labelled, numbers, tokens, others, surnames, streets } = list;
  const keys = keyPatterns(list);
  const kinds = [...new Set(examplesOf(list).map(({ kind }) => kind))];
  return new Map([
    [
      join(root, 'lib/collector/distribution/redactionprocessor/list.json'),
      `${JSON.stringify({ mask, keys, labels, labelled, numbers, tokens, others, surnames, streets })}\n`,
    ],
    [join(root, 'config/redaction/list.json'), `${JSON.stringify({ mask, kinds, keyPatterns: keys }, null, 2)}\n`],
    [rulesFile, rules()],
  ]);
}

const help = `Writes what Go, TypeScript and Python redact by, from config/redaction/list.yaml.

npm run redaction:generate
  --help   this text
`;

if (require.main === module) {
  command(help, () => {
    parseArgs({ options: {} });
    for (const [file, text] of generated()) writeFileSync(file, text);
    execFileSync('npx', ['biome', 'format', '--write', ...generated().keys()], { cwd: root, stdio: 'inherit' });
  });
}
