/** Whether an alarm of the template would have gone off, by its own definition. */

import { type AlarmSet, alarmCourses } from '../cloudwatch/alarms';
import type { MetricStore } from '../cloudwatch/metric-store';
import type { Row } from '../report';

/** An alarm that must have gone off. @throws Error where the template has none of that name */
export function alarmWentOff({ metric }: AlarmSet, name: string, store: MetricStore): Row {
  const alarm = metric.find(({ properties }) => properties.AlarmName.endsWith(`: ${name}`));
  if (!alarm) throw new Error(`The template has no alarm "${name}".`);
  const times = store.points().map(({ timestamp }) => timestamp);
  const from = times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const until = times.reduce((most, at) => Math.max(most, at), 0);
  const [course] = alarmCourses({ metric: [alarm], composite: [] }, store, from, until + 60_000);
  const since = course?.changes.find(({ state }) => state === 'ALARM')?.at;
  const { EvaluationPeriods: of, DatapointsToAlarm: needed = of } = alarm.properties;
  return {
    what: `header stripped: alarm "${name}"`,
    seen: since === undefined ? 'it did not go off' : `it went off at ${new Date(since).toISOString().slice(11, 16)}`,
    expected: `goes off: ${needed} of ${of} minutes`,
    ok: since !== undefined,
  };
}
