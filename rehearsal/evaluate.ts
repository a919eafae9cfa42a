/** Evaluates dashboards and alarms by their own definitions, over the metrics that a rehearsal received. */
import { evaluate, type Matrix } from 'mathjs';
import type { MetricQuery, MetricStore } from './aws/cloudwatch';
import type { AlarmMetric, AlarmProperties, Widget } from './synthesised';

/** A metric that a dashboard shows, with its widget's title. */
export interface Shown extends MetricQuery {
  readonly widget: string;
}

type MetricEntry = Widget['properties']['metrics'] extends readonly (infer Entry)[] | undefined ? Entry : never;

const search = /^SEARCH\('\{"?([^",}]+)"?((?:,"[^"]+")+)\} MetricName="([^"]+)"(.*)', '([^']+)', \d+\)$/;

/**
 * Every metric on a dashboard; a search stands for what it finds now, or for itself where it finds nothing.
 *
 * @returns metrics by name, and the searches that found nothing
 */
export function shownMetrics(widgets: readonly Widget[], store: MetricStore): { metrics: Shown[]; empty: string[] } {
  const metrics: Shown[] = [];
  const empty: string[] = [];
  for (const { type, properties } of widgets) {
    if (type !== 'metric') continue;
    const widget = properties.title ?? '';
    for (const entry of properties.metrics ?? []) {
      const query = metricQuery(entry);
      if (query) metrics.push({ ...query, widget });
      const expression = searchOf(entry);
      if (!expression) continue;
      const found = store.search(...expression.arguments);
      // Failures have no metric until the first.
      if (found.length === 0 && !expression.arguments[2].includes('error.type')) empty.push(widget);
      metrics.push(...found.map((metric) => ({ ...metric, statistic: expression.statistic, widget })));
    }
  }
  return { metrics, empty };
}

function metricQuery(entry: MetricEntry): MetricQuery | undefined {
  const strings = entry.filter((part): part is string => typeof part === 'string');
  const options = entry.find((part) => typeof part === 'object');
  const [namespace, name, ...pairs] = strings;
  if (namespace === undefined || name === undefined) return undefined;
  const dimensions: Record<string, string> = {};
  for (let index = 0; index + 1 < pairs.length; index += 2)
    dimensions[pairs[index] as string] = pairs[index + 1] as string;
  return { namespace, name, dimensions, statistic: (typeof options === 'object' && options.stat) || 'Average' };
}

function searchOf(entry: MetricEntry) {
  const expression = entry.flatMap((part) => (typeof part === 'object' && part.expression ? [part.expression] : []))[0];
  const match = search.exec(expression ?? '');
  if (!match) return undefined;
  const [, namespace = '', names = '', name = '', conditions = '', statistic = ''] = match;
  const fixed = Object.fromEntries(
    [...conditions.matchAll(/"([^"]+)"="([^"]+)"/g)].map(([, key, value]) => [key, value]),
  );
  const dimensions = names
    .split(',')
    .filter(Boolean)
    .map((quoted) => quoted.slice(1, -1));
  return { arguments: [namespace, name, dimensions, fixed as Record<string, string>] as const, statistic };
}

const periodSeconds = 60;

/** Figures of an alarm by minute (start in ms → figure): its metric, or its expression over its metrics. */
export function alarmFigures(alarm: AlarmProperties, store: MetricStore): Map<number, number> {
  if (!alarm.Metrics) {
    return store.byPeriod(
      {
        namespace: alarm.Namespace ?? '',
        name: alarm.MetricName ?? '',
        dimensions: dimensionsOf(alarm.Dimensions),
        statistic: alarm.Statistic ?? alarm.ExtendedStatistic ?? '',
      },
      periodSeconds,
    );
  }
  const entries = alarm.Metrics;
  const measured = new Map(
    entries.filter((entry) => entry.MetricStat).map((entry) => [entry.Id, measuredBy(entry, store)]),
  );
  const minutes = new Set([...measured.values()].flatMap((series) => [...series.keys()]));
  const returned = entries.find((entry) => entry.ReturnData !== false) as AlarmMetric;
  const figures = new Map<number, number>();
  for (const minute of minutes) {
    const figure = valueAt(returned, minute, entries, measured);
    if (Number.isFinite(figure)) figures.set(minute, figure);
  }
  return figures;
}

const measuredBy = ({ MetricStat }: AlarmMetric, store: MetricStore): Map<number, number> =>
  store.byPeriod(
    {
      namespace: MetricStat?.Metric.Namespace ?? '',
      name: MetricStat?.Metric.MetricName ?? '',
      dimensions: dimensionsOf(MetricStat?.Metric.Dimensions),
      statistic: MetricStat?.Stat ?? '',
    },
    periodSeconds,
  );

/** Metric math of one minute. A missing figure is NaN, as which it goes through everything but FILL. */
function valueAt(
  entry: AlarmMetric,
  minute: number,
  entries: readonly AlarmMetric[],
  measured: ReadonlyMap<string, Map<number, number>>,
): number {
  if (!entry.Expression) return measured.get(entry.Id)?.get(minute) ?? Number.NaN;
  const scope: Record<string, unknown> = {
    FILL: (value: number, filling: number) => (Number.isNaN(value) ? filling : value),
    MAX: (values: Matrix<number>) => Math.max(...measuredOf(values)),
    MIN: (values: Matrix<number>) => Math.min(...measuredOf(values)),
    IF: (condition: boolean | number, then: number, otherwise: number) => (condition ? then : otherwise),
  };
  for (const other of entries) {
    if (new RegExp(`\\b${other.Id}\\b`).test(entry.Expression))
      scope[other.Id] = valueAt(other, minute, entries, measured);
  }
  return Number(evaluate(entry.Expression, scope));
}

/** Of several metrics those that have a figure: CloudWatch passes over the others. */
const measuredOf = (values: Matrix<number>): number[] =>
  (values.toArray() as number[]).filter((value) => !Number.isNaN(value));

const dimensionsOf = (list: readonly { Name: string; Value: string }[] = []): Record<string, string> =>
  Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));

const breaches: Readonly<Record<string, (figure: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (figure, threshold) => figure > threshold,
  GreaterThanOrEqualToThreshold: (figure, threshold) => figure >= threshold,
  LessThanThreshold: (figure, threshold) => figure < threshold,
  LessThanOrEqualToThreshold: (figure, threshold) => figure <= threshold,
};

/** Minutes of an alarm that breached, by its own comparison. @throws Error on a comparison that CloudWatch has not */
export function breachingMinutes(alarm: AlarmProperties, figures: ReadonlyMap<number, number>): number[] {
  const breach = breaches[alarm.ComparisonOperator];
  if (!breach) throw new Error(`${alarm.AlarmName}: no comparison ${alarm.ComparisonOperator}`);
  return [...figures].filter(([, figure]) => breach(figure, alarm.Threshold)).map(([minute]) => minute);
}
