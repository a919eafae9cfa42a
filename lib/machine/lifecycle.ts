/** How an instance comes and goes: hooks of its group, and what it may do about them. */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '../compliance/acknowledge';

/**
 * Hooks of a group. An instance that does not come up within 15 minutes is given up; one that goes says every minute that
 * it still hands over (drain.sh), and goes all the same after five without: the group does not scale meanwhile. In the group
 * itself, so that its first instances have them too.
 */
export const lifecycleHooks: CfnAutoScalingGroup.LifecycleHookSpecificationProperty[] = [
  {
    lifecycleHookName: 'join',
    lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    heartbeatTimeout: 900,
    defaultResult: 'ABANDON',
  },
  {
    lifecycleHookName: 'drain',
    lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    heartbeatTimeout: 300,
    defaultResult: 'CONTINUE',
  },
];

/** The instance finds its group and answers its hooks. By tag: the group is made after the role. */
export function lifecycleStatements(scope: Construct, environment: string, tier: string): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'FindItsGroup',
      actions: ['autoscaling:DescribeAutoScalingInstances'],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'AnswerItsHooks',
      actions: ['autoscaling:CompleteLifecycleAction', 'autoscaling:RecordLifecycleActionHeartbeat'],
      resources: [groups(scope)],
      conditions: {
        StringEquals: {
          'aws:ResourceTag/harbourline:environment': environment,
          'aws:ResourceTag/harbourline:tier': tier,
        },
      },
    }),
  ];
}

const groups = (scope: Construct): string =>
  Stack.of(scope).formatArn({
    service: 'autoscaling',
    resource: 'autoScalingGroup',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    resourceName: '*:autoScalingGroupName/*',
  });

/** The wildcards of an instance's policy, each with what bounds it. */
export function acknowledgeWildcards(policy: Construct): void {
  const finding = (resource: string) => `AwsSolutions-IAM5[Resource::${resource}]`;
  acknowledge(
    policy,
    {
      id: finding('*'),
      reason:
        'Session Manager channels, Cloud Map discovery and the question for its own group take no resource in IAM; discovery is narrowed to one service by conditions, channels reach only the instance that opens them.',
    },
    {
      id: finding(groups(policy)),
      reason:
        'The group is made after its role and is not known by name: a condition on its tags narrows this to the groups of this tier and environment.',
    },
  );
}
