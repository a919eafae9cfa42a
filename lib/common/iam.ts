import { type IRole, ManagedPolicy, type PolicyStatement, type PrincipalBase, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface ServiceRoleProps {
  /** Who may assume it. */
  readonly assumedBy: PrincipalBase;
  /** What it is for, for whoever meets it in the console. */
  readonly description: string;
  /** All that it may do. @default nothing until {@link attach} */
  readonly statements?: readonly PolicyStatement[];
}

/**
 * A role whose permissions stand in customer-managed policies, statement by statement. Constructs that would add grants
 * of their own cannot: what a role may do is what the code that owns it says.
 */
export function serviceRole(
  scope: Construct,
  id: string,
  { assumedBy, description, statements }: ServiceRoleProps,
): IRole {
  const role = new Role(scope, id, { assumedBy, description });
  if (statements) attach(scope, `${id}Policy`, role, statements);
  return role.withoutPolicyUpdates();
}

/** Gives a role permissions by a policy in `scope`'s stack, whatever stack the role itself is in. */
export function attach(
  scope: Construct,
  id: string,
  role: IRole,
  statements: readonly PolicyStatement[],
): ManagedPolicy {
  return new ManagedPolicy(scope, id, { roles: [role], statements: [...statements] });
}
