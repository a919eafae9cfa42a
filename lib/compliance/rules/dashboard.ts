import { RegionInfo } from 'aws-cdk-lib/region-info';
import { entries, type TemplateRule } from './rule';

/** CloudWatch user guide, quotas: widgets, metrics in a widget, metrics of all widgets. */
const limits = { widgets: 500, metricsInWidget: 500, metrics: 2500 };

/** A body is text to CloudFormation: nothing else looks into it before it is deployed, or stays empty. */
export const dashboardBody: TemplateRule = {
  id: 'DashboardBody',
  message: `The dashboard's body is not JSON with widgets, is over a limit (${limits.widgets} widgets, ${limits.metricsInWidget} metrics in one, ${limits.metrics} in all), or asks a region of another partition.`,
  check: ({ Type, Properties }, { region, partition }) => {
    if (Type !== 'AWS::CloudWatch::Dashboard') return [];
    const body = parse(text(Properties?.DashboardBody, region));
    if (!Array.isArray(body?.widgets)) return ['not-JSON-with-widgets'];
    const counts = body.widgets.map((widget) => widget?.properties?.metrics?.length ?? 0);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const regions = new Set([...entries(body)].filter(({ key }) => key === 'region').map(({ value }) => String(value)));
    return [
      ...(body.widgets.length > limits.widgets ? [`widgets-${body.widgets.length}`] : []),
      ...counts.flatMap((count, at) => (count > limits.metricsInWidget ? [`metrics-${count}-in-widget-${at}`] : [])),
      ...(total > limits.metrics ? [`metrics-${total}`] : []),
      ...[...regions].filter((name) => partition && partitionOf(name) !== partition).map((name) => `region-${name}`),
    ];
  },
};

interface Body {
  readonly widgets?: readonly { readonly properties?: { readonly metrics?: readonly unknown[] } }[];
}

/** The partition of a region, undefined for one that this CDK does not know. */
export const partitionOf = (region: string): string | undefined => RegionInfo.get(region).partition;

/** CDK joins a body from text and intrinsics. A region is known; other intrinsics are opaque words. */
function text(value: unknown, region = ''): string {
  if (typeof value === 'string') return value;
  const parts = (value as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
  if (parts) return parts[1].map((part) => text(part, region)).join(parts[0]);
  return (value as { Ref?: string } | undefined)?.Ref === 'AWS::Region' ? region : 'intrinsic';
}

function parse(body: string): Body | undefined {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
