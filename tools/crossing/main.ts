/** `npm run crossing`: see `--help`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { homes } from '../../config/regions';
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
  const all = loadEnvironments().filter(({ link }) => link);
  // The laws that the record names are those of Hong Kong and the mainland.
  const here = all.filter(({ region }) => region === 'ap-east-1');
  writeFileSync(file, record(here.map(linked)));
  for (const { environment, region } of all.filter((one) => !here.includes(one))) {
    console.error(
      `config/${environment}.ts is not in the record: it is in ${homes[region].place}, of whose law nothing is known here. Ask your counsel.`,
    );
  }
  console.log(file);
});
