/** `npm run agent:package`: see `--help`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { collectorBinary } from '../../lib/collector/distribution/build';
import { command } from '../command';
import { goTool } from './go';
import { describePackage } from './nfpm';
import { architectureOf, architectures, environmentOf, outputFolder, outputOf, versionOf } from './settings';

const help = `Packages the agent of an environment for servers outside AWS: a .deb and an .rpm. Prints their paths.

npm run agent:package -- --env ENVIRONMENT --arch ${Object.keys(architectures).join('|')}
  --output FOLDER     where to (default: ${outputFolder})
  --version VERSION   (default: the project's, with the time of the commit)
  --help              this text
`;

const kinds = ['deb', 'rpm'] as const;

command(help, async () => {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      arch: { type: 'string' },
      output: { type: 'string' },
      version: { type: 'string' },
    },
  });
  const [config, architecture] = [environmentOf(values.env), architectureOf(values.arch)];
  const { version, madeAt } = versionOf();
  const output = outputOf(values.output);
  const progress = (line: string) => console.error(line);
  const collector = await collectorBinary(architectures[architecture].platform, progress);
  const scratch = mkdtempSync(join(tmpdir(), 'harbourline-package-'));
  try {
    const description = describePackage({
      config,
      architecture,
      version: values.version ?? version,
      madeAt,
      collector,
      scratch,
    });
    for (const kind of kinds) {
      const text = execFileSync(goTool('nfpm'), ['package', '-f', description, '-p', kind, '-t', output], {
        encoding: 'utf8',
        env: { ...process.env, SOURCE_DATE_EPOCH: `${madeAt.getTime() / 1000}` },
      });
      console.log(/created package: (.*)/.exec(text)?.[1] ?? text);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
