/**
 * `harness/synthesise` in tests: each configuration is synthesised once in a run, not once in each of two dozen test files. What is
 * there already is read without CDK, whose loading takes longer than the reading.
 */
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { EnvironmentConfig } from '../../config/schema';
import type { Assembly } from '../../harness/synthesise';
import { runFolderVariable } from './run-folder';

/** @see `harness/synthesise` */
export function synthesiseApp(configs: readonly EnvironmentConfig[]): Assembly {
  const key = createHash('sha256').update(JSON.stringify(configs)).digest('hex');
  const folder = join(process.env[runFolderVariable] ?? tmpdir(), `assembly-${key}`);
  if (!existsSync(folder)) {
    // By its path: its name leads here. And only now: it loads all of CDK.
    const { synthesiseApp: anew } = jest.requireActual(
      '../../harness/synthesise.ts',
    ) as typeof import('../../harness/synthesise');
    const { assembly } = anew(configs);
    try {
      renameSync(assembly.directory, folder);
    } catch {
      // Another worker was quicker.
      rmSync(assembly.directory, { recursive: true, force: true });
    }
  }
  return { assembly: new CloudAssembly(folder), dispose: () => {} };
}
