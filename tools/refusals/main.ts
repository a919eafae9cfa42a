/** `npm run refusals`: see `--help`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { met } from './commands';
import { pages } from './page';
import { examples, inChinese, messageOf, messageOfCommand, withoutChinese } from './refusals';

const help = `Shows with which message a code of a refused configuration or command is printed.

npm run refusals -- [CODE]
  CODE     such as HL-LINK-012: its example and message, and what it means in Chinese
           [default: the number of codes, and whether docs/errors.md and zh/docs/errors.md are as written]
  --write  writes both pages
  --help   this text
`;

const root = join(__dirname, '..', '..');

command(help, async () => {
  const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });
  const [code] = positionals;
  if (code) {
    if (!examples[code] && !met[code]) throw new Error(`There is no code ${code}. docs/errors.md lists all.`);
    const message = examples[code] ? messageOf(code) : await messageOfCommand(code);
    process.stdout.write(`${message}\n${inChinese[code] ? `  ${inChinese[code]}\n` : ''}`);
    return 0;
  }
  const texts = Object.entries(await pages());
  if (values.write) for (const [file, text] of texts) writeFileSync(join(root, file), text);
  const stale = texts.filter(([file, text]) => readFileSync(join(root, file), 'utf8') !== text).map(([file]) => file);
  const lacking = withoutChinese();
  process.stdout.write(
    [
      `${Object.keys(examples).length} codes of configurations, ${Object.keys(met).length} of commands; ${stale.length > 0 ? `${stale.join(' and ')}: write with --write` : 'both pages are up to date'}\n`,
      ...(lacking.length > 0 ? [`tools/refusals/zh.yaml has no Chinese text for: ${lacking.join(', ')}\n`] : []),
    ].join(''),
  );
  return stale.length + lacking.length > 0 ? 1 : 0;
});
