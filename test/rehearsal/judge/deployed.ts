/** A dashboard and alarms of each kind, in the shapes of a template: what the environment's own have, and few of them. */
import {
  type Crossing,
  collectorMetrics,
  crossingAttribute,
  crossings,
  kindOfCrossing,
  metricNamespace,
  metrics,
  probeMetrics,
  traceparentAttribute,
} from '../../../lib/contract/metrics';
import type { AlarmProperties, AlarmSet, CompositeProperties } from '../../../rehearsal/judge/cloudwatch/alarms';
import type { Widget } from '../../../rehearsal/judge/cloudwatch/dashboards';
import type { Deployed } from '../../../rehearsal/judge/evidence';

const namespace = metricNamespace('dev');
/** Objectives of config/dev.ts. */
const objectives: Readonly<Record<Crossing, number>> = { 'hk-cn': 500, 'cn-hk': 300, none: 800 };
const dimensionsOf = (crossing: Crossing) => [
  { Name: crossingAttribute, Value: crossing },
  { Name: 'span.kind', Value: kindOfCrossing[crossing] },
];

export const widget = (title: string, entries: Widget['properties']['metrics']): Widget => ({
  type: 'metric',
  x: 0,
  y: 0,
  width: 6,
  height: 6,
  properties: { title, period: 60, ...(entries ? { metrics: entries } : {}) },
});

export const percentileEntry = (crossing: Crossing, stat: string) =>
  [
    namespace,
    metrics.duration.name,
    ...dimensionsOf(crossing).flatMap(({ Name, Value }) => [Name, Value]),
    { stat },
  ] as const;

const searchEntry = (name: string, dimension: string, of = namespace) =>
  [{ expression: `SEARCH('{"${of}","${dimension}"} MetricName="${name}"', 'Sum', 60)` }] as const;

export const name = (heading: string) => `harbourline-dev: ${heading}`;

const alarm = (heading: string, properties: Partial<AlarmProperties>): AlarmSet['metric'][number] => ({
  arn: `${heading}.Arn`,
  properties: {
    AlarmName: name(heading),
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    EvaluationPeriods: 1,
    ...properties,
  },
});

const composite = (heading: string, rule: string, more: Partial<CompositeProperties> = {}) => ({
  arn: `${heading}.Arn`,
  properties: { AlarmName: name(heading), AlarmRule: rule, AlarmActions: ['page'], ...more },
});

/** More than six of a hundred calls of five minutes above the objective. */
export const slowShare = (crossing: Crossing, limit = objectives[crossing]) =>
  alarm(`P99 ${crossing}`, {
    Threshold: 6,
    Metrics: [
      { Id: 'share', Expression: '100 - within' },
      {
        Id: 'within',
        ReturnData: false,
        MetricStat: {
          Metric: { Namespace: namespace, MetricName: metrics.duration.name, Dimensions: dimensionsOf(crossing) },
          Period: 300,
          Stat: `PR(:${limit})`,
        },
      },
    ],
  });

/** Calls from the mainland without `traceparent`. */
const continuity = alarm('Trace continuity', {
  AlarmActions: ['inform'],
  Namespace: namespace,
  MetricName: metrics.calls.name,
  Dimensions: [
    { Name: crossingAttribute, Value: 'cn-hk' },
    { Name: traceparentAttribute, Value: 'lost' },
  ],
  Period: 60,
  Statistic: 'Sum',
});

const roundTrip = alarm('Link round trip', {
  AlarmActions: ['inform'],
  Namespace: namespace,
  MetricName: probeMetrics.rtt.name,
  Dimensions: [{ Name: 'path', Value: 'vpn-1' }],
  Period: 60,
  ExtendedStatistic: 'p95',
  Threshold: 80,
  TreatMissingData: 'breaching',
});

/** Reads what no rehearsal has. */
const storeRed = alarm('Store red', {
  AlarmActions: ['page'],
  Namespace: 'AWS/ES',
  MetricName: 'ClusterStatus.red',
  Period: 60,
  Statistic: 'Maximum',
  TreatMissingData: 'breaching',
});

export const alarms: AlarmSet = {
  metric: [...crossings.map((crossing) => slowShare(crossing)), continuity, roundTrip, storeRed],
  composite: [
    composite('Calls to the mainland', 'ALARM("P99 hk-cn.Arn")'),
    composite('Services in Hong Kong', '(ALARM("P99 cn-hk.Arn") OR ALARM("P99 none.Arn"))', {
      ActionsSuppressor: 'Calls to the mainland.Arn',
      ActionsSuppressorWaitPeriod: 120,
      ActionsSuppressorExtensionPeriod: 120,
    }),
  ],
};

export const deployed: Deployed = {
  dashboards: [
    {
      name: 'Cross-region',
      widgets: [
        widget(
          'P99',
          crossings.map((crossing) => percentileEntry(crossing, 'p99')),
        ),
        widget('Queues', [searchEntry(collectorMetrics.queued.name, 'tier')]),
        // AWS's own, which is not sent here.
        widget('Domain', [searchEntry('CPUUtilization', 'DomainName', 'AWS/ES')]),
      ],
    },
  ],
  alarms,
};
