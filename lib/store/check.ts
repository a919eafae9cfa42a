import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ownFunction } from '../common/function';
import { acknowledge } from '../compliance/acknowledge';
import { subnets } from '../network/network-stack';
import type { Grant } from './grants';

export interface StoreCheckProps {
  readonly environment: string;
  readonly vpc: IVpc;
  readonly clientSecurityGroup: ISecurityGroup;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** The domain's IAM master: nobody else may take a mapping away. */
  readonly role: IRole;
  /** Host name of the domain. */
  readonly domainEndpoint: string;
  readonly grants: readonly Grant[];
  /** Full days that spans are kept. */
  readonly retentionDays: number;
}

/** Every hour: measures the age of the oldest span and failed lifecycle jobs, deletes what no lifecycle job deletes, and ends grants whose time is over. */
export class StoreCheck extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, props: StoreCheckProps) {
    super(scope, id);
    const check = ownFunction(this, {
      description: 'Measures the age of what the trace store holds, deletes what is over its days, ends grants',
      entry: join(__dirname, 'check.handler.ts'),
      vpc: props.vpc,
      vpcSubnets: subnets.collect,
      securityGroups: [props.clientSecurityGroup],
      logsKey: props.logsKey,
      logRetention: props.logRetention,
      timeout: Duration.minutes(2),
      role: props.role,
      environment: { STORE_ENDPOINT: `https://${props.domainEndpoint}`, STORE_AUTH: 'sigv4' },
    });
    this.functionName = check.functionName;
    acknowledge(
      check,
      {
        id: 'NIST.800.53.R5-LambdaConcurrency',
        reason: 'One call an hour; reserved concurrency would fail in accounts whose quota is the initial ten.',
      },
      {
        id: 'NIST.800.53.R5-LambdaDLQ',
        reason: 'The next hour asks again, and an hour without figures raises an alarm: there is no event to keep.',
      },
    );
    new Rule(this, 'Hourly', {
      description: 'Checks the trace store',
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [
        new LambdaFunction(check, {
          event: RuleTargetInput.fromObject({
            environment: props.environment,
            grants: props.grants,
            retentionDays: props.retentionDays,
          }),
          retryAttempts: 2,
        }),
      ],
    });
  }
}
