/** Stages of the deployment, by name. */
import { refused } from '../config/refused';
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
    throw refused(
      'HL-COMMAND-006',
      `This deployment has no environment ${name}. Use one of: ${all.map(({ environment }) => environment).join(', ')}.`,
    );
  return found;
}

/** That of a name, or all where none is given. */
export const environmentsNamed = (name: string | undefined): EnvironmentConfig[] =>
  name ? [environmentNamed(name)] : loadEnvironments();

/** The stages of every environment. */
export const everyStage = (): NamedStage[] =>
  loadEnvironments().flatMap((config) => stagesOf(config).map((stage) => ({ ...stage, config })));

/** @throws Error that names those there are */
export function stageNamed(name: string): NamedStage {
  const all = everyStage();
  const found = all.find((each) => each.name === name);
  if (!found)
    throw refused(
      'HL-COMMAND-007',
      `This deployment has no environment or stage ${name}. Use one of: ${all.map((each) => each.name).join(', ')}.`,
    );
  return found;
}
