import type { Part } from '../canonical';
import { short } from '../changes';
import { configurationParts, keysOf } from '../collector-config';
import { type Differing, differing } from './machines';
import type { Hit, ReviewRule } from './rule';

interface Located {
  readonly text: Differing;
  readonly part: Part;
}

/** `dangers` let something through, `notes` mask more; `cautions` are for a human. */
type Verdict = readonly ['danger' | 'caution' | 'note', string];

const words = ({ path, before, after }: Part): string => `${path || 'the whole'}: ${short(before)} → ${short(after)}`;

const minus = (one: readonly string[], other: readonly string[]): string[] =>
  one.filter((each) => !other.includes(each));

/** Keys that came and went, as a sentence. */
function keyVerdicts({ path, before, after }: Part, list: 'lets' | 'masks'): Verdict[] {
  const [came, went] = [minus(keysOf(after), keysOf(before)), minus(keysOf(before), keysOf(after))];
  const name = path.slice(path.indexOf('.', path.indexOf('.') + 1) + 1);
  const worse = list === 'lets' ? came : went;
  const better = list === 'lets' ? went : came;
  return [
    ...(worse.length > 0
      ? [
          [
            'danger',
            `${list === 'lets' ? 'now let through' : 'no longer masked'}: ${worse.join(', ')} (${name})`,
          ] as const,
        ]
      : []),
    ...(better.length > 0
      ? [
          [
            'note',
            `${list === 'lets' ? 'no longer let through' : 'now masked'}: ${better.join(', ')} (${name})`,
          ] as const,
        ]
      : []),
    ...(came.length + went.length === 0
      ? [
          [
            'danger',
            words({ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }),
          ] as const,
        ]
      : []),
  ];
}

/** A part of a step of redaction. */
function redaction(part: Part): Verdict[] {
  const { path, before, after } = part;
  if (/\.(allowed_keys|untouched_keys|own_prefixes|ignored_keys|ignored_key_patterns|allow_all_keys)\b/.test(path)) {
    // No list of allowed keys lets every key through.
    if (/\.allowed_keys$/.test(path) && after === undefined)
      return [['danger', 'every key is let through: the allow-list is gone']];
    if (/\.allowed_keys$/.test(path) && before === undefined)
      return [['note', `only these keys are let through: ${short(after)}`]];
    return keyVerdicts(part, 'lets');
  }
  if (/\.pseudonym_keys\b/.test(path)) {
    const [gone, come] = [minus(keysOf(before), keysOf(after)), minus(keysOf(after), keysOf(before))];
    return [
      ...(gone.length > 0 ? [['danger', `the pseudonym is gone of: ${gone.join(', ')}`] as const] : []),
      ...(come.length > 0 ? [['note', `has a pseudonym now: ${come.join(', ')}`] as const] : []),
    ];
  }
  if (/\.(sensitive_keys|blocked_keys|blocked_key_patterns|masked_keys)\b/.test(path))
    return keyVerdicts(part, 'masks');
  if (/\.values\.[^.]+$/.test(path) && before === undefined)
    return [['note', `${path.split('.').at(-1)} is masked now`]];
  if (/\.values\.[^.]+$/.test(path)) return [['danger', `${path.split('.').at(-1)} is no longer masked`]];
  if (before === undefined && /^processors\.[^.]+$/.test(path))
    return [['note', `${path}: one step of redaction more`]];
  return [['danger', words(part)]];
}

const isRedaction = ({ path }: Part): boolean =>
  /^processors\.[^.]*(redact|scrub|mask)[^.]*/.test(path) || /^(processors)\.attributes\/redact/.test(path);

/** Steps of pipelines that must not go: what they do nothing else does. */
const guards = /redact|harbourline_environment|memory_limiter|harbourline_aggregates|filter\/foreign/;

function pipeline(part: Part): Verdict[] {
  const [came, went] = [minus(keysOf(part.after), keysOf(part.before)), minus(keysOf(part.before), keysOf(part.after))];
  const name = part.path.replace('service.pipelines.', '');
  if (went.some((each) => guards.test(each))) return [['danger', `${name} loses ${went.join(', ')}`]];
  if (came.length + went.length === 0)
    return [['caution', `${name}: the same steps in another order: ${short(part.after)}`]];
  return [['caution', words(part)]];
}

const sends =
  /^(exporters|connectors)\.[^.]+(\..*?)?(endpoint|resolver|hosts?|url|brokers|log_group_name|region|bucket)?$/;
const address = /\.(endpoint|traces_endpoint|metrics_endpoint|logs_endpoint|url|hosts?|brokers|hostnames?|proxy_url)\b/;

/** A receiver, or one protocol of it, that is new, listens to others, and speaks without TLS. */
function isOpen({ path, before, after }: Part): boolean {
  if (before !== undefined || !/^receivers\.[^.]+(\.protocols(\.[^.]+)?)?$/.test(path)) return false;
  const listens = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return false;
    const { endpoint, tls } = value as { endpoint?: unknown; tls?: unknown };
    const toOthers = typeof endpoint === 'string' && !/LOOPBACK|^(127\.|localhost)/.test(endpoint);
    return (toOthers && tls === undefined) || Object.values(value).some(listens);
  };
  return listens(after);
}

function judge(part: Part): { verdicts: Verdict[]; kind: 'redaction' | 'transport' | 'sends' | 'sampling' | 'other' } {
  const { path, before, after } = part;
  if (isRedaction(part)) return { kind: 'redaction', verdicts: redaction(part) };
  if (
    /(^|\.)(tls|insecure|insecure_skip_verify|auth|client_ca_file|min_version|include_system_ca_certs_pool)\b/.test(
      path,
    )
  ) {
    const worse =
      after === undefined ||
      /insecure/.test(path) ||
      `${after}` === 'true' ||
      (/version/.test(path) && `${after}` < `${before}`) ||
      /client_ca_file|ca_file|server_name_override|tls$/.test(path);
    return { kind: 'transport', verdicts: [[worse ? 'danger' : 'caution', words(part)]] };
  }
  if (isOpen(part)) return { kind: 'transport', verdicts: [['danger', `listens without TLS: ${words(part)}`]] };
  if (/^exporters\.[^.]+$/.test(path) && before === undefined)
    return { kind: 'sends', verdicts: [['danger', `sends to one place more: ${words(part)}`]] };
  if (sends.test(path) && address.test(path))
    return { kind: 'sends', verdicts: [['danger', `sends elsewhere: ${words(part)}`]] };
  if (/tail_sampling|probabilistic_sampler/.test(path))
    return { kind: 'sampling', verdicts: [['caution', words(part)]] };
  if (/^service\.pipelines\./.test(path)) {
    const verdicts = pipeline(part);
    return { kind: verdicts[0]?.[0] === 'danger' ? 'redaction' : 'other', verdicts };
  }
  return { kind: 'other', verdicts: [['caution', words(part)]] };
}

/** One hit for each configuration and sentence, of one kind and severity. */
const of =
  (kind: ReturnType<typeof judge>['kind'], severity: Verdict[0]) =>
  (comparison: Parameters<ReviewRule['find']>[0]): Hit[] =>
    differing(comparison)
      .filter((text) => text.kind === 'collector')
      .flatMap((text) => configurationParts(text.before, text.after).map((part): Located => ({ text, part })))
      .flatMap(({ text, part }) => {
        const judged = judge(part);
        if (judged.kind !== kind) return [];
        return judged.verdicts
          .filter(([level]) => level === severity)
          .map(([, what]) => ({ at: text.at, what, of: text.of }));
      });

const redactionSource = 'docs/adr/0010-redaction-in-two-layers.md';

export const collectorRules: readonly ReviewRule[] = [
  {
    id: 'redaction-weakens',
    severity: 'danger',
    asks: 'guarded',
    effect: 'Values that were masked, dropped or made pseudonyms are stored as they are, from the roll-out on.',
    source: redactionSource,
    find: of('redaction', 'danger'),
  },
  {
    id: 'redaction-tightens',
    severity: 'note',
    asks: 'guarded',
    effect: 'More is masked than before. Who searched for it finds it no longer.',
    source: redactionSource,
    find: of('redaction', 'note'),
  },
  {
    id: 'collector-sends',
    severity: 'danger',
    asks: 'leaves',
    effect: 'A collector sends spans or metrics to another place, or to one more.',
    source: 'https://opentelemetry.io/docs/collector/configuration/#exporters',
    find: of('sends', 'danger'),
  },
  {
    id: 'collector-transport',
    severity: 'danger',
    asks: 'guarded',
    effect: 'What a collector demands of whom it talks with: certificates, versions, names.',
    source: 'https://pkg.go.dev/go.opentelemetry.io/collector/config/configtls',
    find: of('transport', 'danger'),
  },
  {
    id: 'collector-transport-otherwise',
    severity: 'caution',
    asks: 'guarded',
    effect:
      'Mutual TLS is set up otherwise: more is demanded, or by other means. A client that cannot follow is refused.',
    source: 'https://pkg.go.dev/go.opentelemetry.io/collector/config/configtls',
    find: of('transport', 'caution'),
  },
  {
    id: 'sampling-changes',
    severity: 'caution',
    asks: 'noticed',
    effect:
      'Other traces are kept: fewer, or fewer of the slow ones and the errors, or more than the store was sized for.',
    source: 'docs/adr/0001-sampling-is-a-band.md',
    find: of('sampling', 'caution'),
  },
  {
    id: 'collector-otherwise',
    severity: 'caution',
    asks: 'works',
    effect:
      'A collector does something otherwise: limits, queues, waits, what is counted. Rehearse it: `npm run rehearse`.',
    source: 'https://opentelemetry.io/docs/collector/configuration/',
    find: of('other', 'caution'),
  },
];
