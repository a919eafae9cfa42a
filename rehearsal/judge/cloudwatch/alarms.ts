/**
 * Alarms by their own definition: evaluates what CloudFormation would get, minute by minute, over the metrics that a
 * rehearsal received. Source: CloudWatch user guide, "Alarm evaluation", "Configuring how alarms treat missing data",
 * "Composite alarms", "Alarm suppression".
 */
import { remembered } from '../../../judges/remembered';
import { heldBack, type Silence, silenceAt } from './actions';

import { holds, inOrder } from './composites';
import type { AlarmCourse, AlarmProperties, AlarmSet, Dimension, State } from './definitions';
import { contributorsOf, type Insights, insightsOf } from './insights';
import { figure, type MathEntry, windowOf } from './math';
import type { MetricQuery, MetricStore } from './metric-store';

export type { AlarmCourse, AlarmProperties, AlarmSet, CompositeProperties } from './definitions';

const minute = 60_000;

/**
 * The course of every alarm from `from` to `until`, evaluated at every full minute, sliding windows.
 *
 * @param known whether a metric can be there at all: an alarm that reads another stays INSUFFICIENT_DATA
 * @param muted times in which mute rules hold all actions back
 */
export function alarmCourses(
  alarms: AlarmSet,
  store: MetricStore,
  from: number,
  until: number,
  known: (metric: MetricQuery) => boolean = () => true,
  muted: readonly Silence[] = [],
): AlarmCourse[] {
  const states = new Map<string, State>();
  const recorded = new Map<
    string,
    {
      name: string;
      changes: { at: number; state: State }[];
      actions: readonly string[];
      contributors: { at: number; name: string }[];
    }
  >();
  for (const { arn, properties } of [...alarms.metric, ...alarms.composite]) {
    recorded.set(arn, {
      name: properties.AlarmName,
      changes: [],
      actions: properties.AlarmActions ?? [],
      contributors: [],
    });
  }
  const composites = inOrder(alarms.composite);
  const readable = alarms.metric.filter(({ arn, properties }) => {
    const reads = entriesOf(properties).every(({ metric }) => !metric || known(metric));
    if (!reads) states.set(arn, 'INSUFFICIENT_DATA');
    return reads;
  });
  const insights = new Map(
    readable.flatMap(({ arn, properties }) => {
      const query = insightsOf(properties);
      return query ? [[arn, asked(query, store)] as const] : [];
    }),
  );
  const counts = new Map(
    readable
      .filter(({ arn }) => !insights.has(arn))
      .map(({ arn, properties }) => [arn, countsOf(properties, store)] as const),
  );
  const lit = new Map<string, ReadonlySet<string>>();
  let changed = true;
  const move = (arn: string, at: number, state: State) => {
    if (states.get(arn) === state) return;
    changed = true;
    states.set(arn, state);
    recorded.get(arn)?.changes.push({ at, state });
  };
  for (let at = Math.ceil(from / minute) * minute; at <= until; at += minute) {
    for (const { arn, properties } of readable) {
      const query = insights.get(arn);
      if (query) {
        const names = alarmed(properties, query, at);
        const before = lit.get(arn) ?? new Set();
        const fresh = [...names].filter((name) => !before.has(name)).map((name) => ({ at, name }));
        recorded.get(arn)?.contributors.push(...fresh);
        lit.set(arn, names);
        move(arn, at, names.size > 0 ? 'ALARM' : 'OK');
        continue;
      }
      move(arn, at, stateOf(properties, counts.get(arn)?.(at) as Count, states.get(arn)));
    }
    // Rules go by states alone.
    if (!changed) continue;
    for (const { arn, properties } of composites) {
      move(arn, at, holds(properties.AlarmRule, states) ? 'ALARM' : 'OK');
    }
    changed = false;
  }
  return [...recorded].map(([arn, { name, changes, actions, contributors }]) => {
    const alarm = alarms.composite.find((composite) => composite.arn === arn)?.properties;
    const known = alarm ?? alarms.metric.find((metric) => metric.arn === arn)?.properties;
    const suppressor = recorded.get(alarm?.ActionsSuppressor ?? '')?.changes ?? [];
    const held = heldBack(changes, suppressor, alarm, until, muted);
    const times = (state: State, whom: readonly string[] = []) =>
      whom.length > 0 ? held.filter((change) => change.state === state).map(({ at }) => at) : [];
    // Each series that goes into ALARM runs the actions: that is how its name gets into the message.
    const notified =
      insights.get(arn) && actions.length > 0
        ? contributors.map(({ at }) => at).filter((at) => !silenceAt(muted, at))
        : times('ALARM', actions);
    return { name, changes, actions, contributors, notified, ended: times('OK', known?.OKActions) };
  });
}

/** A query, and the figures of its series. */
interface Asked {
  readonly query: Insights;
  readonly series: readonly { readonly name: string; readonly at: (until: number) => number | undefined }[];
}

/** Figures are worked out once for the end of each period. */
function asked(query: Insights, store: MetricStore): Asked {
  const length = query.period * 1000;
  const series = [...contributorsOf(query, store)].map(([name, read]) => {
    const known = new Map<number, number | undefined>();
    const at = (until: number) => {
      if (!known.has(until)) known.set(until, read(until - length, until));
      return known.get(until);
    };
    return { name, at };
  });
  return { query, series };
}

/** Series of a query that are in ALARM: those with data. One that says nothing is not there. */
function alarmed(alarm: AlarmProperties, { query, series }: Asked, at: number): ReadonlySet<string> {
  const quiet = { ...alarm, TreatMissingData: 'notBreaching' } as const;
  return new Set(
    series.flatMap(({ name, at: figureAt }) => {
      const figures = Array.from({ length: alarm.EvaluationPeriods }, (_, n) => figureAt(at - n * query.period * 1000));
      return stateOf(quiet, counted(quiet, figures)) === 'ALARM' ? [name] : [];
    }),
  );
}

/** Of some periods, how many are without data, and how many breach the threshold. */
interface Count {
  readonly missing: number;
  readonly breaching: number;
}

const none: Count = { missing: 0, breaching: 0 };

function counted(alarm: AlarmProperties, figures: readonly (number | undefined)[]): Count {
  const compare = comparisonOf(alarm);
  let [missing, breaching] = [0, 0];
  for (const value of figures) {
    if (value === undefined) missing++;
    else if (compare(value, alarm.Threshold)) breaching++;
  }
  return { missing, breaching };
}

/** The state at a time: M of the last N periods, missing data as the alarm says. */
function stateOf(alarm: AlarmProperties, { missing, breaching }: Count, before: State = 'INSUFFICIENT_DATA'): State {
  const absent = missing === alarm.EvaluationPeriods;
  const needed = alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods;
  switch (alarm.TreatMissingData) {
    case 'breaching':
      return breaching + missing >= needed ? 'ALARM' : 'OK';
    case 'notBreaching':
      return breaching >= needed ? 'ALARM' : 'OK';
    case 'ignore':
      return absent ? before : breaching >= needed ? 'ALARM' : 'OK';
    default:
      return absent ? 'INSUFFICIENT_DATA' : breaching >= needed ? 'ALARM' : 'OK';
  }
}

/** What an alarm watches, read out of its definition once. */
interface Reading {
  readonly entries: readonly MathEntry[];
  readonly watched: MathEntry;
  /** In ms. */
  readonly length: number;
}

const readingOf = remembered((alarm: AlarmProperties): Reading => {
  const entries = entriesOf(alarm);
  const returned = (alarm.Metrics ?? []).find(({ ReturnData }) => ReturnData !== false)?.Id ?? entries[0]?.id;
  const watched = entries.find(({ id }) => id === returned) as MathEntry;
  return { entries, watched, length: periodOf(alarm) * 1000 };
});

/** The figure of the period that ends at a time. */
function figureOf(alarm: AlarmProperties, store: MetricStore, until: number): number | undefined {
  const { entries, watched, length } = readingOf(alarm);
  return figure(watched, entries, windowOf(store, until - length, until));
}

/** Figures of the last N periods, oldest first. */
export const figuresAt = (alarm: AlarmProperties, store: MetricStore, at: number): (number | undefined)[] =>
  endsOf(alarm, at).map((until) => figureOf(alarm, store, until));

/** Ends of the last N periods, oldest first. */
function endsOf(alarm: AlarmProperties, at: number): number[] {
  const { length } = readingOf(alarm);
  const periods = alarm.EvaluationPeriods;
  return Array.from({ length: periods }, (_, index) => at - (periods - 1 - index) * length);
}

/** Counts at one time after another: from the count of a period before, one figure leaves, and one comes. */
function countsOf(alarm: AlarmProperties, store: MetricStore): (at: number) => Count {
  const { entries, watched, length } = readingOf(alarm);
  const whole = alarm.EvaluationPeriods * length;
  const silence = counted(alarm, [figure(watched, entries, () => undefined)]);
  const ones = new Map<number, Count>();
  const oneAt = (until: number): Count => {
    // Alarms look back for a week.
    if (until <= store.since) return silence;
    const one = ones.get(until) ?? counted(alarm, [figureOf(alarm, store, until)]);
    ones.set(until, one);
    return one;
  };
  const counts = new Map<number, Count>();
  return (at) => {
    const before = counts.get(at - length);
    const come = before ? [oneAt(at)] : endsOf(alarm, at).map(oneAt);
    const left = before ? oneAt(at - whole) : none;
    const sum = (of: keyof Count) => come.reduce((total, one) => total + one[of], (before?.[of] ?? 0) - left[of]);
    const count = { missing: sum('missing'), breaching: sum('breaching') };
    counts.set(at, count);
    return count;
  };
}

/** Seconds. @throws Error on metrics of different periods, which CloudWatch would refuse */
function periodOf({ AlarmName, Period, Metrics = [] }: AlarmProperties): number {
  const periods = new Set(Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Period] : [])));
  if (Period !== undefined) periods.add(Period);
  const [period, ...more] = periods;
  if (period === undefined || more.length > 0) throw new Error(`${AlarmName}: periods ${[...periods].join(', ')}`);
  return period;
}

/** Every metric that alarms read. */
export const alarmMetrics = ({ metric }: AlarmSet): MetricQuery[] =>
  metric.flatMap(({ properties }) => entriesOf(properties).flatMap(({ metric: read }) => read ?? []));

/** The metrics and expressions that an alarm reads: the same objects each time. */
export const entriesOf: (alarm: AlarmProperties) => readonly MathEntry[] = remembered(readEntries);

function readEntries({
  Namespace,
  MetricName,
  Dimensions,
  Statistic,
  ExtendedStatistic,
  Metrics,
}: AlarmProperties): MathEntry[] {
  const query = (
    namespace: string,
    name: string,
    dimensions: readonly Dimension[] = [],
    statistic = '',
  ): MetricQuery => ({
    namespace,
    name,
    dimensions: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])),
    statistic,
  });
  if (!Metrics) {
    return [{ id: 'm', metric: query(Namespace ?? '', MetricName ?? '', Dimensions, Statistic ?? ExtendedStatistic) }];
  }
  return Metrics.map(({ Id, Expression, MetricStat }): MathEntry => {
    if (!MetricStat) return { id: Id, expression: Expression ?? '' };
    const { Metric, Stat } = MetricStat;
    return { id: Id, metric: query(Metric.Namespace, Metric.MetricName, Metric.Dimensions, Stat) };
  });
}

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** @throws Error on a comparison that CloudWatch has not */
function comparisonOf({
  AlarmName,
  ComparisonOperator,
}: AlarmProperties): (value: number, threshold: number) => boolean {
  const compare = comparisons[ComparisonOperator];
  if (!compare) throw new Error(`${AlarmName}: no comparison ${ComparisonOperator}`);
  return compare;
}
