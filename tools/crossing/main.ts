/** `npm run crossing`: see `--help`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { loadEnvironments } from '../../harness/deployment';
import { linked } from '../../lib/contract/link-parameters';
import { command } from '../command';
import { record } from './record';

const help = `Writes docs/crossing.md: what crosses the border, which way, held against which rule, and who owns it.

npm run crossing [-- --out FILE]
  --out FILE  where to, default docs/crossing.md
  --help      this text
`;

command(help, () => {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const file = values.out ?? 'docs/crossing.md';
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    record(
      loadEnvironments()
        .filter(({ link }) => link)
        .map(linked),
    ),
  );
  console.log(file);
});
