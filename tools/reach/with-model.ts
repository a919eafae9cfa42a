import type { EnvironmentConfig } from '../../config/schema';
import { synthesiseApp } from '../../harness/synthesise';
import { readEnvironments } from '../../judges/assembly/environments';
import { type ReachModel, reachModel } from '../../judges/reach/model';

/** Synthesises an environment, and asks its model. */
export function withModel<T>(config: EnvironmentConfig, use: (model: ReachModel) => T): T {
  const { assembly, dispose } = synthesiseApp([config]);
  try {
    return use(reachModel(readEnvironments(assembly.directory), config));
  } finally {
    dispose();
  }
}
