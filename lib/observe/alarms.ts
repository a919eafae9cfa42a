/** Alarms: each says what broke, what it means for users, and links its heading in the runbook. */
import { Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { continuity, errorRate, percentile, period, volume } from './expressions';

export interface AlarmsProps {
  readonly config: EnvironmentConfig;
  readonly topic: ITopic;
  /** Name of the OpenSearch domain. */
  readonly domainName: string;
  /** Name of the function that renews the collectors' certificates. */
  readonly certificatesFunction: string;
}

interface Definition {
  /** Heading in docs/runbook.md; the alarm's name is made of it. */
  readonly heading: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default greater than the threshold */
  readonly comparison?: ComparisonOperator;
  /** Minutes, of the last five, that must breach. @default 3: one slow minute is noise, three are not */
  readonly minutes?: number;
  readonly missing: TreatMissingData;
  /** What broke, and what it means for users. */
  readonly text: string;
}

/** Anchor of a heading, as Markdown renderers make it. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replace(/ /g, '-');

/** A physical name, because people see it in messages and look it up in the runbook, and instance refreshes watch it. */
export const alarmName = (environment: string, heading: string): string => `harbourline-${environment}: ${heading}`;

/**
 * A figure that only counts in minutes with enough calls: the p99 of nine calls is simply the slowest. Other minutes
 * show `neutral`, which breaches nothing.
 */
const withEnough = (figure: IMetric, calls: IMetric, minimumSamples: number, neutral: number): MathExpression =>
  new MathExpression({
    expression: `IF(calls >= ${minimumSamples}, figure, ${neutral})`,
    usingMetrics: { calls, figure },
    period,
  });

function crossingAlarms({ environment, observe }: EnvironmentConfig, crossing: 'hk-cn' | 'cn-hk'): Definition[] {
  const { p99Ms, errorPercent, minimumSamples } = observe.objectives;
  const way = crossing === 'hk-cn' ? 'from Hong Kong to the mainland' : 'from the mainland to Hong Kong';
  const calls = volume(environment, crossing);
  return [
    {
      heading: `P99 ${crossing}`,
      metric: withEnough(percentile(environment, crossing, 'p99'), calls, minimumSamples, 0),
      threshold: p99Ms[crossing],
      missing: TreatMissingData.NOT_BREACHING, // no calls, nobody waits
      text: `One call in a hundred ${way} takes longer than ${p99Ms[crossing]} ms: payments wait.`,
    },
    {
      heading: `Error rate ${crossing}`,
      metric: withEnough(errorRate(environment, crossing), calls, minimumSamples, 0),
      threshold: errorPercent,
      missing: TreatMissingData.NOT_BREACHING, // no calls, none fail
      text: `More than ${errorPercent} % of calls ${way} fail: payments are refused.`,
    },
  ];
}

function storeAlarm(
  heading: string,
  metricName: string,
  domainName: string,
  account: string,
  text: string,
): Definition {
  return {
    heading,
    metric: new Metric({
      namespace: 'AWS/ES',
      metricName,
      dimensionsMap: { DomainName: domainName, ClientId: account },
      statistic: 'Maximum',
      period,
    }),
    threshold: 1,
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    minutes: 1,
    missing: TreatMissingData.IGNORE, // a domain under maintenance reports late: the last state holds
    text,
  };
}

function definitions({ config, domainName, certificatesFunction }: AlarmsProps): Definition[] {
  const { environment, production, account } = config;
  return [
    ...crossingAlarms(config, 'hk-cn'),
    ...crossingAlarms(config, 'cn-hk'),
    {
      heading: 'Trace continuity',
      metric: withEnough(
        continuity(environment),
        volume(environment, 'cn-hk'),
        config.observe.objectives.minimumSamples,
        100,
      ),
      threshold: 99,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.NOT_BREACHING, // no calls, none lost
      text: 'Calls from the mainland arrive without traceparent: traces break at the border and diagnosis is blind there.',
    },
    {
      heading: 'No spans',
      metric: volume(environment, 'none'),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      minutes: 5,
      // In production silence is the fault; elsewhere nights and weekends are silent.
      missing: production ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      text: 'No span was counted for five minutes: services, agents, gateways or samplers are down or cannot publish.',
    },
    storeAlarm(
      'Store red',
      'ClusterStatus.red',
      domainName,
      account,
      'A primary shard of the trace store is missing: some traces cannot be read, and new ones may be refused.',
    ),
    storeAlarm(
      'Store refuses writes',
      'ClusterIndexWritesBlocked',
      domainName,
      account,
      'The trace store is full or short of memory: spans wait in the disk queues of the samplers until it recovers.',
    ),
    {
      heading: 'Certificates not renewed',
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Errors',
        dimensionsMap: { FunctionName: certificatesFunction },
        statistic: 'Sum',
        period,
      }),
      threshold: 1,
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      minutes: 1,
      missing: TreatMissingData.IGNORE, // it runs once a month: the last result holds
      text: 'The certificates of the collectors were not renewed. Those in use are good for at least another 60 days.',
    },
  ];
}

/** The first alarms of an environment, all to one topic. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { environment } = props.config;
    const { region } = Stack.of(this);
    const dashboard = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/harbourline-${environment}-cross-region`;
    for (const { heading, metric, threshold, comparison, minutes = 3, missing, text } of definitions(props)) {
      new Alarm(this, heading.replace(/[^A-Za-z0-9]/g, ''), {
        alarmName: alarmName(environment, heading),
        alarmDescription: `${text}\n\nRunbook: docs/runbook.md#${anchor(heading)}\nDashboard: ${dashboard}`,
        metric,
        threshold,
        comparisonOperator: comparison ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 5,
        datapointsToAlarm: minutes,
        treatMissingData: missing,
      }).addAlarmAction(new SnsAction(props.topic));
    }
  }
}
