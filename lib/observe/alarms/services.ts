/** A service or a destination that fails, by its name: one among many is no share of a crossing that any window would see. */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { serviceMetrics } from '../../contract/metrics';
import { excessByDestination, excessByService } from '../calls';
import { sumByService } from '../expressions';
import type { AlarmDefinition, Watched } from './alarm';

/** As long as the second window of pages. A service with a call a minute is judged, too. */
const window = Duration.minutes(5);

/** Failed calls more than others in it: most calls fail, and there are as many as the windows of few calls ask for. */
const excess = 5;

/** Headings of alarms that know services or destinations by name, by the incident that they are part of. */
export const byNameHeadings = {
  border: ['A caller of the mainland fails', 'A destination in the mainland fails'],
  hongKong: ['A service fails'],
} as const;

/** Alarms of which every service is a series of its own. */
export function serviceAlarms({ config: { environment } }: Watched): AlarmDefinition[] {
  const common = {
    threshold: excess,
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    minutes: 1,
    // As long as other pages: what comes back within a quarter of an hour is the same incident.
    of: 3,
    missing: TreatMissingData.NOT_BREACHING, // a service without calls is no series
    dashboard: 'cross-region',
    byName: true,
  } as const;
  const lost = { ...common, threshold: 1, dashboard: 'pipeline' } as const;
  return [
    {
      ...lost,
      heading: 'A service drops spans',
      metric: sumByService(environment, serviceMetrics.processed, window),
      text: 'A service ended spans and dropped them before they reached the agent of its node: its traces have holes. The message names the service; dashboard and log say why.',
    },
    {
      ...lost,
      heading: 'Spans of a service never taken',
      metric: sumByService(environment, serviceMetrics.exported, window),
      text: 'The agent of a node refused spans of a service for good: they are lost. The message names the service; dashboard and log say why.',
    },
    {
      ...common,
      heading: byNameHeadings.border[0],
      metric: excessByService(environment, "= 'hk-cn'", window),
      text: 'Most calls of a service to the mainland have failed for five minutes. The message names the service.',
      notifies: 'border',
    },
    {
      ...common,
      heading: byNameHeadings.border[1],
      metric: excessByDestination(environment, window),
      text: 'Most calls to a destination in the mainland have failed for five minutes. The message names the destination.',
      notifies: 'border',
    },
    {
      ...common,
      heading: byNameHeadings.hongKong[0],
      metric: excessByService(environment, "!= 'hk-cn'", window),
      text: 'Most calls of a service in Hong Kong have failed for five minutes: whoever needs it is refused. The message names the service.',
      notifies: 'hongKong',
    },
  ];
}
