/** Environments for the judge of reachability: changed as a test likes. */

import type { EnvironmentConfig } from '../../../config/schema';
import { exampleEnvironments } from '../../../harness/environments';
import { synthesiseApp } from '../../../harness/synthesise';
import { type Environment, readEnvironments } from '../../../judges/assembly/environments';
import { type ReachModel, reachModel } from '../../../judges/reach/model';
import { decides, reach } from '../../../judges/reach/reach';

export const configs = exampleEnvironments();

const synthesised = new Map<string, ReadonlyMap<string, Environment>>();

/** Stages of an environment. */
export function stagesOf(config: EnvironmentConfig): ReadonlyMap<string, Environment> {
  const stages = synthesised.get(config.environment) ?? readEnvironments(synthesiseApp([config]).assembly.directory);
  synthesised.set(config.environment, stages);
  return stages;
}

type Resources = Record<string, { Type: string; Properties: Record<string, any> }>;

/** Stages after a change of a stack such as `Link`, or of another stage's, `dev-client-payments/Client`. */
export function changed(config: EnvironmentConfig, stack: string, change: (resources: Resources) => void) {
  const stages = structuredClone(stagesOf(config)) as Map<string, Environment>;
  const [stage = '', name = ''] = stack.includes('/') ? stack.split('/') : [config.environment, stack];
  change(stages.get(stage)?.[name]?.resources as Resources);
  return stages;
}

/** The model of an environment after such a change, or as it is. */
export const modelOf = (
  config: EnvironmentConfig,
  stack?: string,
  change?: (resources: Resources) => void,
): ReachModel => reachModel(stack && change ? changed(config, stack, change) : stagesOf(config), config);

/** Ids of resources whose id begins or ends so. */
export const idsOf = (resources: Resources, part: RegExp): string[] =>
  Object.keys(resources).filter((id) => part.test(id));

/** Takes resources away. */
export const without =
  (part: RegExp) =>
  (resources: Resources): void => {
    const ids = idsOf(resources, part);
    if (ids.length === 0) throw new Error(`${part} is in no id.`);
    for (const id of ids) delete resources[id];
  };

/** Whether a connection passes, or the hop at which it ends. */
export function outcome({ network, ends }: ReachModel, from: string, to: string, port: number): string {
  const { passes, failing } = reach(network, ends.named(from), ends.named(to), 'tcp', port);
  const end = failing && decides(failing);
  return end ? `${end.at}: ${end.what}` : passes;
}
