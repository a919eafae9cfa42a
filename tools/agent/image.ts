/** `npm run agent:image`: see `--help`. */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { goTool } from './go';
import { makeImage } from './make-image';
import { type Architecture, architectureOf, architectures, outputFolder, outputOf } from './settings';

const help = `Makes the agent's container image, of all environments: an OCI layout for arm64 and amd64. Prints its folder.

npm run agent:image [-- options]
  --arch ARCH        of one architecture only
  --output FOLDER    where to (default: ${outputFolder})
  --push REFERENCE   sends it to a registry, and prints its digest: registry/harbourline-agent:VERSION
  --help             this text

Sign in to the registry first: aws ecr get-login-password | docker login, or go -C tools/agent tool crane auth login.
`;

command(help, async () => {
  const { values } = parseArgs({
    options: { arch: { type: 'string' }, output: { type: 'string' }, push: { type: 'string' } },
  });
  const wanted = values.arch ? [architectureOf(values.arch)] : (Object.keys(architectures) as Architecture[]);
  const layout = await makeImage(wanted, outputOf(values.output), (line) => console.error(line));
  if (values.push === undefined) console.log(layout);
  else execFileSync(goTool('crane'), ['push', '--index', layout, values.push], { stdio: 'inherit' });
});
