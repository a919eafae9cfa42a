/** `npm run help`: see `--help`. */
import { parseArgs } from 'node:util';
import { command } from '../command';
import { groups } from './groups';

const help = `Lists the commands of this repository, in groups.

npm run help
  --help   this text
`;

command(help, () => {
  parseArgs({ options: {} });
  for (const [title, scripts] of Object.entries(groups)) {
    console.log(title);
    for (const [name, what] of Object.entries(scripts)) {
      console.log(`  ${(name === 'test' ? 'npm test' : `npm run ${name}`).padEnd(27)}${what}`);
    }
    console.log('');
  }
  console.log('Each of them explains itself: npm run NAME -- --help');
});
