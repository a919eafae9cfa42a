/** `npm run figures`: see `--help`. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { measureFolder, quantile } from './measure';

const root = join(__dirname, '..', '..');

const help = `Prints how large files and functions are, by folder: number, lines, median, ninth decile, the largest of each.

npm run figures
  --help  this text
`;

/** Rooms of lib one by one, every other folder as a whole. */
const folders = (): string[] => [
  'bin',
  ...readdirSync(join(root, 'lib'))
    .map((name) => `lib/${name}`)
    .filter((folder) => statSync(join(root, folder)).isDirectory()),
  ...['config', 'judges', 'harness', 'rehearsal', 'tools', 'test'],
];

command(help, () => {
  parseArgs({ options: {} });
  const rows = folders().map((folder) => {
    const figures = measureFolder(root, folder);
    const lines = figures.map((each) => each.lines);
    const [largest] = [...figures].sort((one, other) => other.lines - one.lines);
    const [longest] = [...figures].sort((one, other) => other.longest.lines - one.longest.lines);
    return {
      folder,
      files: figures.length,
      lines: lines.reduce((sum, each) => sum + each, 0),
      median: quantile(lines, 0.5),
      '90 %': quantile(lines, 0.9),
      'largest file': largest ? `${largest.lines} ${largest.file}` : '',
      'longest function': longest ? `${longest.longest.lines} ${longest.file}:${longest.longest.line}` : '',
    };
  });
  const columns = Object.keys(rows[0] ?? {}) as (keyof (typeof rows)[number])[];
  const line = (cells: readonly unknown[]): string => `| ${cells.join(' | ')} |`;
  console.log(
    [line(columns), line(columns.map(() => '---')), ...rows.map((row) => line(columns.map((name) => row[name])))].join(
      '\n',
    ),
  );
});
