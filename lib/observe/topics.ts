/** Where alarms send their messages. */
import type { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { encryptionKey } from '../common/encryption-key';

/** Whom a topic tells: an address, or whoever listens to a topic that exists. */
interface Channel {
  readonly email?: string | undefined;
  readonly topicArn?: string | undefined;
}

/**
 * Topics by severity. They share a key.
 *
 * @param keyArn `organisation.keyArns.topics`
 */
export function alarmTopics(
  stack: Stack,
  notify: Readonly<Record<'page' | 'inform', Channel>>,
  keyArn?: string,
): Record<'page' | 'inform', ITopic> {
  let key: IKey | undefined;
  const shared = () => {
    key ??= topicKey(stack, keyArn);
    return key;
  };
  return {
    page: alarmTopic(stack, 'Topic', notify.page, 'Harbourline alarms', shared),
    inform: alarmTopic(stack, 'InformTopic', notify.inform, 'Harbourline, for working hours', shared),
  };
}

/** The configured topic, or one of our own: encrypted, TLS only, written to by alarms of this account only. */
export function alarmTopic(
  stack: Stack,
  id: string,
  { topicArn, email }: Channel,
  displayName: string,
  key: () => IKey = () => topicKey(stack),
): ITopic {
  if (topicArn) return Topic.fromTopicArn(stack, id, topicArn);
  const own = new Topic(stack, id, { masterKey: key(), enforceSSL: true, displayName });
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
}

const alarms = new ServicePrincipal('cloudwatch.amazonaws.com');
const ofThisAccount = ({ account }: Stack) => ({ StringEquals: { 'aws:SourceAccount': account } });

function topicKey(stack: Stack, keyArn?: string): IKey {
  const key = encryptionKey(stack, 'TopicKey', 'alarm messages', keyArn);
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
