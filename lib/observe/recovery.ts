import { join } from 'node:path';
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ownFunction } from '../common/function';
import { namePrefixIn, namesIn } from '../common/names';
import { acknowledge } from '../compliance/acknowledge';
import { alarmName } from '../contract/alarms';
import { metricNamespace } from '../contract/metrics';
import { incidents } from './alarms/incidents';
import { linkDown } from './alarms/link';
import type { RecoverySettings } from './recovery.handler';
import { joinMs } from './recovery.history';

export interface RecoveryProps {
  readonly environment: string;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** Names of alarms that notify nobody, because they are part of others. */
  readonly parts: readonly string[];
}

/** Measures how long incidents last, so that a team can show its own time to recovery, before and after a change. */
export class Recovery extends Construct {
  constructor(scope: Construct, id: string, { environment, logsKey, logRetention, parts }: RecoveryProps) {
    super(scope, id);
    const settings: RecoverySettings = {
      environment,
      ...namePrefixIn(this),
      namespace: metricNamespace(environment),
      pages: Object.values(incidents).map(({ heading }) => alarmName(namesIn(this, environment), heading)),
      parts: [...parts, alarmName(namesIn(this, environment), linkDown)],
    };
    const ours = alarmName(namesIn(this, environment), '').trim();
    // An alarm that comes back within a quarter of an hour has one incident: its end is measured when it has lasted.
    const waiting = new Queue(this, 'Waiting', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deliveryDelay: Duration.millis(joinMs),
      visibilityTimeout: Duration.minutes(3),
      retentionPeriod: Duration.days(1),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(waiting, {
      id: 'AwsSolutions-SQS3',
      reason:
        'A figure that could not be measured for a day is lost, and stands in the history of the alarm: there is nothing to replay.',
    });
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
      logRetention,
      timeout: Duration.seconds(30),
      environment: { SETTINGS: JSON.stringify(settings) },
      statements: [
        new PolicyStatement({
          sid: 'HistoryOfOurAlarms',
          actions: ['cloudwatch:DescribeAlarmHistory'],
          resources: [alarms],
        }),
        new PolicyStatement({
          sid: 'MaintenanceWindows',
          actions: ['cloudwatch:ListAlarmMuteRules', 'cloudwatch:GetAlarmMuteRule'],
          resources: ['*'],
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
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'Mute rules are listed on all resources or none; both actions only read, and rules hold names of alarms.',
      },
      {
        id: 'NIST.800.53.R5-LambdaConcurrency',
        reason:
          'One call for each alarm that ends; reserved concurrency would fail in accounts whose quota is the initial ten.',
      },
      {
        id: 'NIST.800.53.R5-LambdaDLQ',
        reason:
          'The queue gives an event again for a day; a figure that is lost all the same stands in the history of the alarm.',
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
      targets: [new SqsQueue(waiting)],
    });
    measure.addEventSource(new SqsEventSource(waiting, { batchSize: 1 }));
  }
}
