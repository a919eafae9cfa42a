import { informWindows, pageWindows } from '../../lib/observe/alarms/budget';
import { incidents } from '../../lib/observe/alarms/incidents';
import type { Judged } from '../../lib/observe/calls';
import type { AlarmProperties } from '../../rehearsal/judge/cloudwatch/alarms';
import { insightsOf } from '../../rehearsal/judge/cloudwatch/insights';
import { environmentNames, resourcesOf, templateOf } from '../support/app';

interface Named {
  readonly AlarmName?: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: unknown[];
  readonly OKActions?: unknown[];
  readonly ActionsSuppressor?: unknown;
  readonly EvaluationPeriods: number;
  readonly Period?: number;
  readonly Metrics?: { Period?: number; Expression?: string; MetricStat?: { Period: number } }[];
  readonly TreatMissingData?: string;
}

const of = (environment: string, type: string): Named[] =>
  [...resourcesOf(environment).values()]
    .filter(({ Type, Properties }) => Type === type && Properties.AlarmName)
    // Those that roll a deployment back notify nobody.
    .filter(({ Properties }) => !Properties.AlarmName.endsWith(': instances missing'))
    .map(({ Properties }) => Properties);

describe.each(environmentNames)('alarms of %s', (environment) => {
  const metric = of(environment, 'AWS::CloudWatch::Alarm');
  const composite = of(environment, 'AWS::CloudWatch::CompositeAlarm');
  const named = (heading: string) =>
    [...metric, ...composite].find(({ AlarmName }) => AlarmName === `harbourline-${environment}: ${heading}`)!;
  const headings = Object.values(incidents).map(({ heading }) => heading);

  test('each says what, so what, where to read and where to look', () => {
    for (const { AlarmName, AlarmDescription } of [...metric, ...composite]) {
      const text = JSON.stringify(AlarmDescription);
      expect([AlarmName, text]).toEqual([
        AlarmName,
        expect.stringMatching(/Runbook: (https:\/\/\S+\/)?docs\/runbook\.md#/),
      ]);
      expect([AlarmName, text]).toEqual([AlarmName, expect.stringContaining(`dashboard/harbourline-${environment}-`)]);
    }
  });

  test('incidents page, when they start and when they end, and nothing else does', () => {
    const topics = templateOf(environment, 'Observe').findResources('AWS::SNS::Topic');
    const page = Object.keys(topics).find((id) => topics[id]!.Properties.DisplayName === 'Harbourline alarms');
    const pages = [...metric, ...composite].filter(({ AlarmActions }) =>
      JSON.stringify(AlarmActions ?? []).includes(page as string),
    );
    expect(pages.map(({ AlarmName }) => AlarmName!.split(': ')[1]).sort()).toEqual([...headings].sort());
    for (const { OKActions, AlarmActions } of pages) expect(OKActions).toEqual(AlarmActions);
  });

  test('a consequence of the border is held back for as long as the cause may take to show', () => {
    expect(named(incidents.hongKong.heading)).toMatchObject({
      ActionsSuppressor: expect.anything(),
      ActionsSuppressorWaitPeriod: 120,
      ActionsSuppressorExtensionPeriod: 300,
    });
    expect(named(incidents.border.heading)).not.toHaveProperty('ActionsSuppressor');
  });

  test('every alarm decides what missing data mean', () => {
    expect(metric.filter(({ TreatMissingData }) => !TreatMissingData)).toEqual([]);
  });

  // CloudWatch API reference, PutMetricAlarm: a day, or a week where the period is an hour or more.
  test('no alarm looks back further than CloudWatch lets it', () => {
    for (const { AlarmName, EvaluationPeriods, Period, Metrics = [] } of metric) {
      const [period = 0] = [Period, ...Metrics.flatMap((one) => one.MetricStat?.Period ?? one.Period)].filter(
        Boolean,
      ) as number[];
      expect([AlarmName, period]).not.toEqual([AlarmName, 0]);
      expect([AlarmName, period * EvaluationPeriods <= (period < 3600 ? 86_400 : 604_800)]).toEqual([AlarmName, true]);
    }
  });

  // CloudWatch user guide, "Metrics Insights quotas": three hours, and a query stands alone.
  test('queries over all services are as CloudWatch takes them', () => {
    const asked = (metric as unknown as AlarmProperties[]).flatMap((one) => insightsOf(one) ?? []);
    expect(asked.map(({ groupBy }) => groupBy)).toEqual([
      ...Array(3).fill('service.name'),
      'call.destination',
      'service.name',
    ]);
  });

  // CloudWatch API reference, PutMetricAlarm: ten metrics and ten expressions.
  test('no alarm has more metrics or expressions than CloudWatch lets it', () => {
    for (const { AlarmName, Metrics = [] } of metric) {
      const metrics = Metrics.filter(({ MetricStat }) => MetricStat).length;
      expect([AlarmName, metrics <= 10 && Metrics.length - metrics <= 10]).toEqual([AlarmName, true]);
    }
  });

  test.each(['hk-cn', 'cn-hk', 'none'])('%s is judged in every window, by a number of bad calls', (crossing) => {
    for (const subject of ['P99', 'Error rate']) {
      const page = pageWindows.map((window) => [`${subject} ${crossing}, ${window.name}`, window] as const);
      const inform = informWindows.map(
        (window) => [`${subject} ${crossing}, slow burn, ${window.name}`, window] as const,
      );
      for (const [name, { length, ...judged }] of [...page, ...inform]) {
        const { minimumBad, mostCalls }: Judged = judged;
        const { Metrics = [] } = named(name);
        expect(JSON.stringify(Metrics)).toContain(
          `>= ${minimumBad}${mostCalls ? ` AND FILL(calls, 0) <= ${mostCalls}` : ''}, 100 `,
        );
        expect(new Set(Metrics.flatMap(({ MetricStat }) => MetricStat?.Period ?? []))).toEqual(
          new Set([length.toSeconds()]),
        );
      }
    }
  });

  test('topics are encrypted, take messages over TLS only, and from alarms of this account only', () => {
    const template = templateOf(environment, 'Observe');
    const topics = Object.values(template.findResources('AWS::SNS::Topic'));
    expect(topics).toHaveLength(2);
    for (const { Properties } of topics) expect(Properties.KmsMasterKeyId).toBeDefined();
    const statements = Object.values(template.findResources('AWS::SNS::TopicPolicy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    for (const statement of statements.filter(({ Effect }) => Effect === 'Allow')) {
      expect(statement.Principal).toEqual({ Service: 'cloudwatch.amazonaws.com' });
      expect(statement.Condition.StringEquals['aws:SourceAccount']).toBeDefined();
      expect(statement.Action).toBe('sns:Publish');
    }
    expect(statements.filter(({ Effect }) => Effect === 'Deny')).toHaveLength(2);
  });
});
