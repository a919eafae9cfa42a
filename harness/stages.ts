/** Stages of the deployment, by name. */
import type { EnvironmentConfig } from '../config/schema';
import { type DeployedStage, stagesOf } from '../config/stages';
import { loadEnvironments } from './deployment';

/** A stage, and the environment that it belongs to. */
export interface NamedStage extends DeployedStage {
  readonly config: EnvironmentConfig;
}

/** An environment: the first, where none is named. @throws Error that names those there are */
export function environmentNamed(name: string | undefined): EnvironmentConfig {
  const all = loadEnvironments();
  const found = name === undefined ? all[0] : all.find(({ environment }) => environment === name);
  if (!found)
    throw new Error(
      `There is no environment ${name}. There are: ${all.map(({ environment }) => environment).join(', ')}.`,
    );
  return found;
}

/** The stages of every environment. */
export const everyStage = (): NamedStage[] =>
  loadEnvironments().flatMap((config) => stagesOf(config).map((stage) => ({ ...stage, config })));

/** @throws Error that names those there are */
export function stageNamed(name: string): NamedStage {
  const all = everyStage();
  const found = all.find((each) => each.name === name);
  if (!found)
    throw new Error(`There is no environment or stage ${name}. There are: ${all.map((each) => each.name).join(', ')}.`);
  return found;
}
