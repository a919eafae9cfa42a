/** The agent's container image: two static programs in a layout of OCI, without a daemon and without a base image. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectorBinary } from '../../lib/collector/distribution/build';
import { root } from '../shell/scripts';
import { type Architecture, architectures, versionOf } from './settings';

/** Builds the image's entry point. */
function buildEntryPoint(architecture: Architecture, output: string): string {
  execFileSync('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', output, '.'], {
    cwd: join(root, 'lib/machine/agent-container'),
    env: { ...process.env, CGO_ENABLED: '0', GOOS: 'linux', GOARCH: architecture, GOFLAGS: '-mod=readonly' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return output;
}

/** Writes the image's layout. @returns its folder */
export async function makeImage(
  wanted: readonly Architecture[],
  output: string,
  progress: (line: string) => void,
): Promise<string> {
  const { version, madeAt } = versionOf();
  const layout = join(output, 'image');
  rmSync(layout, { recursive: true, force: true });
  const scratch = mkdtempSync(join(tmpdir(), 'harbourline-image-'));
  try {
    const programs: string[] = [];
    for (const architecture of wanted) {
      const collector = await collectorBinary(architectures[architecture].platform, progress, 'deployed');
      programs.push(`${architecture}=${collector},${buildEntryPoint(architecture, join(scratch, architecture))}`);
    }
    execFileSync(
      'go',
      ['run', './image', '-output', layout, '-version', version, '-created', `${madeAt.getTime() / 1000}`, ...programs],
      {
        cwd: __dirname,
        env: { ...process.env, GOFLAGS: '-mod=readonly' },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    return layout;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
