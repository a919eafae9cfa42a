/** Figures of calls by crossing: how long, how often wrong, how many, and of whom. */
import type { Duration } from 'aws-cdk-lib';
import { MathExpression, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type Crossing,
  crossingAttribute,
  destinationAttribute,
  kindOfCrossing,
  metricNamespace,
  metrics,
  operationAttribute,
  statusError,
  traceparentAttribute,
} from '../contract/metrics';
import { figureOf, period, searched } from './expressions';

/** Dimensions by which a crossing is judged. */
export const dimensionsOf = (crossing: Crossing) => ({
  [crossingAttribute]: crossing,
  'span.kind': kindOfCrossing[crossing],
});

/** A percentile of the duration of a crossing, in ms. It is measured on every span, never averaged. */
export const percentile = (environment: string, crossing: Crossing, statistic: `p${number}`): Metric =>
  figureOf(environment, metrics.duration, dimensionsOf(crossing), statistic, `${crossing} ${statistic}`);

/** Number of calls over a crossing. */
export const volume = (environment: string, crossing: Crossing, over = period): Metric =>
  figureOf(environment, metrics.calls, dimensionsOf(crossing), 'Sum', crossing, over);

/** Failed calls of a crossing. */
export const errors = (environment: string, crossing: Crossing, over: Duration): Metric =>
  figureOf(
    environment,
    metrics.calls,
    { ...dimensionsOf(crossing), 'status.code': statusError },
    'Sum',
    'errors',
    over,
  );

/** When a window is judged. */
export interface Judged {
  /** Bad calls in it below which it is not. */
  readonly minimumBad: number;
  /** Calls in it above which shorter windows judge. @default none */
  readonly mostCalls?: number;
}

/** A condition on `calls`, where a window with more of them is not judged. */
const few = (mostCalls: number | undefined): string =>
  mostCalls === undefined ? '' : ` AND FILL(calls, 0) <= ${mostCalls}`;

/**
 * Share of calls that took longer than `limitMs`, in per cent: from a percentile rank, measured as percentiles are. 0 where
 * the window is not judged.
 */
export const slowShareOf = (
  environment: string,
  crossing: Crossing,
  limitMs: number,
  { minimumBad, mostCalls }: Judged,
  over = period,
): MathExpression =>
  new MathExpression({
    expression: `IF(FILL(calls, 0) * (100 - FILL(within, 100)) / 100 >= ${minimumBad}${few(mostCalls)}, 100 - FILL(within, 100), 0)`,
    usingMetrics: {
      calls: volume(environment, crossing, over),
      within: figureOf(
        environment,
        metrics.duration,
        dimensionsOf(crossing),
        Stats.percentileRank(limitMs), // PR(:limit): at or below it
        `${crossing} within ${limitMs} ms`,
        over,
      ),
    },
    period: over,
    label: `${crossing} above ${limitMs} ms`,
  });

/** Failed calls of a crossing in per cent. No calls is no figure, not 0 %. */
export const errorRate = (environment: string, crossing: Crossing, over = period): MathExpression =>
  new MathExpression({
    expression: '100 * FILL(errors, 0) / calls',
    usingMetrics: { calls: volume(environment, crossing, over), errors: errors(environment, crossing, over) },
    period: over,
    label: crossing,
  });

/** Failed calls of a crossing in per cent; 0 where the window is not judged. */
export const errorShareOf = (
  environment: string,
  crossing: Crossing,
  { minimumBad, mostCalls }: Judged,
  over = period,
): MathExpression =>
  new MathExpression({
    expression: `IF(FILL(errors, 0) >= ${minimumBad}${few(mostCalls)}, 100 * FILL(errors, 0) / FILL(calls, 1), 0)`,
    usingMetrics: { calls: volume(environment, crossing, over), errors: errors(environment, crossing, over) },
    period: over,
    label: crossing,
  });

/**
 * 1 at the end of so many windows in a row in which no call over `crossing` succeeded and hardly one was tried, while servers in
 * Hong Kong had calls: an open circuit breaker lets a few through, to see whether they fail.
 *
 * @param fewest calls of servers in Hong Kong in a window
 * @param tried calls over the crossing in it that are no flow any more
 */
export const stopped = (
  environment: string,
  crossing: Crossing,
  {
    fewest,
    tried,
    over,
    inARow,
  }: { readonly fewest: number; readonly tried: number; readonly over: Duration; readonly inARow: number },
): MathExpression => {
  const still = new MathExpression({
    expression: `IF(FILL(calls, 0) - FILL(errors, 0) < 1 AND FILL(calls, 0) < ${tried} AND FILL(others, 0) >= ${fewest}, 1, 0)`,
    usingMetrics: {
      calls: volume(environment, crossing, over),
      errors: errors(environment, crossing, over),
      others: volume(environment, 'none', over),
    },
    period: over,
  });
  if (inARow === 1) return still;
  // Metric math has no moving sum: what a window was before is what it is, less by how much it changed.
  const windows: Record<string, MathExpression> = { still0: still };
  for (let back = 1; back < inARow; back++) {
    const last = `still${back - 1}`;
    windows[`still${back}`] = new MathExpression({
      expression: `${last} - DIFF(${last})`,
      usingMetrics: { [last]: windows[last] as MathExpression },
      period: over,
    });
  }
  return new MathExpression({ expression: Object.keys(windows).join(' * '), usingMetrics: windows, period: over });
};

/** Server spans called from the mainland whose `traceparent` was lost on the way. */
const traceparentLost = (environment: string): Metric =>
  figureOf(
    environment,
    metrics.calls,
    { [crossingAttribute]: 'cn-hk', [traceparentAttribute]: 'lost' },
    'Sum',
    'traceparent lost',
  );

/** Calls over a crossing that arrived with their `traceparent`, in per cent. */
export const continuity = (environment: string): MathExpression =>
  new MathExpression({
    expression: '100 * (1 - FILL(lost, 0) / calls)',
    usingMetrics: { calls: volume(environment, 'cn-hk'), lost: traceparentLost(environment) },
    period,
    label: 'cn-hk with traceparent',
  });

/**
 * Failed calls less all others, a series for each service: synth knows none of them.
 *
 * @param crossings a condition on the crossing
 */
export const excessByService = (environment: string, crossings: `${'=' | '!='} '${Crossing}'`, over: Duration) =>
  excessBy(environment, 'service.name', [crossingAttribute], `WHERE "${crossingAttribute}" ${crossings} `, over);

/** The same of calls to the mainland, a series for each destination. */
export const excessByDestination = (environment: string, over: Duration) =>
  excessBy(environment, destinationAttribute, [], '', over);

const excessBy = (environment: string, name: string, others: readonly string[], where: string, over: Duration) =>
  new MathExpression({
    expression: [
      `SELECT SUM("${metrics.excess.name}")`,
      `FROM SCHEMA(${[metricNamespace(environment), ...others, name].map((one) => `"${one}"`).join(', ')})`,
      `${where}GROUP BY "${name}" ORDER BY SUM() DESC`,
    ].join(' '),
    usingMetrics: {},
    period: over,
    label: 'failed calls less all others',
  });

/** Lines of a graph beyond which nobody tells them apart. */
const mostLines = 10;

/** Of a figure's series those that have most, found by search: synth knows no names. */
const most = (
  environment: string,
  figure: Figure,
  dimensions: readonly string[],
  fixed: Record<string, string> = {},
) => {
  const [metric, statistic, code] = figures[figure];
  const all = searched(environment, metric, [...dimensions, ...(code ? ['status.code'] : [])], statistic, {
    ...fixed,
    ...(code ? { 'status.code': code } : {}),
  });
  return new MathExpression({
    expression: `SORT(${all.expression}, ${statistic === 'p99' ? 'MAX' : 'SUM'}, DESC, ${mostLines})`,
    usingMetrics: {},
    period,
    label: '',
  });
};

/** What top lists show: how long, how many, how many failed. */
type Figure = keyof typeof figures;
const figures = {
  p99: [metrics.duration, 'p99', undefined],
  calls: [metrics.calls, 'Sum', undefined],
  // As many as calls, where those are counted by their status alone.
  durations: [metrics.duration, 'SampleCount', undefined],
  failed: [metrics.calls, 'Sum', statusError],
} as const;

/** A figure of a crossing by service: of those services that have most of it, ten at most. */
export const byService = (
  environment: string,
  crossing: Crossing,
  figure: 'p99' | 'calls' | 'failed',
): MathExpression =>
  most(environment, figure, [crossingAttribute, 'service.name', 'span.kind'], dimensionsOf(crossing));

/** A figure of calls to the mainland by destination, ten at most. */
export const byDestination = (environment: string, figure: 'p99' | 'durations' | 'failed'): MathExpression =>
  most(environment, figure, [destinationAttribute]);

/** A figure of servers in Hong Kong by operation, ten at most. */
export const byOperation = (environment: string, figure: 'p99' | 'failed'): MathExpression =>
  most(environment, figure, ['service.name', operationAttribute]);
