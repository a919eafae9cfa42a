/** The model of an environment's network, ready to be asked. */
import type { EnvironmentConfig } from '../../config/schema';
import type { Environment } from '../assembly/environments';
import { stagesOf } from './deployed';
import { Ends } from './ends';
import type { Network } from './network';
import { outsideOf } from './outside';
import { networkOf } from './read-network';

export interface ReachModel {
  readonly network: Network;
  readonly ends: Ends;
}

/**
 * Of an assembly.
 *
 * @param environments `readEnvironments` of it: with every stage of the environment, the mainland's too
 * @throws NotUnderstood of what the model might get wrong
 */
export function reachModel(environments: ReadonlyMap<string, Environment>, config: EnvironmentConfig): ReachModel {
  const outside = outsideOf(config);
  const network = networkOf(stagesOf(environments, config.environment), config.environment, outside);
  return { network, ends: new Ends(network, outside) };
}
