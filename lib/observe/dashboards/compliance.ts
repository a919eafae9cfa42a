/** What auditors ask: how long, who, what was masked, what crosses the border. */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
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
import type { Watched } from '../alarms/alarm';
import { collector, figureOf, searched } from '../expressions';
import { ofInterfaces, ofTunnels } from './paths';
import { type Row, rowsDashboard } from './widgets';

const hour = Duration.hours(1);
const daySeconds = 86_400;

/** What leaves through the link, and what is held back. */
const border = (environment: string, line: readonly IMetric[]): Row => ({
  title: 'What crosses the border',
  read: {
    en: 'Everything that leaves through the link, calls of services included; and what relays and rules held back. Raw spans are in none of it: relays have no pipeline for them.',
    zh: '经链路流出的全部字节（含业务调用），以及被中继与规则拦下的部分。其中没有原始 span：中继没有 trace 管道。',
  },
  links: {
    runbook: ['Flows rejected on the link', 'Aggregates wait at the relays'],
    traces: '--crossing hk-cn --since 1h',
    logs: { groups: `/aws/vendedlogs/harbourline/${environment}/` },
  },
  graphs: [
    {
      title:
        line.length > 0 ? 'Bytes to the mainland, by tunnel; bit/s by interface' : 'Bytes to the mainland, by tunnel',
      metrics: [ofTunnels(environment, 'tunnelOut', 'Sum')],
      width: 8,
      unit: 'bytes in five minutes',
      ...(line.length > 0 ? { right: { metrics: line, unit: 'bit/s' } } : {}),
    },
    {
      title: 'Held back by relays, by reason',
      metrics: [searched(environment, relayMetrics.dropped, [tierDimension, 'reason'], 'Sum')],
      width: 8,
      unit: 'points a minute',
    },
    {
      title: 'Flows that the allow-list does not admit, by side and port',
      metrics: [searched(environment, flowMetrics.rejected, [sideDimension, portDimension], 'Sum')],
      width: 8,
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
        logs: { groups: `/aws/OpenSearchService/${domainName(environment)}/` },
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
    ...(config.link ? [border(environment, ofInterfaces(config, 'interfaceOut', 'Average'))] : []),
  ];
  rowsDashboard(scope, watched, 'compliance', rows);
}
