import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import type { IAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Service } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { ownFunction } from '../common/function';
import { acknowledge } from '../compliance/acknowledge';

export interface DeregistrationProps {
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** The samplers. */
  readonly group: IAutoScalingGroup;
  /** Cloud Map service in which they are registered. */
  readonly discovery: Service;
}

/**
 * Takes samplers out of Cloud Map when Auto Scaling ends them, whatever the reason: gateways hold back everything for a
 * sampler that is registered and does not answer.
 */
export class Deregistration extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, { logsKey, logRetention, group, discovery }: DeregistrationProps) {
    super(scope, id);
    const deregister = ownFunction(this, {
      description: 'Takes samplers that end out of Cloud Map',
      entry: join(__dirname, 'deregistration.handler.ts'),
      logsKey,
      logRetention,
      timeout: Duration.seconds(30),
      environment: { SERVICE_ID: discovery.serviceId },
      statements: [
        new PolicyStatement({
          sid: 'DeregisterSamplers',
          actions: ['servicediscovery:DeregisterInstance'],
          resources: [discovery.serviceArn],
        }),
      ],
    });
    this.functionName = deregister.functionName;
    acknowledge(
      deregister,
      {
        id: 'NIST.800.53.R5-LambdaConcurrency',
        reason:
          'One call for each instance that ends; reserved concurrency would fail in accounts whose quota is the initial ten.',
      },
      {
        id: 'NIST.800.53.R5-LambdaDLQ',
        reason:
          'EventBridge tries again for a day, and the instance deregisters itself when it drains: there is nothing to keep an event for.',
      },
      {
        id: 'NIST.800.53.R5-LambdaInsideVPC',
        reason: 'It calls one regional AWS API and nothing inside the VPC.',
      },
    );
    new Rule(this, 'Rule', {
      description: 'A sampler ends: its lifecycle hook holds it',
      eventPattern: {
        source: ['aws.autoscaling'],
        detailType: ['EC2 Instance-terminate Lifecycle Action'],
        detail: { AutoScalingGroupName: [group.autoScalingGroupName] },
      },
      targets: [new LambdaFunction(deregister, { retryAttempts: 185, maxEventAge: Duration.hours(24) })],
    });
  }
}
