import { join } from 'node:path';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { ownFunction } from '../common/function';
import { acknowledge } from '../compliance/acknowledge';
import { alarmName } from '../contract/alarms';
import { metricNamespace } from '../contract/metrics';
import { incidents } from './alarms/incidents';
import { linkDown } from './alarms/link';
import type { Settings } from './recovery.handler';

export interface RecoveryProps {
  readonly config: EnvironmentConfig;
  readonly logsKey: IKey;
  /** Names of alarms that tell nobody, because they are part of others. */
  readonly parts: readonly string[];
}

/** Measures how long incidents last, so that a team can show its own time to recovery, before and after a change. */
export class Recovery extends Construct {
  constructor(scope: Construct, id: string, { config, logsKey, parts }: RecoveryProps) {
    super(scope, id);
    const { environment, observe } = config;
    const settings: Settings = {
      namespace: metricNamespace(environment),
      pages: Object.values(incidents).map(({ heading }) => alarmName(environment, heading)),
      parts: [...parts, alarmName(environment, linkDown)],
    };
    const ours = alarmName(environment, '').trim();
    const alarms = Stack.of(this).formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: `${ours}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const measure = ownFunction(this, {
      description: 'Measures how long incidents last',
      entry: join(__dirname, 'recovery.handler.ts'),
      logsKey,
      logRetention: observe.logRetentionDays,
      timeout: Duration.seconds(30),
      environment: { SETTINGS: JSON.stringify(settings) },
      statements: [
        new PolicyStatement({
          sid: 'HistoryOfOurAlarms',
          actions: ['cloudwatch:DescribeAlarmHistory'],
          resources: [alarms],
        }),
      ],
    });
    acknowledge(
      this,
      {
        id: `AwsSolutions-IAM5[Resource::${alarms}]`,
        reason:
          'It reads the history of every alarm of this environment, and their names all begin so; it changes none.',
      },
      {
        id: 'NIST.800.53.R5-LambdaConcurrency',
        reason:
          'One call for each alarm that ends; reserved concurrency would fail in accounts whose quota is the initial ten.',
      },
      {
        id: 'NIST.800.53.R5-LambdaDLQ',
        reason:
          'EventBridge tries again for a day; a figure that is lost all the same stands in the history of the alarm.',
      },
      {
        id: 'NIST.800.53.R5-LambdaInsideVPC',
        reason: 'It calls one regional AWS API and nothing inside the VPC.',
      },
    );
    new Rule(this, 'Rule', {
      description: 'An alarm of ours is OK again',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        detail: { alarmName: [{ prefix: ours }], state: { value: ['OK'] } },
      },
      targets: [new LambdaFunction(measure, { retryAttempts: 185, maxEventAge: Duration.hours(24) })],
    });
  }
}
