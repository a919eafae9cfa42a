import { join } from 'node:path';
import { ArnFormat, CustomResource, Stack } from 'aws-cdk-lib';
import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import type { ITargetGroup, NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IService } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { DeploymentFunction } from '../common/function';
import { acknowledge } from '../compliance/acknowledge';
import type { SettledProperties } from './settled.handler';

/** One fleet, and where its instances must show. */
interface SettlingFleet {
  readonly group: AutoScalingGroup;
  /** So many must work. */
  readonly atLeast: number;
  /** Differs whenever instances are replaced: the version of their launch template. */
  readonly generation: string;
  /** Behind which each is a healthy target. @default none */
  readonly targetGroups?: readonly ITargetGroup[];
  /** Cloud Map service in which each registers. @default none */
  readonly discovery?: IService;
}

export interface SettledProps {
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  readonly fleets: readonly SettlingFleet[];
  /** In front of the fleets. @default none */
  readonly loadBalancers?: readonly NetworkLoadBalancer[];
  /**
   * Whether they are protected against deletion once all fleets work; never before: a creation that fails must be able to take
   * them back. @default false
   */
  readonly protect?: boolean;
}

/**
 * The last resource of a stack with instances: the deployment succeeds when so many of each fleet are in service, healthy behind
 * their load balancer, and registered; and fails, with what is missing, when they are not within 13 minutes. Counted from
 * outside, because an instance that signals success says nothing about whether anybody finds it.
 */
export class Settled extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { logsKey, logRetention, fleets, loadBalancers = [], ...props }: SettledProps,
  ) {
    super(scope, id);
    const stack = Stack.of(this);
    const protect = props.protect ? loadBalancers : [];
    const thisStack = stack.formatArn({
      service: 'cloudformation',
      resource: 'stack',
      resourceName: `${stack.stackName}/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    const services = fleets.flatMap(({ discovery }) => discovery ?? []);
    const waiter = new DeploymentFunction(this, 'Waiter', {
      description: 'Waits until the instances of a deployment work, then protects their load balancers',
      entry: join(__dirname, 'settled.handler.ts'),
      logsKey,
      logRetention,
      statements: [
        new PolicyStatement({
          sid: 'CountWhatWorks',
          actions: ['autoscaling:DescribeAutoScalingGroups', 'elasticloadbalancing:DescribeTargetHealth'],
          resources: ['*'],
        }),
        new PolicyStatement({
          sid: 'DoesTheStackGoBack',
          actions: ['cloudformation:DescribeStacks'],
          resources: [thisStack],
        }),
        ...(services.length > 0
          ? [
              new PolicyStatement({
                sid: 'CountWhoRegistered',
                actions: ['servicediscovery:ListInstances'],
                resources: services.map(({ serviceArn }) => serviceArn),
              }),
            ]
          : []),
        ...(protect.length > 0
          ? [
              new PolicyStatement({
                sid: 'ProtectLoadBalancers',
                actions: ['elasticloadbalancing:ModifyLoadBalancerAttributes'],
                resources: protect.map(({ loadBalancerArn }) => loadBalancerArn),
              }),
            ]
          : []),
      ],
    });
    const reason =
      'Auto Scaling and load balancing take no resource for what is counted; the function reads, and writes one attribute of the load balancers that it names.';
    acknowledge(
      waiter.node.findChild('Policy'),
      { id: 'AwsSolutions-IAM5[Resource::*]', reason },
      {
        id: `AwsSolutions-IAM5[Resource::${thisStack}]`,
        reason: 'The name is that of this very stack; what follows is its id, which CloudFormation makes up.',
      },
    );

    const properties: SettledProperties = {
      StackName: stack.stackName,
      Groups: fleets.map(({ group, atLeast }) => ({ Of: group.autoScalingGroupName, Count: `${atLeast}` })),
      TargetGroups: fleets.flatMap(({ targetGroups = [], atLeast }) =>
        targetGroups.map(({ targetGroupArn }) => ({ Of: targetGroupArn, Count: `${atLeast}` })),
      ),
      Services: fleets.flatMap(({ discovery, atLeast }) =>
        discovery ? [{ Of: discovery.serviceId, Count: `${atLeast}` }] : [],
      ),
      Protect: protect.map(({ loadBalancerArn }) => loadBalancerArn),
      Generation: fleets.map(({ generation }) => generation).join(' '),
    };
    const settled = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::HarbourlineSettled',
      serviceToken: waiter.serviceToken,
      properties: { ...properties },
    });
    // Groups, listeners and rules of the fleets; what else the stack has is not waited for.
    for (const { group } of fleets) settled.node.addDependency(group);
    for (const each of loadBalancers) settled.node.addDependency(each);
  }
}
