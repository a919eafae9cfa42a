#!/usr/bin/env node
/** `npx harbourline`: the commands of the package, on the deployment of the repository that it is called in. */
import { coded } from '../../config/refused';
import { packagedCommands } from './commands';
import { manifest } from './manifest';

const width = Math.max(...Object.keys(packagedCommands).map((name) => name.length)) + 2;

const help = `Harbourline ${manifest.version}

npx harbourline COMMAND [options]
${Object.entries(packagedCommands)
  .map(([name, { what }]) => `  ${name.padEnd(width)}${what}`)
  .join('\n')}

Each explains itself: npx harbourline COMMAND --help
`;

const [, , name, ...args] = process.argv;
const found = packagedCommands[name ?? ''];
if (found) {
  const file = require.resolve(found.module);
  // The command reads its own arguments, and may run itself again.
  process.argv = [process.execPath, file, ...args];
  require(file);
} else if (name === '--version') {
  console.log(manifest.version);
} else if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
  process.stdout.write(help);
} else {
  process.stderr.write(`${coded('HL-COMMAND-010', `There is no command ${name}: use one of those below.`)}\n\n${help}`);
  process.exitCode = 1;
}
