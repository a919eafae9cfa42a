/** Makes the packages of servers, by nfpm. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentConfig } from '../../config/schema';
import { collectorBinary } from '../../lib/collector/distribution/build';
import { goTool } from './go';
import { describePackage } from './nfpm';
import { type Architecture, architectures, versionOf } from './settings';

export type PackageKind = 'deb' | 'rpm';

export interface MakePackageProps {
  readonly config: EnvironmentConfig;
  readonly architecture: Architecture;
  /** @default the project's, with the time of the commit */
  readonly version?: string | undefined;
  readonly kinds: readonly PackageKind[];
  /** Existing folder. */
  readonly output: string;
  readonly progress: (line: string) => void;
}

/** @returns paths of the packages */
export async function makePackage({ version, kinds, output, progress, ...props }: MakePackageProps): Promise<string[]> {
  const own = versionOf();
  const collector = await collectorBinary(architectures[props.architecture].platform, progress, 'deployed');
  const scratch = mkdtempSync(join(tmpdir(), 'harbourline-package-'));
  try {
    const description = describePackage({
      ...props,
      version: version ?? own.version,
      madeAt: own.madeAt,
      collector,
      scratch,
    });
    return kinds.map((kind) => {
      const text = execFileSync(goTool('nfpm'), ['package', '-f', description, '-p', kind, '-t', output], {
        encoding: 'utf8',
        env: { ...process.env, SOURCE_DATE_EPOCH: `${own.madeAt.getTime() / 1000}` },
      });
      const path = /created package: (.*)/.exec(text)?.[1];
      if (!path) throw new Error(`nfpm said: ${text}`);
      return path;
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
