import { Dashboard, GraphWidget, MathExpression, Metric, PeriodOverride, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { namesIn } from '../common/names';
import { dashboardName } from '../contract/dashboards';
import { type Crossing, crossings, kindOfCrossing, metricNamespace, metrics } from '../contract/metrics';
import { period } from '../observe/expressions';

export interface AnalysisDashboardProps {
  readonly environment: string;
  /** Namespace of the mainland's own service metrics. */
  readonly ownNamespace?: string | undefined;
}

const titles: Readonly<Record<Crossing, string>> = {
  'hk-cn': '香港调用内地 · Hong Kong calls the mainland',
  'cn-hk': '内地调用香港 · The mainland calls Hong Kong',
  none: '香港境内 · Within Hong Kong',
};

/** Hong Kong's aggregates beside the mainland's own metrics, for people in the mainland. */
export function analysisDashboard(scope: Construct, id: string, { environment, ownNamespace }: AnalysisDashboardProps) {
  const namespace = metricNamespace(environment);
  const of = (crossing: Crossing, metricName: string, statistic: string) =>
    new Metric({
      namespace,
      metricName,
      dimensionsMap: { crossing, 'span.kind': kindOfCrossing[crossing] },
      statistic,
      period,
      label: statistic,
    });
  const graph = (title: string, left: (Metric | MathExpression)[], width: number, unit: string) =>
    new GraphWidget({ title, left, width, height: 6, leftYAxis: { min: 0, label: unit, showUnits: false } });
  const search = (inNamespace: string, dimensions: string, metricName: string, statistic: string) =>
    new MathExpression({
      expression: `SEARCH('{"${inNamespace}"${dimensions}} ${metricName}', '${statistic}', ${period.toSeconds()})`,
      usingMetrics: {},
      period,
      label: '',
    });

  // A physical name, because people look it up.
  const dashboard = new Dashboard(scope, id, {
    dashboardName: dashboardName(namesIn(scope, environment), 'analysis'),
    periodOverride: PeriodOverride.INHERIT,
  });
  dashboard.addWidgets(
    new TextWidget({
      width: 24,
      height: 2,
      markdown: `**香港汇总指标 · Aggregates of Hong Kong, ${environment}.** 仅汇总数据，不含链路明细；调用过少的分组不上报。Aggregates only, no traces; groups with few calls are not reported, so small numbers are missing here.`,
    }),
  );
  for (const crossing of crossings) {
    dashboard.addWidgets(
      graph(
        `${titles[crossing]}: ms`,
        ['p50', 'p95', 'p99'].map((each) => of(crossing, metrics.duration.name, each)),
        16,
        'ms',
      ),
      graph(`${titles[crossing]}: calls`, [of(crossing, metrics.calls.name, 'Sum')], 8, 'calls a minute'),
    );
  }
  dashboard.addWidgets(
    graph(
      '按服务 p99 · p99 by service',
      [search(namespace, ',"crossing","span.kind","service.name"', `MetricName="${metrics.duration.name}"`, 'p99')],
      ownNamespace ? 12 : 24,
      'ms',
    ),
    ...(ownNamespace
      ? [
          graph(
            `内地服务 · The mainland's own: ${ownNamespace}`,
            [search(ownNamespace, '', '', 'p99')],
            12,
            'its own units',
          ),
        ]
      : []),
  );
  return dashboard;
}
