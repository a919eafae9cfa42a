import { Dashboard, GraphWidget, type IMetric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../../config/schema';
import { ofServices } from '../expressions';

/** What tracing says about itself, in the services: whether spans are made, lost or late, and what holds services up. */
export function pipelineDashboard(
  scope: Construct,
  id: string,
  { environment, observe }: EnvironmentConfig,
): Dashboard {
  const graph = (title: string, label: string, left: IMetric[]) =>
    new GraphWidget({
      title,
      left,
      width: 8,
      height: 6,
      region: observe.metricsRegion,
      leftYAxis: { min: 0, label, showUnits: false },
    });
  const of = (metric: Parameters<typeof ofServices>[1], statistic: string, errors?: 'errors') =>
    ofServices(environment, metric, statistic, errors !== undefined);

  // A physical name, as the other dashboard's.
  const dashboard = new Dashboard(scope, id, { dashboardName: `harbourline-${environment}-pipeline` });
  dashboard.addWidgets(
    new TextWidget({
      width: 24,
      height: 3,
      markdown: [
        `**Pipeline, ${environment}: tracing in services.** Spans that a service hands to the agent of its node, by service. A full queue drops spans: the agent is away or too slow. Pauses of Python's garbage collector hold a service up with or without tracing.`,
        '**管道:服务内的追踪。** 各服务交给本节点 agent 的 span。队列满时会丢弃 span:agent 不可用或过慢。Python 垃圾回收的停顿与追踪无关,但同样会拖慢服务。',
      ].join('\n\n'),
    }),
  );
  dashboard.addWidgets(
    graph('Spans handed over, a minute', 'spans', [of('exported', 'Sum')]),
    graph('Spans lost or refused, a minute', 'spans', [
      of('processed', 'Sum', 'errors'),
      of('exported', 'Sum', 'errors'),
    ]),
    graph('Spans that wait, at the most', 'spans', [of('spanQueue', 'Maximum')]),
  );
  dashboard.addWidgets(
    graph('Handing a batch over: p99', 's', [of('exportDuration', 'p99')]),
    graph('Garbage collections, a minute', 'collections', [of('gcCollections', 'Sum')]),
    graph('Garbage collection: pauses in a minute, longest pause', 's', [
      of('gcPause', 'Sum'),
      of('gcLongestPause', 'Maximum'),
    ]),
  );
  return dashboard;
}
