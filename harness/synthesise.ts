/** Synthesises environments as a deployment does, with the feature flags of `cdk.json`, into a folder that goes away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { EnvironmentConfig } from '../config/schema';
import { deployedApp } from '../harness/deployment';
import { unjudged } from './context';

/** An assembly on disk. */
export interface Assembly {
  readonly assembly: CloudAssembly;
  /** Removes it. */
  dispose(): void;
}

/** Synthesises. @throws Error where the app does not synthesise; nothing is left then */
export function synthesiseApp(configs: readonly EnvironmentConfig[]): Assembly {
  const outdir = mkdtempSync(join(tmpdir(), 'harbourline-assembly-'));
  const dispose = () => rmSync(outdir, { recursive: true, force: true });
  try {
    return { assembly: deployedApp(configs, { outdir, ...unjudged() }).synth(), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
