import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../../config/schema';
import { ownFunction } from '../../common/function';
import { namePrefixIn, namesIn } from '../../common/names';
import { acknowledge } from '../../compliance/acknowledge';
import { alarmName } from '../../contract/alarms';
import { incidents } from '../alarms/incidents';
import { byNameHeadings } from '../alarms/services';
import { type NotifySettings, scheduleMinutes } from './notify.handler';

export interface NotifyProps {
  readonly environment: string;
  readonly notify: EnvironmentConfig['observe']['notify'];
  readonly topics: Readonly<Record<'page' | 'inform', ITopic>>;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
}

/** Does the configuration name a system that the function notifies? */
export const tellsTargets = ({ page, inform, escalation, heartbeat }: NotifyProps['notify']): boolean =>
  page.targets.length + inform.targets.length > 0 || escalation !== undefined || heartbeat !== undefined;

/**
 * Notifies PagerDuty, Opsgenie, chats and webhooks. The function is outside of the VPC, which has no way out: it knows alarms and their texts,
 * no span and no store.
 */
export class Notify extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, { environment, notify, topics, logsKey, logRetention }: NotifyProps) {
    super(scope, id);
    const { page, inform, escalation, heartbeat, repeatMinutes } = notify;
    const targets = [...page.targets, ...inform.targets, ...(escalation?.targets ?? [])];
    const secrets = [...targets, ...(heartbeat ? [heartbeat] : [])];
    const keys = [...new Set(secrets.flatMap(({ keyArn }) => keyArn ?? []))];
    const settings: NotifySettings = {
      environment,
      ...namePrefixIn(this),
      targets: { page: page.targets, inform: inform.targets },
      topics: { page: topics.page.topicArn, inform: topics.inform.topicArn },
      incidents: Object.values(incidents).map(({ heading }) => alarmName(namesIn(this, environment), heading)),
      byName: Object.fromEntries(
        (['border', 'hongKong'] as const).flatMap((incident) => {
          const alarms = byNameHeadings[incident].map((heading) => alarmName(namesIn(this, environment), heading));
          return [
            ...alarms.map((alarm) => [alarm, [alarm]]),
            [alarmName(namesIn(this, environment), incidents[incident].heading), alarms],
          ];
        }),
      ),
      repeatMinutes,
      ...(escalation ? { escalation } : {}),
      ...(heartbeat ? { heartbeatArn: heartbeat.secretArn } : {}),
    };
    const tell = ownFunction(this, {
      description: 'Notifies systems of people of alarms',
      entry: join(__dirname, 'notify.handler.ts'),
      logsKey,
      logRetention,
      timeout: Duration.minutes(2),
      environment: { SETTINGS: JSON.stringify(settings) },
      statements: [
        new PolicyStatement({
          sid: 'SecretsOfTheTargets',
          actions: ['secretsmanager:GetSecretValue'],
          resources: [...new Set(secrets.map(({ secretArn }) => secretArn))],
        }),
        ...(keys.length > 0
          ? [new PolicyStatement({ sid: 'KeysOfTheSecrets', actions: ['kms:Decrypt'], resources: keys })]
          : []),
        new PolicyStatement({
          sid: 'IncidentsThatLast',
          actions: ['cloudwatch:DescribeAlarms', 'cloudwatch:DescribeAlarmContributors'],
          resources: ['*'],
        }),
      ],
    });
    this.functionName = tell.functionName;
    acknowledge(
      this,
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'DescribeAlarms with a list of names is allowed on all alarms or none; both actions only read their states.',
      },
      {
        id: 'NIST.800.53.R5-LambdaConcurrency',
        reason: 'A call for each message; reserved concurrency would fail in accounts whose quota is the initial ten.',
      },
      {
        id: 'NIST.800.53.R5-LambdaDLQ',
        reason: 'SNS and EventBridge try again, and an error of the function is an alarm with an e-mail of its own.',
      },
      {
        id: 'NIST.800.53.R5-LambdaInsideVPC',
        reason: 'The VPC has no way out, and the systems that notify people are on the internet.',
      },
    );
    if (page.targets.length > 0) topics.page.addSubscription(new LambdaSubscription(tell));
    if (inform.targets.length > 0) topics.inform.addSubscription(new LambdaSubscription(tell));
    new Rule(this, 'Schedule', {
      description: 'Incidents that last, and the heartbeat',
      schedule: Schedule.rate(Duration.minutes(scheduleMinutes)),
      targets: [new LambdaFunction(tell, { retryAttempts: 2, maxEventAge: Duration.minutes(scheduleMinutes) })],
    });
  }
}
