/** `npm run refusals`: see `--help`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { page } from './page';
import { examples, messageOf } from './refusals';

const help = `Shows with which message a code of a refused configuration is printed.

npm run refusals -- [CODE]
  CODE     such as HL-LINK-012: its example and message  [default: the number of codes, and whether docs/errors.md is as written]
  --write  writes docs/errors.md
  --help   this text
`;

const file = join(__dirname, '..', '..', 'docs', 'errors.md');

command(help, () => {
  const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });
  const [code] = positionals;
  if (code) {
    if (!examples[code]) throw new Error(`There is no code ${code}. docs/errors.md lists all.`);
    process.stdout.write(`${messageOf(code)}\n`);
    return 0;
  }
  const text = page();
  if (values.write) writeFileSync(file, text);
  const same = readFileSync(file, 'utf8') === text;
  process.stdout.write(
    `${Object.keys(examples).length} codes; docs/errors.md is ${same ? 'up to date' : 'not: write it with --write'}\n`,
  );
  return same ? 0 : 1;
});
