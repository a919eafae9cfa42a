import { Aws, CfnOutput } from 'aws-cdk-lib';
import { type IManagedPolicy, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../compliance/acknowledge';
import { sessionManager } from '../machine/fleet';

export interface AgentServersProps {
  readonly environment: string;
  /** What an agent needs. */
  readonly policy: IManagedPolicy;
}

/**
 * The role of servers outside AWS: whoever makes a hybrid activation of Systems Manager names it, and each server that the
 * activation registers gets its credentials, renewed every hour.
 */
export class AgentServers extends Construct {
  constructor(scope: Construct, id: string, { environment, policy }: AgentServersProps) {
    super(scope, id);
    const account = Aws.ACCOUNT_ID;
    const role = new Role(this, 'Role', {
      description: `Servers outside AWS with an agent of ${environment}`,
      // For servers of this account only: another's activation must not hand it out.
      assumedBy: new ServicePrincipal('ssm.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    const reach = new ManagedPolicy(this, 'Reach', { roles: [role], statements: [sessionManager()] });
    acknowledge(reach, {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        "Systems Manager's agent opens the channels of its own server; these actions take no resource, and the server's registration says which it is.",
    });
    role.addManagedPolicy(policy);
    new CfnOutput(this, 'AgentServerRole', {
      value: role.roleName,
      description: 'aws ssm create-activation --iam-role takes it, for servers outside AWS that are to have an agent',
    });
  }
}
