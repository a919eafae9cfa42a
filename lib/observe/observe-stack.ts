import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { encryptionKey } from '../encryption-key';
import { EnvironmentStack, type EnvironmentStackProps } from '../environment-stack';
import { Alarms } from './alarms';
import { dashboards } from './dashboards';

export interface ObserveStackProps extends EnvironmentStackProps {
  /** Name of the OpenSearch domain. */
  readonly domainName: string;
  /** Name of the function that renews the collectors' certificates. */
  readonly certificatesFunction: string;
}

/** What operators look at and what wakes them. */
export class ObserveStack extends EnvironmentStack {
  /** Whom alarms tell, those of the link too. */
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: ObserveStackProps) {
    super(scope, id, props);
    dashboards(this, this.config);
    this.topic = this.alarmTopic();
    new Alarms(this, 'Alarms', { ...props, config: this.config, topic: this.topic });
  }

  /** The configured topic, or one of our own: encrypted, TLS only, written to by alarms of this account only. */
  private alarmTopic(): ITopic {
    const { notify } = this.config.observe;
    if (notify.topicArn) return Topic.fromTopicArn(this, 'Topic', notify.topicArn);

    const key = encryptionKey(this, 'TopicKey', 'alarm messages');
    const alarms = new ServicePrincipal('cloudwatch.amazonaws.com');
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': this.account } };
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [alarms],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: ofThisAccount,
      }),
    );
    const topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true, displayName: 'Harbourline alarms' });
    topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [alarms],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: ofThisAccount,
      }),
    );
    if (notify.email) topic.addSubscription(new EmailSubscription(notify.email));
    return topic;
  }
}
