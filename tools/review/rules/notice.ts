import { canonical, parts as partsOf } from '../canonical';
import { type Change, type Comparison, place, resourcesOf, short } from '../changes';
import { type Hit, onChanges, type ReviewRule } from './rule';

const readableTopic = (topic: unknown): string => short(topic);

interface Listener {
  readonly at: string;
  readonly topic: string;
  readonly how: string;
}

/** Who listens to which topic: subscriptions are named after addresses, so they come and go instead of changing. */
const listeners = (comparison: Comparison, side: 'before' | 'after'): Listener[] =>
  resourcesOf(comparison[side])
    .filter(({ resource: { Type } }) => Type === 'AWS::SNS::Subscription')
    .map(({ at, resource: { Properties = {} } }) => ({
      at,
      topic: readableTopic(Properties.TopicArn),
      how: `${Properties.Protocol} ${short(Properties.Endpoint)}`,
    }));

function whoListens(comparison: Comparison): Hit[] {
  const [old, now] = [listeners(comparison, 'before'), listeners(comparison, 'after')];
  const is = (list: readonly Listener[], { topic, how }: Listener): boolean =>
    list.some((each) => each.topic === topic && each.how === how);
  const of = ['Properties.Endpoint', 'Properties.Protocol', 'Properties.TopicArn'];
  return [
    ...old
      .filter((each) => !is(now, each))
      .map(({ at, topic, how }) => ({ at, what: `${topic} no longer notifies ${how}`, of })),
    ...now.filter((each) => !is(old, each)).map(({ at, topic, how }) => ({ at, what: `${topic} notifies ${how}`, of })),
  ];
}

const sentences = (change: Required<Change>, wanted: RegExp) =>
  change.parts
    .filter(({ path }) => wanted.test(path))
    .map(({ path, before, after }) => ({
      what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
      of: [path],
    }));

const watchers =
  /^AWS::(Logs::(MetricFilter|SubscriptionFilter|QueryDefinition|LogAnomalyDetector)|CloudTrail::\w+|Config::\w+|GuardDuty::\w+|SecurityHub::\w+|EC2::FlowLog|Route53Resolver::ResolverQueryLogging\w*|NetworkFirewall::LoggingConfiguration|Macie::\w+|AccessAnalyzer::\w+|CloudWatch::InsightRule|Synthetics::Canary|Inspector\w*::\w+)$/;

/** Metrics of a dashboard, whatever widget shows them. */
function metricsOf(body: unknown): Set<string> {
  const found = new Set<string>();
  const walk = (value: unknown, key = ''): void => {
    if (Array.isArray(value)) {
      if (key === 'metrics') for (const each of value) found.add(JSON.stringify(each));
      else for (const each of value) walk(each);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value)) walk(each, name);
    }
  };
  walk(canonical(body));
  return found;
}

const source = 'https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/detection.html';

export const noticeRules: readonly ReviewRule[] = [
  {
    id: 'pager-changes',
    severity: 'caution',
    asks: 'noticed',
    effect: 'Other people are notified, or by other means. An address has to be confirmed before it gets anything.',
    source: 'https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html',
    find: whoListens,
  },
  {
    id: 'pager-filters',
    severity: 'danger',
    asks: 'noticed',
    effect: 'Only messages that fit a filter get through to whoever listens: what fits none notifies nobody.',
    source: 'https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html',
    find: onChanges(/^AWS::SNS::Subscription$/, (change) =>
      change.after.Properties?.FilterPolicy === undefined ? [] : sentences(change, /^Properties\.FilterPolicy/),
    ),
  },
  {
    id: 'watch-removed',
    severity: 'danger',
    asks: 'noticed',
    effect: 'Something that recorded or noticed is gone: what happens from now on leaves no trace there.',
    source,
    find: ({ changes }) =>
      changes
        .filter(({ type, after }) => watchers.test(type) && !after)
        .map((change) => ({ at: place(change), what: `${change.type} is ${change.action}` })),
  },
  {
    id: 'watch-otherwise',
    severity: 'caution',
    asks: 'noticed',
    effect: 'Records or notices something else than before, or less often: alarms over it see what it sees.',
    source,
    find: onChanges(watchers, (change) => sentences(change, /^Properties\.(?!Tags|DestinationArn|LogDestination\b)/)),
  },
  {
    id: 'logging-weakens',
    severity: 'danger',
    asks: 'noticed',
    effect: 'What happens from now on leaves no trace in this log.',
    source,
    find: onChanges(/./, ({ parts }) =>
      parts
        .filter(({ path }) =>
          /(LogPublishingOptions(\.[A-Z_]+(\.Enabled)?)?|LogEnabled|LogOptions?(\.\w+)*|LoggingConfiguration|EnableLogging|IncludeGlobalServiceEvents|EnableLogFileValidation|BgpLogEnabled|TracingConfig(\.Mode)?)(\[-\])?$/.test(
            path,
          ),
        )
        .filter(({ before, after }) => isOn(before) && !isOn(after))
        .map(({ path, before, after }) => ({
          what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
  {
    id: 'logging-otherwise',
    severity: 'caution',
    asks: 'noticed',
    effect: 'Logs go elsewhere, or say other things.',
    source,
    find: onChanges(/./, (change) =>
      sentences(
        change,
        /^Properties\.(LogPublishingOptions|LoggingConfig(uration)?|LogGroupName|LogGroupClass|DataProtectionPolicy|FieldIndexPolicies)\b/,
      ).filter(({ of: [path = ''] }) => !/Enabled$/.test(path) || !isOff(change, path)),
    ),
  },
  {
    id: 'dashboard-shows-less',
    severity: 'caution',
    asks: 'noticed',
    effect: 'Metrics are no longer on a dashboard: who is called looks there first.',
    source: 'docs/runbook.md',
    find: onChanges(/^AWS::CloudWatch::Dashboard$/, ({ before, after }) => {
      const [old, now] = [metricsOf(before.Properties?.DashboardBody), metricsOf(after.Properties?.DashboardBody)];
      const gone = [...old].filter((metric) => !now.has(metric));
      return gone.length > 0 && now.size < old.size
        ? [
            {
              what: `${gone.length} of ${old.size} metrics are not shown as before: ${short(gone.join('; '))}`,
              of: ['Properties.DashboardBody'],
            },
          ]
        : [];
    }),
  },
  {
    id: 'dashboard-otherwise',
    severity: 'note',
    asks: 'noticed',
    effect: 'A dashboard looks otherwise. `npm run preview` draws it.',
    source: 'docs/runbook.md',
    find: onChanges(/^AWS::CloudWatch::Dashboard$/, ({ before, after, parts }) => {
      const differing = partsOf(
        canonical(before.Properties?.DashboardBody),
        canonical(after.Properties?.DashboardBody),
      );
      return parts.some(({ path }) => path.startsWith('Properties.DashboardBody'))
        ? [{ what: `${Math.max(1, differing.length)} settings of its widgets`, of: ['Properties.DashboardBody'] }]
        : [];
    }),
  },
];

const isOn = (value: unknown): boolean =>
  value !== undefined && !/^(false|disabled|PassThrough)$/i.test(`${value}`) && value !== '';
const isOff = ({ parts }: Change, path: string): boolean =>
  parts.some((part) => part.path === path && isOn(part.before) && !isOn(part.after));
