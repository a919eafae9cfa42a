import { canonical, type Json, parts } from '../canonical';
import { type Comparison, type Environment, remembered, resourcesOf, short } from '../changes';
import type { Hit, ReviewRule } from './rule';

// biome-ignore lint/suspicious/noExplicitAny: properties of an alarm, as they stand in a template
type Alarm = Readonly<Record<string, any>>;

interface Located {
  readonly at: string;
  readonly alarm: Alarm;
}

const isAlarm = (type: string): boolean => /^AWS::CloudWatch::(Alarm|CompositeAlarm|AnomalyDetector)$/.test(type);

/** By name: what an operator knows it by. */
const alarms = remembered(
  (environment: Environment): Map<string, Located> =>
    new Map(
      resourcesOf(environment)
        .filter(({ resource: { Type } }) => isAlarm(Type))
        .map(({ at, resource: { Properties = {} } }) => [
          String(Properties.AlarmName ?? at),
          { at, alarm: Properties },
        ]),
    ),
);

const actions = ({ AlarmActions, ActionsEnabled }: Alarm): string[] =>
  `${ActionsEnabled}` === 'false' ? [] : [AlarmActions ?? []].flat().map((action: unknown) => short(action));

const off = ({ ActionsEnabled }: Alarm): boolean => `${ActionsEnabled}` === 'false';

/** What differs of one alarm: stricter is told apart, follows is what a changed capacity explains. */
type Verdict = readonly ['laxer' | 'stricter' | 'follows' | 'quiet', string, string];

function verdicts(
  before: Alarm,
  after: Alarm,
  follows: (before: Alarm, after: Alarm) => string | undefined,
  unheard: (action: string) => boolean,
): Verdict[] {
  const rising = String(after.ComparisonOperator).startsWith('Greater');
  const differing = parts(canonical(before), canonical(after)).filter(
    ({ path }) => !/^(Tags|AlarmDescription)\b/.test(path),
  );
  return differing.flatMap(({ path, before: from, after: to }): Verdict[] => {
    const name = path.split('.')[0]?.replace(/\[.*/, '') ?? path;
    const sentence = `${path}: ${short(from)} → ${short(to)}`;
    const [old, now] = [Number(from), Number(to)];
    const numbers = Number.isFinite(old) && Number.isFinite(now);
    switch (name) {
      case 'Threshold': {
        const why = follows(before, after);
        if (why) return [['follows', `threshold: ${short(from)} → ${short(to)}: ${why}`, path]];
        const words = `threshold: ${short(from)} → ${short(to)}`;
        return [[numbers && (rising ? now < old : now > old) ? 'stricter' : 'laxer', words, path]];
      }
      case 'DatapointsToAlarm':
      case 'EvaluationPeriods':
      case 'Period': {
        const time = (alarm: Alarm): number =>
          Number(alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods) * Number(alarm.Period ?? 60);
        const longer = time(after) > time(before) || !numbers;
        return [
          [
            longer || time(after) === time(before) ? 'laxer' : 'stricter',
            `${sentence} (fires after ${time(before)} s → ${time(after)} s)`,
            path,
          ],
        ];
      }
      case 'TreatMissingData':
        return [
          [to === 'breaching' ? 'stricter' : 'laxer', `missing data: ${short(from)} → ${short(to ?? 'missing')}`, path],
        ];
      case 'AlarmActions':
      case 'ActionsEnabled':
        return whoIsTold(before, after, path, unheard);
      case 'AlarmRule':
        // Nothing is false and something else.
        return never.test(`${to}`) && !never.test(`${from}`)
          ? [['quiet', `can never be in ALARM: ${short(to)}`, path]]
          : [['laxer', `judges otherwise: ${sentence}`, path]];
      case 'OKActions':
      case 'InsufficientDataActions':
        return [[from === undefined ? 'stricter' : 'laxer', `who is notified that it is over: ${sentence}`, path]];
      case 'ActionsSuppressor':
      case 'ActionsSuppressorWaitPeriod':
      case 'ActionsSuppressorExtensionPeriod':
        return [[to === undefined || (numbers && now < old) ? 'stricter' : 'laxer', `kept silent: ${sentence}`, path]];
      default:
        return [['laxer', `judges otherwise: ${sentence}`, path]];
    }
  });
}

const never = /\bAND FALSE\b|\bFALSE AND\b|^[\s(]*FALSE[\s)]*$/;

function whoIsTold(before: Alarm, after: Alarm, path: string, unheard: (action: string) => boolean): Verdict[] {
  const [old, now] = [actions(before), actions(after)];
  if (now.length === 0 && old.length > 0) {
    return [
      [
        'quiet',
        `notifies nobody any more (${off(after) ? 'its actions are switched off' : `until now ${old.join(', ')}`})`,
        path,
      ],
    ];
  }
  const gone = old.filter((each) => !now.includes(each));
  // An action may be anything: a function, a document that runs, a machine that is stopped.
  const acts = now.filter((each) => !old.includes(each) && !/^«|:sns:/.test(each));
  const words = `who is notified: ${old.join(', ') || 'nobody'} → ${now.join(', ') || 'nobody'}`;
  const fresh = now.filter((each) => !old.includes(each));
  if (gone.length > 0 && fresh.length > 0 && now.every(unheard)) {
    return [['quiet', `notifies a topic on which nobody is seen to listen: ${words}`, path]];
  }
  return [[gone.length + acts.length > 0 ? 'laxer' : 'stricter', words, path]];
}

/** Free space of a node of the store is judged by its size: where both change by the same factor nothing is laxer. */
const followsTheStore =
  ({ before, after }: Comparison) =>
  (old: Alarm, now: Alarm): string | undefined => {
    if (old.Namespace !== 'AWS/ES' || !/Storage|Space/.test(`${old.MetricName}`)) return undefined;
    const size = (environment: Environment): number =>
      Number(
        resourcesOf(environment).find(({ resource }) => resource.Type === 'AWS::OpenSearchService::Domain')?.resource
          .Properties?.EBSOptions?.VolumeSize,
      );
    const [from, to] = [size(before), size(after)];
    const same = Math.abs(Number(now.Threshold) / Number(old.Threshold) / (to / from) - 1) < 0.01;
    return from !== to && same ? `the same share of a node's ${from} → ${to} GiB` : undefined;
  };

/** How many instances a group may have, or must, is judged by its size. */
function followsTheFleet({ before, after }: Comparison): (old: Alarm, now: Alarm) => string | undefined {
  const groups = (environment: Environment): Map<string, Alarm> =>
    new Map(
      resourcesOf(environment)
        .filter(({ resource }) => resource.Type === 'AWS::AutoScaling::AutoScalingGroup')
        .map(({ at, resource: { Properties = {} } }) => [at, Properties]),
    );
  const sizes = groups(after);
  const resized = [...groups(before)].flatMap(([at, group]) =>
    ['MaxSize', 'MinSize']
      .map((name) => ({ name, from: Number(group[name]), to: Number(sizes.get(at)?.[name]) }))
      .filter(({ from, to }) => from !== to),
  );
  return (old, now) => {
    if (old.Namespace !== 'AWS/AutoScaling') return undefined;
    const found = resized.find(({ from, to }) => from === Number(old.Threshold) && to === Number(now.Threshold));
    return found && `${found.name} of the group, ${found.from} → ${found.to}`;
  };
}

/** Asked once for each change, by four rules. */
const judged = remembered((comparison: Comparison): (readonly [Verdict[0], Hit])[] => {
  const now = alarms(comparison.after);
  const [theStore, theFleet] = [followsTheStore(comparison), followsTheFleet(comparison)];
  const follows = (before: Alarm, after: Alarm): string | undefined =>
    theStore(before, after) ?? theFleet(before, after);
  const hears = listeners(comparison.after);
  return [...alarms(comparison.before)].flatMap(([name, { alarm }]) => {
    const match = now.get(name);
    if (!match || match.alarm === alarm) return [];
    const [stack] = match.at.split('/');
    // A topic of somebody else, or one of this stack without a subscription.
    const unheard = (action: string): boolean =>
      /^arn:[^:]*:sns:/.test(action) || hears.get(`${stack}/${action.replace(/^«|»$/g, '')}`) === 0;
    return verdicts(alarm, match.alarm, follows, unheard).map(
      ([kind, what, path]) => [kind, { at: match.at, what: `“${name}” ${what}`, of: [`Properties.${path}`] }] as const,
    );
  });
});

const changed = (comparison: Comparison, kind: Verdict[0]): Hit[] =>
  judged(comparison)
    .filter(([each]) => each === kind)
    .map(([, hit]) => hit);

/** Alarms that notify somebody. */
const telling = (environment: Environment): [string, Alarm][] =>
  [...alarms(environment)].flatMap(([name, { alarm }]) => (actions(alarm).length > 0 ? [[name, alarm]] : []));
/** Incidents: they notify somebody, and say when they are over. What informs has no end. */
const incidents = (environment: Environment): string[] =>
  telling(environment).flatMap(([name, { OKActions }]) => ([OKActions ?? []].flat().length > 0 ? [name] : []));

/** Every incident notified somebody, some are still there, and none of them does. */
function silenced({ before, after }: Comparison): Hit[] {
  const [now, still] = [alarms(after), new Set(telling(after).map(([name]) => name))];
  const left = incidents(before).filter((name) => now.has(name));
  return left.length > 0 && !left.some((name) => still.has(name))
    ? [{ at: 'alarms', what: `no incident pages anybody: ${left.length} notified somebody, none does` }]
    : [];
}

/** Topics that alarms tell, and how many listen to each. */
function listeners(environment: Environment): Map<string, number> {
  const subscriptions = resourcesOf(environment).filter(({ resource: { Type } }) => Type === 'AWS::SNS::Subscription');
  const topics = resourcesOf(environment).filter(({ resource: { Type } }) => Type === 'AWS::SNS::Topic');
  return new Map(
    topics.map(({ at, id, resource }) => [
      at,
      subscriptions.filter(({ resource: each }) => (each.Properties?.TopicArn as Json as { Ref?: string })?.Ref === id)
        .length + (Array.isArray(resource.Properties?.Subscription) ? resource.Properties.Subscription.length : 0),
    ]),
  );
}

/** Alarm by alarm, setting by setting. */
export function alarmTable({ before, after }: Comparison): string[][] {
  const [old, now] = [alarms(before), alarms(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) =>
    parts(canonical(old.get(name)?.alarm ?? {}), canonical(now.get(name)?.alarm ?? {}))
      .filter(({ path }) => !/^(Tags|AlarmDescription|AlarmName)\b/.test(path))
      .map(({ path, before: from, after: to }) => [name, path, short(from), short(to)]),
  );
}

const source = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html';

export const alarmRules: readonly ReviewRule[] = [
  {
    id: 'nobody-paged',
    severity: 'danger',
    asks: 'noticed',
    effect: 'An incident continues until somebody happens to look.',
    source,
    find: (comparison) => {
      const { before, after } = comparison;
      const [heard, hears] = [listeners(before), listeners(after)];
      return [
        ...changed(comparison, 'quiet'),
        ...comparison.changes
          .filter(({ type, after }) => type === 'AWS::CloudWatch::AlarmMuteRule' && after)
          .map(({ stack, id, action }) => ({
            at: `${stack}/${id}`,
            what: `a rule that mutes alarms is ${action}`,
            of: [''],
          })),
        ...silenced(comparison),
        ...[...heard]
          .filter(([topic, count]) => count > 0 && hears.get(topic) === 0)
          .map(([topic]) => ({ at: topic, what: 'nobody listens to this topic any more' })),
      ];
    },
  },
  {
    id: 'alarm-removed',
    severity: 'danger',
    asks: 'noticed',
    effect: 'Nobody is notified any more. Its runbook heading has to go, too.',
    source,
    find: ({ before, after }) => {
      const kept = alarms(after);
      return [...alarms(before)]
        .filter(([name]) => !kept.has(name))
        .map(([name, { at }]) => ({ at, what: `“${name}” is removed`, of: ['Properties.AlarmName'] }));
    },
  },
  {
    id: 'alarm-laxer',
    severity: 'caution',
    asks: 'noticed',
    effect: 'It fires later, or not, judges something else, or notifies others.',
    source,
    find: (comparison) => changed(comparison, 'laxer'),
  },
  {
    id: 'alarm-stricter',
    severity: 'note',
    asks: 'noticed',
    effect: 'It fires earlier, or notifies more people: who is called must know.',
    source,
    find: (comparison) => changed(comparison, 'stricter'),
  },
  {
    id: 'alarm-follows',
    severity: 'note',
    asks: 'noticed',
    effect: 'A threshold that is a share of a size follows the size.',
    source,
    find: (comparison) => changed(comparison, 'follows'),
  },
  {
    id: 'alarm-added',
    severity: 'note',
    asks: 'noticed',
    effect: 'Something more is noticed.',
    source,
    find: ({ before, after }) => {
      const known = alarms(before);
      return [...alarms(after)]
        .filter(([name]) => !known.has(name))
        .map(([name, { at }]) => ({ at, what: `“${name}” is added`, of: ['Properties.AlarmName'] }));
    },
  },
];
