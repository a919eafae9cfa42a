/** Metrics, logs and who is notified. */
import { must, type Rule, rule } from './rule';

export const observeRules: readonly Rule[] = [
  rule(['observe.metricsRegion', 'region'], ({ observe: { metricsRegion }, region }) => {
    const why = metricsRegion.startsWith('cn-')
      ? 'It belongs to partition aws-cn: no dashboard or alarm reads metrics of another partition; its widgets would stay empty.'
      : `Collectors publish through the VPC's endpoint of CloudWatch Logs, which is one of ${region}: elsewhere widgets would stay empty.`;
    return must(
      'HL-OBSERVE-004',
      metricsRegion === region,
      'observe.metricsRegion',
      metricsRegion,
      why,
      `Use ${region}, or leave it out.`,
    );
  }),
  rule(['observe.logRetentionDays', 'production'], ({ observe: { logRetentionDays }, production }) =>
    must(
      'HL-OBSERVE-005',
      !production || logRetentionDays >= 365,
      'observe.logRetentionDays',
      logRetentionDays,
      'Audit logs of production are kept for a year (PCI DSS 4.0.1, requirement 10.5.1).',
      'Use 365 or more.',
    ),
  ),
  rule(['observe.notify', 'production'], ({ observe: { notify }, production }) =>
    must(
      'HL-OBSERVE-006',
      !production ||
        notify.page.email !== undefined ||
        notify.page.topicArn !== undefined ||
        notify.page.targets.length > 0,
      'observe.notify.page',
      notify.page,
      'Nobody would be notified of alarms in production.',
      'Name email or topicArn, or targets.',
    ),
  ),
  rule(
    ['observe.notify', 'observe.runbook', 'repositoryUrl', 'production'],
    ({ observe: { notify, runbook }, repositoryUrl, production }) =>
      must(
        'HL-OBSERVE-007',
        /^https:/.test(runbook) || repositoryUrl !== undefined || (!production && notify.page.targets.length === 0),
        'repositoryUrl',
        undefined,
        'Pages link the runbook, and whoever is woken has no checkout of this repository at hand.',
        'Write the https address under which this repository can be read, or that of the runbook as observe.runbook.',
      ),
  ),
  rule(['observe.notify', 'account', 'region'], ({ observe: { notify }, region, account }) => {
    const named = [
      ...(['page', 'inform'] as const).flatMap((severity) =>
        notify[severity].targets.map((target, index) => ({
          path: `observe.notify.${severity}.targets[${index}]`,
          ...target,
        })),
      ),
      ...(notify.escalation?.targets ?? []).map((target, index) => ({
        path: `observe.notify.escalation.targets[${index}]`,
        ...target,
      })),
      ...(notify.heartbeat ? [{ path: 'observe.notify.heartbeat', ...notify.heartbeat }] : []),
    ];
    return named.flatMap(({ path, secretArn, keyArn }) => [
      ...must(
        'HL-OBSERVE-008',
        secretArn.startsWith(`arn:aws:secretsmanager:${region}:${account}:`),
        `${path}.secretArn`,
        secretArn,
        'The function that notifies it reads secrets of its own account and region.',
        `Name a secret that begins with arn:aws:secretsmanager:${region}:${account}:`,
      ),
      ...must(
        'HL-OBSERVE-009',
        keyArn === undefined || keyArn.startsWith(`arn:aws:kms:${region}:`),
        `${path}.keyArn`,
        keyArn,
        'A secret is encrypted with a key of its own region.',
        `Name a key that begins with arn:aws:kms:${region}:`,
      ),
    ]);
  }),
  rule(['observe.notify', 'region'], ({ observe: { notify }, region }) =>
    (['page', 'inform'] as const).flatMap((severity) => {
      const { email, topicArn } = notify[severity];
      return [
        ...must(
          'HL-OBSERVE-010',
          email === undefined || topicArn === undefined,
          `observe.notify.${severity}`,
          notify[severity],
          'An existing topic has subscribers of its own: the address would never be subscribed.',
          'Name email or topicArn, not both.',
        ),
        ...must(
          'HL-OBSERVE-011',
          topicArn === undefined || topicArn.startsWith(`arn:aws:sns:${region}:`),
          `observe.notify.${severity}.topicArn`,
          topicArn,
          `An alarm can only notify a topic of its own partition and region, ${region}.`,
          `Name a topic that begins with arn:aws:sns:${region}:`,
        ),
      ];
    }),
  ),
  rule(['observe.objectives.p99Ms'], ({ observe: { objectives } }) =>
    must(
      'HL-OBSERVE-012',
      objectives.p99Ms.none >= objectives.p99Ms['hk-cn'],
      'observe.objectives.p99Ms.none',
      objectives.p99Ms.none,
      `A server in the home region that calls the mainland takes at least as long as that call, for which ${objectives.p99Ms['hk-cn']} ms are allowed: its alarm would fire although nothing is wrong.`,
      `Use ${objectives.p99Ms['hk-cn']} or more.`,
    ),
  ),
  rule(['environment', 'production'], ({ environment, production }) =>
    must(
      'HL-OBSERVE-013',
      environment !== 'prod' || production,
      'production',
      production,
      'An environment that is called prod is held to the rules of production.',
      'Leave it out, or rename the environment.',
    ),
  ),
];
