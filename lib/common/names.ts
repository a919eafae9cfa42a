import { Stack, Stage } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { type Names, names, stackNameOf } from '../contract/names';
import { stackInstance } from './stack-instance';

const key = 'harbourline:namePrefix';

/** Gives a stage the prefix of its organisation, as `permissionsBoundary` is given to it: once, for all that is within. */
export function prefixNames(stage: Stage, prefix: string | undefined): void {
  if (prefix) stage.node.setContext(key, prefix);
}

/** The prefix that a stage was given, for functions that must know it. */
export const namePrefixIn = (scope: IConstruct): { namePrefix?: string } => {
  const namePrefix = scope.node.tryGetContext(key);
  return namePrefix ? { namePrefix } : {};
};

/** Names of an environment, as the stage of a construct begins them. */
export const namesIn = (scope: IConstruct, environment: string): Names =>
  names(environment, scope.node.tryGetContext(key));

/** Name of a stack, from which CloudFormation makes the names of what has none: with the prefix in front, where there is one. */
export function stackName(scope: Construct, id: string): { stackName?: string } {
  const prefix = scope.node.tryGetContext(key);
  // Of a stage, `of` says what it is in.
  const stage = Stage.isStage(scope) ? scope : Stage.of(scope);
  return prefix ? { stackName: stackNameOf(`${stage?.stageName}`, id, prefix) } : {};
}

/**
 * Name of a secret where names have a prefix: CloudFormation would begin it with its own id, not with the stack's. This stack's alone:
 * a secret that is deleted keeps its name for weeks.
 */
export function secretName(scope: Construct, environment: string, name: string): { secretName?: string } {
  const { system } = namesIn(scope, environment);
  return scope.node.tryGetContext(key) ? { secretName: `${system}-${name}-${stackInstance(Stack.of(scope))}` } : {};
}
