/** `npm run agent:chart`: see `--help`. */
import { parseArgs } from 'node:util';
import { environmentNamed } from '../../harness/stages';
import { command, needed } from '../command';
import { makeChart } from './make-chart';
import { outputFolder, outputOf } from './settings';

const help = `Writes the agent's Helm chart with an environment's configuration, and the environment file of its services. Prints
its folder.

npm run agent:chart -- --env ENVIRONMENT
  --output FOLDER   where to (default: ${outputFolder})
  --help            this text
`;

command(help, () => {
  const { values } = parseArgs({ options: { env: { type: 'string' }, output: { type: 'string' } } });
  console.log(makeChart(environmentNamed(needed('env', values.env)), outputOf(values.output)));
});
