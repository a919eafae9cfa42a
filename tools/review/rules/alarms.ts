import { type Environment, resourcesOf, short } from '../changes';
import type { Hit, ReviewRule } from './rule';

// biome-ignore lint/suspicious/noExplicitAny: properties of an alarm, as they stand in a template
type Alarm = Readonly<Record<string, any>>;

/** By name: what an operator knows it by. */
const alarms = (environment: Environment): Map<string, { at: string; alarm: Alarm }> =>
  new Map(
    resourcesOf(environment)
      .filter(({ resource: { Type } }) => /^AWS::CloudWatch::(Alarm|CompositeAlarm|AnomalyDetector)$/.test(Type))
      .map(({ at, resource: { Properties = {} } }) => [String(Properties.AlarmName ?? at), { at, alarm: Properties }]),
  );

const actions = ({ AlarmActions, ActionsEnabled }: Alarm): number =>
  ActionsEnabled === false ? 0 : (AlarmActions?.length ?? 0);

function laxer(before: Alarm, after: Alarm): string[] {
  const rising = String(after.ComparisonOperator).startsWith('Greater');
  const [from, to] = [Number(before.Threshold), Number(after.Threshold)];
  const time = (alarm: Alarm): number =>
    Number(alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods) * Number(alarm.Period ?? 1);
  return [
    ...((rising ? to > from : to < from) ? [`threshold: ${from} → ${to}`] : []),
    ...(time(after) > time(before) ? [`periods until it fires: ${time(before)} → ${time(after)}`] : []),
    ...(before.TreatMissingData === 'breaching' && after.TreatMissingData !== 'breaching'
      ? [`missing data: breaching → ${after.TreatMissingData ?? 'missing'}`]
      : []),
    ...(actions(after) < actions(before) ? [`who is told: ${actions(before)} → ${actions(after)}`] : []),
    // A rule that names other alarms is an object, built anew at each synth.
    ...(before.AlarmRule !== undefined && JSON.stringify(before.AlarmRule) !== JSON.stringify(after.AlarmRule)
      ? [`rule: ${short(before.AlarmRule)} → ${short(after.AlarmRule)}`]
      : []),
  ];
}

const source = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html';

export const alarmRules: readonly ReviewRule[] = [
  {
    id: 'alarm-removed',
    severity: 'danger',
    effect: 'Nobody is told any more. Its runbook heading has to go, too.',
    source,
    find: ({ before, after }) => {
      const kept = alarms(after);
      return [...alarms(before)]
        .filter(([name]) => !kept.has(name))
        .map(([name, { at }]) => ({ at, what: `“${name}” is removed` }));
    },
  },
  {
    id: 'alarm-laxer',
    severity: 'caution',
    effect: 'It fires later, or not, or tells fewer people.',
    source,
    find: ({ before, after }) => {
      const now = alarms(after);
      return [...alarms(before)].flatMap(([name, { alarm }]): Hit[] => {
        const match = now.get(name);
        return match ? laxer(alarm, match.alarm).map((what) => ({ at: match.at, what: `“${name}” ${what}` })) : [];
      });
    },
  },
];
