import { Color, Dashboard, GraphWidget, type IMetric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../../config/schema';
import { byService, continuity, errorRate, keptShare, percentile, volume } from '../expressions';
import { type Crossing, crossings } from '../metrics';

const titles: Readonly<Record<Crossing, string>> = {
  'hk-cn': 'Hong Kong calls the mainland',
  'cn-hk': 'The mainland calls Hong Kong',
  none: 'Within Hong Kong',
};

/** The first picture to look at: how long, how often wrong and how many, by crossing and then by service. */
export function crossRegionDashboard(scope: Construct, id: string, config: EnvironmentConfig): Dashboard {
  const { environment, observe } = config;
  const { objectives } = observe;
  const graph = (title: string, left: IMetric[], width: number, threshold?: number, unit = 'ms') =>
    new GraphWidget({
      title,
      left,
      width,
      height: 6,
      region: observe.metricsRegion,
      leftYAxis: { min: 0, label: unit, showUnits: false },
      ...(threshold === undefined
        ? {}
        : { leftAnnotations: [{ value: threshold, label: `objective ${threshold} ${unit}`, color: Color.RED }] }),
    });

  // A physical name, because alarms and the runbook link to it.
  const dashboard = new Dashboard(scope, id, { dashboardName: `harbourline-${environment}-cross-region` });
  dashboard.addWidgets(
    new TextWidget({
      width: 24,
      height: 3,
      markdown: [
        `**Cross-region, ${environment}.** Percentiles are measured on every span before sampling. \`hk-cn\` is timed by the caller in Hong Kong, so it holds the line and the mainland; \`cn-hk\` is timed by the server in Hong Kong, without the line.`,
        '**跨境总览。** 百分位数在采样前对全部 span 统计。`hk-cn` 由香港调用方计时（含专线与内地耗时）；`cn-hk` 由香港服务端计时（不含专线）。',
      ].join('\n\n'),
    }),
  );
  for (const crossing of crossings) {
    dashboard.addWidgets(
      graph(
        `${titles[crossing]}: duration`,
        (['p50', 'p95', 'p99'] as const).map((statistic) => percentile(environment, crossing, statistic)),
        12,
        objectives.p99Ms[crossing],
      ),
      graph(`${titles[crossing]}: errors`, [errorRate(environment, crossing)], 6, objectives.errorPercent, '%'),
      graph(`${titles[crossing]}: calls a minute`, [volume(environment, crossing)], 6, undefined, 'calls'),
    );
  }
  dashboard.addWidgets(
    graph('By service, Hong Kong to mainland: p99', [byService(environment, 'hk-cn', 'duration', 'p99')], 12),
    graph('By service, mainland to Hong Kong: p99', [byService(environment, 'cn-hk', 'duration', 'p99')], 12),
  );
  dashboard.addWidgets(
    graph('By service, within Hong Kong: p99', [byService(environment, 'none', 'duration', 'p99')], 12),
    graph('Trace continuity over the border', [continuity(environment)], 6, undefined, '%'),
    graph('Traces kept, errors and slow ones included', [keptShare(environment)], 6, undefined, '%'),
  );
  return dashboard;
}
