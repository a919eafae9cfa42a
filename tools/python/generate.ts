import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { rules, rulesFile } from './rules';

const help = `Writes what the Python package redacts by, from the list that the collectors use.

npm run python:generate
  --help   this text
`;

command(help, () => {
  parseArgs({ options: {} });
  writeFileSync(rulesFile, rules());
});
