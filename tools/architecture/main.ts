/** `npm run architecture`: see `--help`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { drawing } from './draw';
import { cruise, importsBetweenRooms } from './imports';

const file = join(__dirname, '..', '..', 'docs', 'architecture.md');
const marks = ['<!-- npm run architecture -->\n', '<!-- /npm run architecture -->'] as const;

const help = `Draws the rooms of the code and who imports whom into docs/architecture.md, from the code.

npm run architecture [-- options]
  --check   writes nothing; exit code 1 where the drawing is not what the code makes
  --help    this text

Which way imports may run is checked by npm run check, by the rules in .dependency-cruiser.cjs.
`;

command(help, () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(marks[0]), text.indexOf(marks[1])];
  if (from < 0 || to < from)
    throw new Error(`docs/architecture.md has lost its marks: ${marks.join(' … ').replaceAll('\n', '')}`);
  const drawn = text.slice(0, from + marks[0].length) + drawing(importsBetweenRooms(cruise())) + text.slice(to);
  if (drawn === text) return;
  if (values.check)
    throw new Error('docs/architecture.md does not show the code: run npm run architecture and commit.');
  writeFileSync(file, drawn);
});
