/** What auditors ask: how long, who, what was masked, what crosses the border. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { domainName } from '../../contract/access';
import {
  collectorMetrics,
  flowMetrics,
  portDimension,
  relayMetrics,
  sideDimension,
  storeMetrics,
  tierDimension,
} from '../../contract/metrics';
import { type Names, namesOf } from '../../contract/names';
import type { Watched } from '../alarms/alarm';
import { collector, figureOf, searched } from '../expressions';
import { type Row, rowsDashboard } from './widgets';

const hour = Duration.hours(1);
const daySeconds = 86_400;

/** What is held back at the link. */
const border = ({ environment, delivered }: Names): Row => ({
  title: 'What is held back at the border',
  read: {
    en: 'What relays and rules held back. Raw spans are in none of it: relays have no pipeline for them. How many bytes cross, by path, is on the dashboard of the link.',
    zh: '被中继与规则拦下的部分。其中没有原始 span：中继没有 trace 管道。各路径流出的字节见链路仪表板。',
  },
  links: {
    runbook: ['Flows rejected on the link', 'Aggregates wait at the relays'],
    traces: '--crossing hk-cn --since 1h',
    logs: { groups: `/aws/vendedlogs/${delivered}/` },
  },
  graphs: [
    {
      title: 'Held back by relays, by reason',
      metrics: [searched(environment, relayMetrics.dropped, [tierDimension, 'reason'], 'Sum')],
      width: 12,
      unit: 'points a minute',
    },
    {
      title: 'Flows that the allow-list does not admit, by side and port',
      metrics: [searched(environment, flowMetrics.rejected, [sideDimension, portDimension], 'Sum')],
      width: 12,
      unit: 'flows a minute',
    },
  ],
});

/** Makes it. */
export function complianceDashboard(scope: Construct, watched: Watched): void {
  const { config } = watched;
  const { environment, store } = config;
  const check = (metric: (typeof storeMetrics)[keyof typeof storeMetrics], label: string) =>
    figureOf(environment, metric, {}, 'Maximum', label, hour);
  const rows: Row[] = [
    {
      title: 'How long, and who',
      read: {
        en: `The oldest raw span, by an hourly check: ${store.retentionDays} days and at most two more, for rollover and deletion. Grants in force are people who see without masks.`,
        zh: `最旧的原始 span（每小时检查）：${store.retentionDays} 天，至多再加两天用于滚动与删除。有效授权：可见未脱敏数据的人数。`,
      },
      links: {
        runbook: ['Oldest span', 'Lifecycle failed'],
        logs: { groups: `/aws/OpenSearchService/${domainName(namesOf(config))}/` },
      },
      graphs: [
        {
          title: 'Age of the oldest raw span',
          metrics: [
            new MathExpression({
              expression: `oldest / ${daySeconds}`,
              usingMetrics: { oldest: check(storeMetrics.oldest, 'oldest') },
              period: hour,
              label: 'days',
            }),
          ],
          width: 12,
          unit: 'days',
          threshold: { value: store.retentionDays + 2, label: `alarm above ${store.retentionDays + 2} days` },
        },
        {
          title: 'Lifecycle jobs that failed',
          metrics: [check(storeMetrics.lifecycleFailures, 'indices')],
          width: 6,
          unit: 'indices',
        },
        { title: 'Grants in force', metrics: [check(storeMetrics.grants, 'grants')], width: 6, unit: 'grants' },
      ],
    },
    {
      title: 'What was masked, what does not belong here',
      read: {
        en: 'Attributes whose key nobody has asked for, masked before they are stored; and spans of another environment, refused. Names of keys and services stand in the log events of the same minute.',
        zh: '未列入白名单的属性（入库前已脱敏）与其他环境的 span（已拒绝）。键名与服务名见同一分钟的日志事件。',
      },
      links: {
        runbook: ['No spans', 'Many attribute keys'],
        logs: { where: 'ispresent(otelcol_processor_environment_refused_spans)' },
      },
      graphs: [
        {
          title: 'Attributes masked for their key',
          metrics: collectorMetrics.unknownKeys.tiers.map((tier) =>
            collector(environment, collectorMetrics.unknownKeys, tier, 'Sum'),
          ),
          width: 12,
          unit: 'attributes a minute',
        },
        {
          title: 'Spans of a foreign environment, by service',
          metrics: [searched(environment, collectorMetrics.foreign, [tierDimension, 'service'], 'Sum')],
          width: 12,
          unit: 'spans a minute',
        },
      ],
    },
    ...(config.link ? [border(namesOf(config))] : []),
  ];
  rowsDashboard(scope, watched, 'compliance', rows);
}
