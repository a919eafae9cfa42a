/** The function behind a stack's last resource: waits until its instances work, then protects what must not go by mistake. */
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListInstancesCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { CdkCustomResourceResponse } from 'aws-lambda';

/** So many of something must work. Numbers come as text: CloudFormation passes properties so. */
export interface AtLeast {
  /** Name of a group, ARN of a target group, id of a Cloud Map service. */
  readonly Of: string;
  readonly Count: string;
}

/** Properties of `Custom::HarbourlineSettled`. */
export interface SettledProperties {
  readonly StackName: string;
  /** Auto Scaling groups: instances in service and healthy. */
  readonly Groups?: readonly AtLeast[];
  /** Target groups of load balancers: healthy targets. */
  readonly TargetGroups?: readonly AtLeast[];
  /** Cloud Map services: registered instances. */
  readonly Services?: readonly AtLeast[];
  /** ARNs of load balancers that are protected against deletion once all of it works. */
  readonly Protect?: readonly string[];
  /** Asked again when it differs. */
  readonly Generation: string;
}

export interface SettledEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceProperties: SettledProperties;
}

/** What is asked. Tests replace it. */
export interface Aws {
  readonly autoScaling: Pick<AutoScalingClient, 'send'>;
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly cloudMap: Pick<ServiceDiscoveryClient, 'send'>;
  readonly loadBalancing: Pick<ElasticLoadBalancingV2Client, 'send'>;
}

/** Lambda ends after 15 minutes, the function after 14: `attempts` with `pauseMs` between are 13. */
const attempts = 78;
const pauseMs = 10_000;

const own = (): Aws => ({
  autoScaling: new AutoScalingClient(),
  cloudFormation: new CloudFormationClient(),
  cloudMap: new ServiceDiscoveryClient(),
  loadBalancing: new ElasticLoadBalancingV2Client(),
});

/**
 * @throws Error that says what is missing, after 13 minutes: the deployment fails and goes back. While a deployment goes back
 *   nothing is waited for: what was there before may be what a deployment was meant to fix
 */
export async function handler(
  { RequestType, ResourceProperties: wanted }: SettledEvent,
  _context?: unknown,
  aws: Aws = own(),
  pause: (milliseconds: number) => Promise<void> = (milliseconds) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds)),
): Promise<CdkCustomResourceResponse> {
  const PhysicalResourceId = 'settled';
  if (RequestType === 'Delete') {
    // The stack goes, or its first creation failed: CloudFormation could not delete what is protected.
    await protect(aws, wanted, false);
    return { PhysicalResourceId };
  }
  if (await goesBack(aws, wanted.StackName)) {
    console.log(`${wanted.StackName} goes back to what it was: nothing is waited for.`);
    return { PhysicalResourceId };
  }
  for (let attempt = 1; ; attempt += 1) {
    const missing = await missingIn(aws, wanted);
    if (missing.length === 0) break;
    console.log(missing.join('; '));
    if (attempt === attempts) {
      throw new Error(
        `Not settled: ${missing.join('; ')}. On an instance, by Session Manager: /var/log/cloud-init-output.log; ` +
          'docs/operations.md, "What fails in the middle".',
      );
    }
    await pause(pauseMs);
  }
  await protect(aws, wanted, true);
  return { PhysicalResourceId };
}

async function goesBack({ cloudFormation }: Aws, StackName: string): Promise<boolean> {
  const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  return stack?.StackStatus?.includes('ROLLBACK') ?? false;
}

/** What is not there yet, in words. */
async function missingIn(aws: Aws, { Groups = [], TargetGroups = [], Services = [] }: SettledProperties) {
  const short = (what: string, found: number, { Of, Count }: AtLeast, more = ''): string[] =>
    found < Number(Count) ? [`${Of}: ${found} of ${Count} ${what}${more}`] : [];
  const answers = await Promise.all([
    ...Groups.map(async (group) => {
      const { AutoScalingGroups: [found] = [] } = await aws.autoScaling.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group.Of] }),
      );
      const instances = found?.Instances ?? [];
      const working = instances.filter(
        ({ LifecycleState, HealthStatus }) => LifecycleState === 'InService' && HealthStatus === 'Healthy',
      );
      const states = instances.map(({ InstanceId, LifecycleState }) => `${InstanceId} ${LifecycleState}`);
      return short('in service', working.length, group, ` (${states.join(', ') || 'no instance'})`);
    }),
    ...TargetGroups.map(async (group) => {
      const { TargetHealthDescriptions: targets = [] } = await aws.loadBalancing.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: group.Of }),
      );
      return short('healthy', targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length, group);
    }),
    ...Services.map(async (service) => {
      const { Instances: instances = [] } = await aws.cloudMap.send(
        new ListInstancesCommand({ ServiceId: service.Of, MaxResults: 100 }),
      );
      return short('registered', instances.length, service);
    }),
  ]);
  return answers.flat();
}

async function protect({ loadBalancing }: Aws, { Protect = [] }: SettledProperties, on: boolean): Promise<void> {
  for (const LoadBalancerArn of Protect) {
    try {
      await loadBalancing.send(
        new ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn,
          Attributes: [{ Key: 'deletion_protection.enabled', Value: `${on}` }],
        }),
      );
    } catch (error) {
      if (on || (error as Error).name !== 'LoadBalancerNotFoundException') throw error;
    }
  }
}
