/** Whether an alarm of the template would have gone off, by its own definition. */

import type { MetricStore } from '../../aws/cloudwatch';
import { alarmFigures, breachingMinutes } from '../../evaluate';
import type { Line } from '../../report';
import type { AlarmProperties } from '../../synthesised';

/** So many breaching minutes of so many that follow each other. */
export function wentOff(alarm: AlarmProperties, breaching: readonly number[]): boolean {
  const { EvaluationPeriods: of, DatapointsToAlarm: needed = of } = alarm;
  const length = of * 60_000;
  return breaching.some((first) => breaching.filter((at) => at >= first && at < first + length).length >= needed);
}

/** An alarm that must have gone off. @throws Error where the template has none of that name */
export function alarmWentOff(alarms: readonly AlarmProperties[], name: string, store: MetricStore): Line {
  const alarm = alarms.find(({ AlarmName }) => AlarmName?.endsWith(`: ${name}`));
  if (!alarm) throw new Error(`The template has no alarm "${name}".`);
  const breaching = breachingMinutes(alarm, alarmFigures(alarm, store));
  return {
    what: `header stripped: alarm "${name}"`,
    seen: `${breaching.length} breaching minutes; ${wentOff(alarm, breaching) ? 'it went off' : 'it did not go off'}`,
    expected: `goes off: ${alarm.DatapointsToAlarm} of ${alarm.EvaluationPeriods} minutes`,
    ok: wentOff(alarm, breaching),
  };
}
