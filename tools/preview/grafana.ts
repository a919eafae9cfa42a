/**
 * The dashboards for those who look at CloudWatch through Grafana: same queries, titles, limits and places, made of the bodies
 * that CloudWatch gets. Source of the model: Grafana's documentation, "Dashboard JSON model", and its CloudWatch data source.
 */
import { type DashboardBody, entriesOf, type Widget } from '../../rehearsal/judge/cloudwatch/dashboards';

/** Chosen above the dashboard: which data source of kind CloudWatch. */
const datasource = { type: 'cloudwatch', uid: '${datasource}' } as const;

/** `A` to `Z`, then `AA`: by which Grafana knows the queries of a panel. */
const refId = (index: number): string =>
  (index >= 26 ? refId(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));

/** A query of the CloudWatch data source: a metric, or an expression over the others, which `SEARCH` and `SELECT` are too. */
function target(entry: ReturnType<typeof entriesOf>[number], index: number, region: string, named: boolean) {
  const { metric, expression, label, period } = entry;
  return {
    refId: refId(index),
    datasource,
    queryMode: 'Metrics',
    /** Search and its metric math; 1 would be Metrics Insights. */
    metricQueryType: 0,
    /** 0: by its parts, 1: as it is written. */
    metricEditorMode: metric ? 0 : 1,
    id: named ? entry.id : '',
    region,
    namespace: metric?.namespace ?? '',
    metricName: metric?.name ?? '',
    dimensions: metric?.dimensions ?? {},
    matchExact: true,
    statistic: metric?.statistic ?? 'Average',
    period: String(period),
    expression: expression ?? '',
    ...(label ? { label } : {}),
    hide: !entry.visible,
  };
}

/** How far back it looks: `-P84D` is `84d`. */
const timeFrom = (start: string | undefined): { timeFrom?: string } => {
  const [, days] = /^-P(\d+)D$/.exec(start ?? '') ?? [];
  return days ? { timeFrom: `${days}d` } : {};
};

/** The latest figures, with a small line behind each. */
function stat({ properties }: Widget) {
  const { title = '', region = '' } = properties;
  const entries = entriesOf(properties);
  return {
    type: 'stat',
    title,
    datasource,
    targets: entries.map((entry, index) => target(entry, index, region, /^[a-z]\w*$/.test(entry.id))),
    options: {
      graphMode: 'area',
      colorMode: 'none',
      textMode: 'value_and_name',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    },
    fieldConfig: { defaults: { decimals: 1 }, overrides: [] },
  };
}

function graph({ properties }: Widget) {
  const { title = '', region = '', yAxis, annotations, start } = properties;
  const entries = entriesOf(properties);
  // Ids are needed where an expression names them, and CloudWatch takes those that begin with a small letter.
  const targets = entries.map((entry, index) => target(entry, index, region, /^[a-z]\w*$/.test(entry.id)));
  const limits = annotations?.horizontal ?? [];
  const onRight = targets.filter((_, index) => entries[index]?.right);
  return {
    type: 'timeseries',
    title,
    // Limits have no words of their own in Grafana.
    description: limits.map(({ value, label }) => `${value}: ${label ?? ''}`).join('\n'),
    datasource,
    targets,
    ...timeFrom(start),
    fieldConfig: {
      defaults: {
        ...(yAxis?.left?.min === undefined ? {} : { min: yAxis.left.min }),
        ...(yAxis?.left?.max === undefined ? {} : { max: yAxis.left.max }),
        custom: {
          axisLabel: yAxis?.left?.label ?? '',
          axisPlacement: 'left',
          drawStyle: 'line',
          lineWidth: 2,
          spanNulls: false,
          thresholdsStyle: { mode: limits.length > 0 ? 'line' : 'off' },
        },
        thresholds: {
          mode: 'absolute',
          steps: [
            { color: 'transparent', value: null },
            ...[...limits].sort((a, b) => a.value - b.value).map(({ value }) => ({ color: 'red', value })),
          ],
        },
      },
      overrides: onRight.map((query) => ({
        matcher: { id: 'byFrameRefID', options: query.refId },
        properties: [
          { id: 'custom.axisPlacement', value: 'right' },
          { id: 'custom.axisLabel', value: yAxis?.right?.label ?? '' },
          ...(yAxis?.right?.max === undefined ? [] : [{ id: 'max', value: yAxis.right.max }]),
        ],
      })),
    },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  };
}

const text = (title: string, content: string) => ({ type: 'text', title, options: { mode: 'markdown', content } });

/** States of CloudWatch's alarms are not in Grafana: their names, with the way to each. */
function alarms({ properties: { title = '', alarms: arns = [] } }: Widget) {
  const links = arns.map((arn) => {
    const [, , , region = '', , , ...name] = arn.split(':');
    const full = name.join(':');
    return `[${full}](https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(full)})`;
  });
  return text(title, links.join(' · '));
}

function panel(widget: Widget, index: number) {
  const { x, y, width: w, height: h, type, properties } = widget;
  const made =
    type === 'text'
      ? text('', properties.markdown ?? '')
      : type === 'alarm'
        ? alarms(widget)
        : properties.view === 'singleValue'
          ? stat(widget)
          : graph(widget);
  return { id: index + 1, gridPos: { x, y, w, h }, ...made };
}

/** A dashboard as Grafana imports it. */
export const grafana = ({ name, widgets }: DashboardBody) => ({
  // 40 characters at most.
  uid: name.slice(0, 40),
  title: name,
  tags: ['harbourline'],
  schemaVersion: 39,
  version: 0,
  editable: true,
  timezone: 'browser',
  /** One pointer for all graphs. */
  graphTooltip: 1,
  refresh: '1m',
  time: { from: 'now-3h', to: 'now' },
  annotations: { list: [] },
  templating: {
    list: [{ name: 'datasource', label: 'CloudWatch', type: 'datasource', query: 'cloudwatch' }],
  },
  panels: widgets.map(panel),
});
