/** `npm run architecture`: see `--help`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { renewedSection } from '../compliance/sections';
import { decisionIndex, decisions } from './decisions';
import { drawing } from './draw';
import { cruise, importsBetweenRooms } from './imports';

const docs = join(__dirname, '..', '..', 'docs');

const help = `Draws the rooms of the code and who imports whom into docs/architecture.md, and lists the decisions in docs/adr/README.md.

npm run architecture [-- options]
  --check   writes nothing; exit code 1 where a page is not what the code and the decisions make
  --help    this text

Which way imports may run is checked by npm run check, by the rules in .dependency-cruiser.cjs.
`;

const pages: Readonly<Record<string, () => string>> = {
  'architecture.md': () => drawing(importsBetweenRooms(cruise())),
  'adr/README.md': () => decisionIndex(decisions(join(docs, 'adr'))),
};

command(help, () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  for (const [page, content] of Object.entries(pages)) {
    const file = join(docs, page);
    const text = readFileSync(file, 'utf8');
    const written = renewedSection(`docs/${page}`, text, 'npm run architecture', content());
    if (written === text) continue;
    if (values.check) throw new Error(`docs/${page} is not what it is made of: run npm run architecture and commit.`);
    writeFileSync(file, written);
  }
});
