import { PermissionsBoundary, type Stage, Tags } from 'aws-cdk-lib';
import type { EnvironmentConfig } from '../../config/schema';
import { prefixNames } from './names';

/** What the accounts of the two sides have for themselves. */
interface OfAccount {
  readonly permissionsBoundary?: string | undefined;
  readonly bootstrapQualifier?: string | undefined;
}

/** Of a stage: the boundary that its roles get. */
export const boundaryOf = ({ permissionsBoundary: policy }: OfAccount) =>
  policy === undefined
    ? {}
    : {
        permissionsBoundary: policy.startsWith('arn:')
          ? PermissionsBoundary.fromArn(policy)
          : PermissionsBoundary.fromName(policy),
      };

/** What an organisation asks of a stage. Before its stacks are made: they take the bootstrap from it. */
export function organise(
  stage: Stage,
  { environment, organisation }: EnvironmentConfig,
  { bootstrapQualifier }: OfAccount,
): void {
  if (bootstrapQualifier) stage.node.setContext('@aws-cdk/core:bootstrapQualifier', bootstrapQualifier);
  prefixNames(stage, organisation.namePrefix);
  const tags = { ...organisation.tags, 'harbourline:environment': environment };
  for (const [key, value] of Object.entries(tags)) Tags.of(stage).add(key, value);
}
