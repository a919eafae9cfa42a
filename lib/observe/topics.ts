/** Where alarms send their messages. */
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { encryptionKey } from '../common/encryption-key';
import type { EnvironmentStack } from '../common/environment-stack';

/** Topics by severity: configured ones, or our own: encrypted, TLS only, written to by alarms of this account only. */
export function alarmTopics(stack: EnvironmentStack): Record<'page' | 'inform', ITopic> {
  const { notify } = stack.config.observe;
  let key: IKey | undefined;
  const topic = (id: string, severity: 'page' | 'inform', displayName: string): ITopic => {
    const { topicArn, email } = notify[severity];
    if (topicArn) return Topic.fromTopicArn(stack, id, topicArn);
    key ??= topicKey(stack);
    const own = new Topic(stack, id, { masterKey: key, enforceSSL: true, displayName });
    own.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [alarms],
        actions: ['sns:Publish'],
        resources: [own.topicArn],
        conditions: ofThisAccount(stack),
      }),
    );
    if (email) own.addSubscription(new EmailSubscription(email));
    return own;
  };
  return {
    page: topic('Topic', 'page', 'Harbourline alarms'),
    inform: topic('InformTopic', 'inform', 'Harbourline, for working hours'),
  };
}

const alarms = new ServicePrincipal('cloudwatch.amazonaws.com');
const ofThisAccount = ({ account }: EnvironmentStack) => ({ StringEquals: { 'aws:SourceAccount': account } });

function topicKey(stack: EnvironmentStack): IKey {
  const key = encryptionKey(stack, 'TopicKey', 'alarm messages');
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [alarms],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: ofThisAccount(stack),
    }),
  );
  return key;
}
