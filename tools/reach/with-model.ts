import type { EnvironmentConfig } from '../../config/schema';
import { synthesiseApp } from '../../harness/synthesise';
import { named } from '../../judges/assembly/arns';
import { type Environment, readEnvironments } from '../../judges/assembly/environments';
import { type Exit, exits } from '../../judges/reach/exits';
import { type ReachModel, reachModel } from '../../judges/reach/model';

/** Synthesises an environment, and reads all of its stages. */
export function withStages<T>(config: EnvironmentConfig, use: (stages: ReturnType<typeof readEnvironments>) => T): T {
  const { assembly, dispose } = synthesiseApp([config]);
  try {
    return use(readEnvironments(assembly.directory));
  } finally {
    dispose();
  }
}

/** Synthesises an environment, and asks its model. */
export const withModel = <T>(config: EnvironmentConfig, use: (model: ReachModel) => T): T =>
  withStages(config, (stages) => use(reachModel(stages, config)));

/** Every way out of an environment. */
export function exitsOf(config: EnvironmentConfig, environments: ReadonlyMap<string, Environment>): Exit[] {
  const own = environments.get(config.environment) ?? {};
  return exits(reachModel(environments, config), named(own), config.account);
}
