/** `npm run agent:package`: see `--help`. */
import { parseArgs } from 'node:util';
import { environmentNamed } from '../../harness/stages';
import { command, needed } from '../command';
import { makePackage } from './make-package';
import { architectureOf, architectures, outputFolder, outputOf } from './settings';

const help = `Packages the agent of an environment for servers outside AWS: a .deb and an .rpm. Prints their paths.

npm run agent:package -- --env ENVIRONMENT --arch ${Object.keys(architectures).join('|')}
  --output FOLDER     where to (default: ${outputFolder})
  --version VERSION   (default: the project's, with the time of the commit)
  --help              this text
`;

command(help, async () => {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      arch: { type: 'string' },
      output: { type: 'string' },
      version: { type: 'string' },
    },
  });
  const [config, architecture] = [environmentNamed(needed('env', values.env)), architectureOf(values.arch)];
  const made = await makePackage({
    config,
    architecture,
    version: values.version,
    kinds: ['deb', 'rpm'],
    output: outputOf(values.output),
    progress: (line) => console.error(line),
  });
  for (const path of made) console.log(path);
});
