/** Reads dashboards by their own bodies, over the metrics that a rehearsal received. */

import { figure, type MathEntry } from './math';
import type { MetricQuery, MetricStore } from './metric-store';

/** A widget of a dashboard's body. Source: CloudWatch API reference, "Dashboard body structure and syntax". */
export interface Widget {
  readonly type: 'metric' | 'text' | 'alarm';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: WidgetProperties;
}

interface WidgetProperties {
  readonly title?: string;
  readonly view?: string;
  readonly region?: string;
  readonly markdown?: string;
  /** ARNs of alarms whose states are shown. */
  readonly alarms?: readonly string[];
  readonly stat?: string;
  readonly period?: number;
  readonly setPeriodToTimeRange?: boolean;
  readonly start?: string;
  readonly metrics?: readonly (readonly (string | EntryOptions)[])[];
  readonly annotations?: { readonly horizontal?: readonly Annotation[] };
  readonly yAxis?: { readonly left?: Axis; readonly right?: Axis };
}

interface Axis {
  readonly min?: number;
  readonly max?: number;
  readonly label?: string;
}

interface Annotation {
  readonly value: number;
  readonly label?: string;
  readonly color?: string;
}

interface EntryOptions {
  readonly expression?: string;
  readonly stat?: string;
  readonly period?: number;
  readonly label?: string;
  readonly id?: string;
  readonly visible?: boolean;
  readonly yAxis?: 'left' | 'right';
}

/** A dashboard of the synthesised environment. */
export interface DashboardBody {
  /** As it will be called in the console. */
  readonly name: string;
  readonly widgets: readonly Widget[];
}

/** A metric that a dashboard shows, with its widget's title. */
export interface Shown extends MetricQuery {
  readonly widget: string;
}

/** A line of a graph. */
export interface Series {
  readonly label: string;
  /** It is drawn at the axis on the right. @default at the one on the left */
  readonly right?: true;
  /** Start of the period in ms, and the figure; periods without data are left out. */
  readonly points: readonly (readonly [number, number])[];
}

const search = /^SEARCH\('\{"?([^",}]+)"?((?:,"[^"]+")+)\} MetricName="([^"]+)"(.*)', '([^']+)', (\d+)\)$/;

/** Entries of a widget: metrics, searches and expressions. */
interface Entry extends MathEntry {
  readonly label?: string;
  readonly visible: boolean;
  readonly right?: true;
  readonly period: number;
}

/** What a graph asks for, hidden entries included. */
export function entriesOf({ metrics = [], stat = 'Average', period: usual = 300 }: WidgetProperties): Entry[] {
  return metrics.map((parts, index) => {
    const options = parts.find((part): part is EntryOptions => typeof part === 'object') ?? {};
    const [namespace, name, ...pairs] = parts.filter((part): part is string => typeof part === 'string');
    const dimensions: Record<string, string> = {};
    for (let at = 0; at + 1 < pairs.length; at += 2) dimensions[pairs[at] as string] = pairs[at + 1] as string;
    return {
      id: options.id ?? `entry${index}`,
      ...(options.label === undefined ? {} : { label: options.label }),
      visible: options.visible !== false,
      ...(options.yAxis === 'right' ? { right: true as const } : {}),
      period: options.period ?? usual,
      ...(options.expression === undefined
        ? { metric: { namespace: namespace ?? '', name: name ?? '', dimensions, statistic: options.stat ?? stat } }
        : { expression: options.expression }),
    };
  });
}

/** What a search asks for. */
export interface Search {
  readonly namespace: string;
  readonly name: string;
  /** Names of the dimensions, all of them. */
  readonly dimensions: readonly string[];
  /** Values that some of them must have. */
  readonly fixed: Readonly<Record<string, string>>;
  readonly statistic: string;
  /** Seconds. */
  readonly period: number;
  /** So many of what is found, and by what. @default all of it */
  readonly top?: { readonly count: number; readonly by: 'MAX' | 'SUM' };
}

/** The first of many: `SORT(SEARCH(…), MAX, DESC, 10)`. */
const sorted = /^SORT\((.*), (MAX|SUM), DESC, (\d+)\)$/;

function searchOf(expression: string): Search | undefined {
  const [, inner, by, count] = sorted.exec(expression) ?? [];
  if (inner !== undefined) {
    const asked = searchOf(inner);
    return asked && { ...asked, top: { count: Number(count), by: by as 'MAX' | 'SUM' } };
  }
  const match = search.exec(expression);
  if (!match) return undefined;
  const [, namespace = '', names = '', name = '', conditions = '', statistic = '', period = ''] = match;
  const fixed = Object.fromEntries(
    [...conditions.matchAll(/"([^"]+)"="([^"]+)"/g)].map(([, key = '', value = '']) => [key, value] as const),
  );
  const dimensions = names
    .split(',')
    .filter(Boolean)
    .map((quoted) => quoted.slice(1, -1));
  return { namespace, name, dimensions, fixed, statistic, period: Number(period) };
}

/**
 * Every metric that a dashboard reads; a search stands for what it finds now.
 *
 * @returns metrics by name, and searches that found nothing
 */
export function shownMetrics(
  widgets: readonly Widget[],
  store: MetricStore,
): { metrics: Shown[]; empty: (Search & { widget: string })[] } {
  const metrics: Shown[] = [];
  const empty: (Search & { widget: string })[] = [];
  for (const { properties } of widgets) {
    const widget = properties.title ?? '';
    for (const { metric, expression } of entriesOf(properties)) {
      if (metric) metrics.push({ ...metric, widget });
      const asked = searchOf(expression ?? '');
      if (!asked) continue;
      const found = store.search(asked.namespace, asked.name, asked.dimensions, asked.fixed);
      if (found.length === 0) empty.push({ ...asked, widget });
      metrics.push(...found.map((one) => ({ ...one, statistic: asked.statistic, widget })));
    }
  }
  return { metrics, empty };
}

/** Metrics that searches of a dashboard may find: namespace, name, names of dimensions. */
export const searches = (widgets: readonly Widget[]): Search[] =>
  widgets.flatMap(({ properties }) =>
    entriesOf(properties).flatMap(({ expression }) => searchOf(expression ?? '') ?? []),
  );

/** The lines of a graph, as CloudWatch would draw them. */
export function seriesOf({ properties }: Widget, store: MetricStore): Series[] {
  const entries = entriesOf(properties);
  return entries
    .filter(({ visible }) => visible)
    .flatMap((entry): Series[] => {
      const asked = searchOf(entry.expression ?? '');
      if (asked) {
        const lines = store.search(asked.namespace, asked.name, asked.dimensions, asked.fixed).map((found) => ({
          label: Object.entries(found.dimensions)
            .filter(([dimension]) => !(dimension in asked.fixed))
            .map(([, value]) => value)
            .join(' '),
          ...(entry.right ? { right: entry.right } : {}),
          points: [...store.byPeriod({ ...found, statistic: asked.statistic }, asked.period)].sort(([a], [b]) => a - b),
        }));
        return asked.top ? first(lines, asked.top) : lines;
      }
      const label = entry.label ?? entry.metric?.name ?? entry.expression ?? '';
      return [{ label, ...(entry.right ? { right: entry.right } : {}), points: pointsOf(entry, entries, store) }];
    });
}

/** Lines with most, first. */
function first(lines: readonly Series[], { count, by }: NonNullable<Search['top']>): Series[] {
  const of = ({ points }: Series) => {
    const figures = points.map(([, figure]) => figure);
    return by === 'MAX' ? Math.max(...figures) : figures.reduce((sum, figure) => sum + figure, 0);
  };
  return [...lines].sort((a, b) => of(b) - of(a)).slice(0, count);
}

function pointsOf(entry: Entry, entries: readonly Entry[], store: MetricStore): [number, number][] {
  const read = new Map(
    entries.flatMap(({ metric }) => (metric ? [[metric, store.byPeriod(metric, entry.period)] as const] : [])),
  );
  const starts = entry.metric
    ? [...(read.get(entry.metric)?.keys() ?? [])]
    : [...read.values()].flatMap((periods) => [...periods.keys()]);
  // What is filled is filled where nothing else of the graph has data, too: a point that stands alone has a foot.
  const beside = entry.expression?.includes('FILL(') ? [-1000, 0, 1000] : [0];
  return [...new Set(starts.flatMap((start) => beside.map((by) => start + by * entry.period)))]
    .sort((a, b) => a - b)
    .flatMap((start) => {
      const value = figure(entry, entries, (metric) => read.get(metric)?.get(start));
      return value === undefined ? [] : [[start, value] as [number, number]];
    });
}
