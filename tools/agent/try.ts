/** `npm run agent:try`: see `--help`. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CleanUp } from '../../harness/clean-up';
import { environmentNamed } from '../../harness/stages';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { againInOwnNetwork, inOwnNetwork } from '../../rehearsal/stage/link/own-network';
import { command, needed } from '../command';
import { fetchModules, goTool } from './go';
import { makeImage } from './make-image';
import type { Architecture } from './settings';
import { tryChart } from './try/chart';
import { cleanDebian } from './try/clean-root';
import { emulate } from './try/emulation';
import { tryImage } from './try/image';
import { tryPackage } from './try/package';
import { TryStage } from './try/stage';

const parts = ['deb', 'rpm', 'image', 'other-image', 'chart'] as const;
type Part = (typeof parts)[number];

const help = `Tries the agent of each kind of node on this machine. Packages: installed in a clean Debian, enrolled, upgraded, removed.
Image: unpacked and run as ECS would; other-image: that of the other architecture, by QEMU. Chart: linted, rendered, decoded. Real collectors, real TLS; AWS is stood for.

npm run agent:try [-- options] [PART…]
  PART     ${parts.join(', ')} (default: all)
  --env    environment to try (default: dev)
  --help   this text

Needs root, and for packages systemd-nspawn (systemd-container), the first time debootstrap and the internet; for
other-image qemu-user-static.
`;

const progress = (line: string): void => console.error(line);

command(help, async () => {
  const { values, positionals } = parseArgs({
    options: { env: { type: 'string', default: 'dev' } },
    allowPositionals: true,
  });
  const config = environmentNamed(needed('env', values.env));
  const unknown = positionals.filter((name) => !(parts as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}. There are: ${parts.join(', ')}.`);
  const wanted = new Set<Part>(positionals.length > 0 ? (positionals as Part[]) : parts);
  if (process.getuid?.() !== 0) throw new Error('It takes root, for a network of its own: sudo -E npm run agent:try');
  const binary = await collectorBinary(hostTarget(), progress);
  const architecture = hostTarget().replace('linux/', '') as Architecture;
  const other = architecture === 'arm64' ? 'amd64' : 'arm64';
  const packages = wanted.has('deb') || wanted.has('rpm');
  const debian = packages ? await cleanDebian(progress) : '';
  if (!inOwnNetwork()) {
    // What is built in a network of its own must be here: nothing can be fetched there.
    if (packages) goTool('nfpm');
    if (wanted.has('chart')) goTool('helm');
    fetchModules();
    return againInOwnNetwork();
  }

  const folder = mkdtempSync(join(tmpdir(), 'harbourline-try-'));
  const cleanUp = new CleanUp();
  const made = join(folder, 'made');
  mkdirSync(made);
  try {
    const opened = async (name: Part): Promise<TryStage> => {
      const stage = await TryStage.open(config, binary, join(folder, name));
      cleanUp.add(() => stage.cleanUp.run());
      return stage;
    };
    const tries: Record<Part, () => Promise<void>> = {
      deb: async () => tryPackage(await opened('deb'), 'deb', architecture, debian, progress),
      rpm: async () => tryPackage(await opened('rpm'), 'rpm', architecture, debian, progress),
      image: async () => tryImage(await opened('image'), await makeImage([architecture], made, progress), architecture),
      'other-image': async () => {
        cleanUp.add(await emulate(other));
        return tryImage(await opened('other-image'), await makeImage([other], made, progress), other);
      },
      chart: () => tryChart(config, made),
    };
    for (const part of parts.filter((each) => wanted.has(each))) {
      progress(`${part} …`);
      await tries[part]();
      await cleanUp.run();
      console.log(`${part}: works`);
    }
    return 0;
  } finally {
    await cleanUp.run();
    rmSync(folder, { recursive: true, force: true });
  }
});
