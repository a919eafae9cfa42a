/**
 * Metrics Insights, as far as our alarms ask it: one query, a series for each value of the dimension that it groups by. Source:
 * CloudWatch user guide, "Query components and syntax in Metrics Insights", "Alarms on Metrics Insights queries".
 */
import type { AlarmProperties } from './definitions';
import type { MetricQuery, MetricStore } from './metric-store';

const syntax =
  /^SELECT (SUM|MAX|MIN)\("([^"]+)"\) FROM SCHEMA\("([^"]+)"((?:, "[^"]+")+)\)(?: WHERE (.+?))? GROUP BY "([^"]+)"(?: ORDER BY (?:SUM|MAX|MIN)\(\) (?:ASC|DESC))?$/;

const statistics = { SUM: 'Sum', MAX: 'Maximum', MIN: 'Minimum' } as const;

interface Condition {
  readonly dimension: string;
  readonly equals: boolean;
  readonly value: string;
}

/** A query. */
export interface Insights {
  /** Its metric; the values of its dimensions are those that conditions fix. */
  readonly metric: MetricQuery;
  readonly dimensions: readonly string[];
  readonly conditions: readonly Condition[];
  readonly groupBy: string;
  /** Seconds. */
  readonly period: number;
}

/** The query of an alarm, where it has one. @throws Error on one that is not read here, or that CloudWatch would refuse */
export function insightsOf({ AlarmName, Metrics = [], ...rest }: AlarmProperties): Insights | undefined {
  const asking = Metrics.filter(({ Expression }) => /^\s*SELECT\b/i.test(Expression ?? ''));
  const [entry] = asking;
  if (!entry) return undefined;
  const refused = (why: string) => new Error(`${AlarmName}: ${why}: ${entry.Expression}`);
  const match = syntax.exec(entry.Expression ?? '');
  if (!match) throw refused('a query that is not read here');
  if (Metrics.length > 1) throw refused('a query of many series stands alone in an alarm');
  if (!entry.Period || entry.Period % 60 !== 0) throw refused('a query needs a period of full minutes');
  // Metrics Insights looks back three hours.
  if (entry.Period * rest.EvaluationPeriods > 10_800) throw refused('it looks back for more than three hours');
  const [, fold = '', name = '', namespace = '', quoted = '', where = '', groupBy = ''] = match;
  const dimensions = [...quoted.matchAll(/"([^"]+)"/g)].map(([, dimension = '']) => dimension);
  const conditions = where === '' ? [] : where.split(' AND ').map((text) => conditionOf(text, refused));
  const unknown = [groupBy, ...conditions.map(({ dimension }) => dimension)].filter((one) => !dimensions.includes(one));
  if (unknown.length > 0) throw refused(`${unknown.join(', ')} is not in its schema`);
  const fixed = Object.fromEntries(
    conditions.filter(({ equals }) => equals).map(({ dimension, value }) => [dimension, value]),
  );
  const statistic = statistics[fold as keyof typeof statistics];
  const metric = { namespace, name, dimensions: fixed, statistic };
  return { metric, dimensions, conditions, groupBy, period: entry.Period };
}

function conditionOf(text: string, refused: (why: string) => Error): Condition {
  const match = /^"([^"]+)" (=|!=) '([^']*)'$/.exec(text.trim());
  if (!match) throw refused(`a condition that is not read here, ${text}`);
  return { dimension: match[1] ?? '', equals: match[2] === '=', value: match[3] ?? '' };
}

/** Metrics that a query matches now. */
const matched = ({ metric, dimensions, conditions }: Insights, store: MetricStore): MetricQuery[] =>
  store
    .search(metric.namespace, metric.name, dimensions, {})
    .filter((found) =>
      conditions.every(({ dimension, equals, value }) => (found.dimensions[dimension] === value) === equals),
    )
    .map(({ namespace, name, dimensions: values }) => ({
      namespace,
      name,
      dimensions: values,
      statistic: metric.statistic,
    }));

/** A figure from a time up to another, in ms; undefined where nothing was received. */
type ReadBetween = (from: number, until: number) => number | undefined;

/** The series of a query, by the value that they are grouped by. */
export function contributorsOf(query: Insights, store: MetricStore): Map<string, ReadBetween> {
  const groups = new Map<string, MetricQuery[]>();
  for (const found of matched(query, store)) {
    const name = found.dimensions[query.groupBy] ?? '';
    groups.set(name, [...(groups.get(name) ?? []), found]);
  }
  const fold = { Sum: (a: number, b: number) => a + b, Maximum: Math.max, Minimum: Math.min };
  const together = fold[query.metric.statistic as keyof typeof fold];
  return new Map(
    [...groups].map(([name, members]) => [
      name,
      (from, until) => {
        const figures = members.flatMap((member) => store.between(member, from, until) ?? []);
        return figures.length > 0 ? figures.reduce((a, b) => together(a, b)) : undefined;
      },
    ]),
  );
}
