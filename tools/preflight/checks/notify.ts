/** Whom alarms notify: topics and secrets that exist before a deployment. */
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { answer, type Check, failsWith, unlessFails } from '../check';

export const notify: Check = {
  name: 'notify',
  asks: ['sns:GetTopicAttributes', 'secretsmanager:DescribeSecret'],
  because: 'an alarm takes the ARN of a topic that does not exist, and notifies nobody',
  async run({ sns, secrets }, { config: { environment, observe } }) {
    const { page, inform, escalation, heartbeat } = observe.notify;
    const where = `observe.notify in config/${environment}.ts`;
    const topics = [page.topicArn, inform.topicArn].flatMap((arn) => arn ?? []);
    const named = [
      ...page.targets,
      ...inform.targets,
      ...(escalation?.targets ?? []),
      ...(heartbeat ? [heartbeat] : []),
    ];
    return Promise.all([
      ...topics.map(async (TopicArn) => {
        const topic = await unlessFails(
          ['NotFound', 'NotFoundException'],
          sns.send(new GetTopicAttributesCommand({ TopicArn })),
        );
        const policy = topic?.Attributes?.Policy ?? '';
        // The policy that SNS gives a topic admits its own account, alarms included.
        const admits = /cloudwatch\.amazonaws\.com|__default_statement_ID|AWS:SourceOwner/i.test(policy);
        return answer(
          topic !== undefined && admits,
          TopicArn,
          !topic
            ? 'not there'
            : admits
              ? 'takes what CloudWatch publishes'
              : 'its policy admits neither its account nor cloudwatch.amazonaws.com',
          !topic
            ? `Make it, or fix ${where}.`
            : 'Let CloudWatch publish: aws sns set-topic-attributes --attribute-name Policy',
        );
      }),
      ...[...new Set(named.map(({ secretArn }) => secretArn))].map(async (SecretId) => {
        const missing = await failsWith(
          ['ResourceNotFoundException'],
          secrets.send(new DescribeSecretCommand({ SecretId })),
        );
        return answer(
          !missing,
          `secret ${SecretId.split(':secret:').at(-1)}`,
          missing ? 'not there' : 'there',
          `docs/notify.md says what it holds; then fix ${where}.`,
        );
      }),
    ]);
  },
};
