/** Synthesises environments as a deployment does, with the feature flags of `cdk.json`, into a folder that goes away. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { EnvironmentConfig } from '../config/schema';
import { deployedApp, deploymentRoot } from './deployment';

/** Context of the deployment's `cdk.json`: the same feature flags, and what a firm sets beside them. */
export const context = (): Record<string, unknown> =>
  (JSON.parse(readFileSync(join(deploymentRoot(), 'cdk.json'), 'utf8')) as { context: Record<string, unknown> })
    .context;

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
    return { assembly: deployedApp(configs, { outdir, context: context() }).synth(), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
