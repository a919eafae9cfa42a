/**
 * Which came first. An outage of the mainland makes Hong Kong slow as well after some minutes, calls from there too: then it is
 * the same outage. Calls from the mainland that are slow from the beginning say the opposite: that it is Hong Kong.
 */
import { ComparisonOperator, MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { EnvironmentConfig } from '../../../config/schema';
import { type Crossing, metrics } from '../../contract/metrics';
import { dimensionsOf, errors, volume } from '../calls';
import { figureOf, period } from '../expressions';
import type { GateDefinition } from './alarm';
import { pageWindows } from './budget';
import { slowPercent } from './crossing';

/** As it stands in the alarm's name. */
const firstHeading = 'The mainland before Hong Kong';

/** Bad calls of a minute without which it says nothing. */
const fewest = 3;

/** For how long what came first is remembered: longer than most outages. */
const remembered = 120;

/** How many times what its objective allows a minute of calls to the mainland is beyond, and one from there not: half of it. */
const burns = { bad: pageWindows[1].above.burn, well: pageWindows[1].above.burn / 2 };

/** Calls to the mainland were as bad as pages are, in two minutes of the last two hours, while those from there were well. */
export function mainlandFirst({ environment, observe }: EnvironmentConfig): GateDefinition {
  const { p99Ms, errorPercent } = observe.objectives;
  const of = (crossing: Crossing, id: string) => ({
    [`calls_${id}`]: volume(environment, crossing),
    [`errors_${id}`]: errors(environment, crossing, period),
    [`within_${id}`]: figureOf(
      environment,
      metrics.duration,
      dimensionsOf(crossing),
      Stats.percentileRank(p99Ms[crossing]),
      `${crossing} within ${p99Ms[crossing]} ms`,
    ),
  });
  const failed = (id: string) => `FILL(errors_${id}, 0)`;
  const slow = (id: string) => `FILL(calls_${id}, 0) * (100 - FILL(within_${id}, 100)) / 100`;
  /** More bad calls than this share of a minute's, in per cent. */
  const more = (bad: string, id: string, percent: number) => `${bad} > FILL(calls_${id}, 0) * ${percent / 100}`;
  const enough = (bad: string, percent: number) => `(${bad} >= ${fewest} AND ${more(bad, 'out', percent)})`;
  return {
    heading: firstHeading,
    metric: new MathExpression({
      expression: `IF((${enough(failed('out'), burns.bad * errorPercent)} OR ${enough(slow('out'), burns.bad * slowPercent)}), IF((${more(failed('back'), 'back', burns.well * errorPercent)} OR ${more(slow('back'), 'back', burns.well * slowPercent)}), 0, 1), 0)`,
      usingMetrics: { ...of('hk-cn', 'out'), ...of('cn-hk', 'back') },
      period,
    }),
    threshold: 1,
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    minutes: 2,
    of: remembered,
    missing: TreatMissingData.NOT_BREACHING, // the expression fills what is missing
  };
}
