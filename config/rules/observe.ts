/** Metrics, logs and who is told. */
import { must, type Rule, rule } from './rule';

export const observeRules: readonly Rule[] = [
  rule(['observe.metricsRegion', 'region'], ({ observe: { metricsRegion }, region }) => {
    const why = metricsRegion.startsWith('cn-')
      ? 'It belongs to partition aws-cn: no dashboard or alarm reads metrics of another partition; its widgets would stay empty.'
      : `Collectors publish through the VPC's endpoint of CloudWatch Logs, which is one of ${region}: elsewhere widgets would stay empty.`;
    return must(
      metricsRegion === region,
      'observe.metricsRegion',
      metricsRegion,
      why,
      `Use ${region}, or leave it out.`,
    );
  }),
  rule(['observe.logRetentionDays', 'production'], ({ observe: { logRetentionDays }, production }) =>
    must(
      !production || logRetentionDays >= 365,
      'observe.logRetentionDays',
      logRetentionDays,
      'Audit logs of production are kept for a year (PCI DSS 4.0.1, requirement 10.5.1).',
      'Use 365 or more.',
    ),
  ),
  rule(['observe.notify', 'production'], ({ observe: { notify }, production }) =>
    must(
      !production || notify.page.email !== undefined || notify.page.topicArn !== undefined,
      'observe.notify.page',
      notify.page,
      'Nobody would be told of alarms in production.',
      'Name email or topicArn.',
    ),
  ),
  rule(['observe.notify', 'region'], ({ observe: { notify }, region }) =>
    (['page', 'inform'] as const).flatMap((severity) => {
      const { email, topicArn } = notify[severity];
      return [
        ...must(
          email === undefined || topicArn === undefined,
          `observe.notify.${severity}`,
          notify[severity],
          'An existing topic has subscribers of its own: the address would never be subscribed.',
          'Name email or topicArn, not both.',
        ),
        ...must(
          topicArn === undefined || topicArn.startsWith(`arn:aws:sns:${region}:`),
          `observe.notify.${severity}.topicArn`,
          topicArn,
          `An alarm can only tell a topic of its own partition and region, ${region}.`,
          `Name a topic that begins with arn:aws:sns:${region}:`,
        ),
      ];
    }),
  ),
  rule(['observe.objectives.p99Ms'], ({ observe: { objectives } }) =>
    must(
      objectives.p99Ms.none >= objectives.p99Ms['hk-cn'],
      'observe.objectives.p99Ms.none',
      objectives.p99Ms.none,
      `A server in Hong Kong that calls the mainland takes at least as long as that call, for which ${objectives.p99Ms['hk-cn']} ms are allowed: its alarm would fire while all is well.`,
      `Use ${objectives.p99Ms['hk-cn']} or more.`,
    ),
  ),
  rule(['environment', 'production'], ({ environment, production }) =>
    must(
      environment !== 'prod' || production,
      'production',
      production,
      'An environment that is called prod is held to the rules of production.',
      'Leave it out, or rename the environment.',
    ),
  ),
];
