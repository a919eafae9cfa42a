/** Stages of the deployment, by name. */
import type { EnvironmentConfig } from '../config/schema';
import { type DeployedStage, stagesOf } from '../config/stages';
import { loadEnvironments } from './deployment';

/** A stage, and the environment that it belongs to. */
export interface NamedStage extends DeployedStage {
  readonly config: EnvironmentConfig;
}

/** @throws Error that names those there are */
export function stageNamed(name: string): NamedStage {
  const all = loadEnvironments().flatMap((config) =>
    stagesOf(config).map((stage): NamedStage => ({ ...stage, config })),
  );
  const found = all.find((each) => each.name === name);
  if (!found)
    throw new Error(`There is no environment or stage ${name}. There are: ${all.map((each) => each.name).join(', ')}.`);
  return found;
}
