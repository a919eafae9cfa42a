import type { Part } from '../canonical';
import { type Change, place, short } from '../changes';
import { type Hit, onChanges, type ReviewRule } from './rule';

const source = 'https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/protecting-data-at-rest.html';

const of = (wanted: (part: Change['parts'][number], change: Required<Change>) => boolean) =>
  onChanges(/./, (change) =>
    change.parts
      .filter((part) => wanted(part, change))
      .map(({ path, before, after }) => ({
        what: `${path.replace(/^Properties\./, '')}: ${short(before)} → ${short(after)}`,
        of: [path],
      })),
  );

const isOff = (value: unknown): boolean => /^(DISABLED|false)$/i.test(`${value}`);

/** Days, or hours, between two runs; undefined for a calendar. */
function every(expression: unknown): number | undefined {
  const [, number, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(`${expression}`) ?? [];
  const minutes = { minute: 1, hour: 60, day: 1440 }[unit];
  return number && minutes ? Number(number) * minutes : undefined;
}

const isSchedule = (type: string): boolean =>
  /^AWS::(Events::Rule|Scheduler::Schedule|SecretsManager::RotationSchedule|SSM::Association)$/.test(type);

/** What keeps certificates, rights and hand-overs alive. */
export const guardedRules: readonly ReviewRule[] = [
  {
    id: 'schedule-off',
    severity: 'danger',
    asks: 'guarded',
    effect: 'What this did by the calendar is not done any more: certificates end, rights stay, nothing is looked at.',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-disable-rule.html',
    find: (comparison) => [
      ...onChanges(/^AWS::(Events::Rule|Scheduler::Schedule)$/, ({ parts }) =>
        parts
          .filter(({ path, after }) => path === 'Properties.State' && isOff(after))
          .map(({ path, before, after }) => ({
            what: `state: ${short(before ?? 'ENABLED')} → ${short(after)}`,
            of: [path],
          })),
      )(comparison),
      ...comparison.changes
        .filter(({ type, after }) => isSchedule(type) && !after)
        .map((change): Hit => ({ at: place(change), what: `${change.type} is ${change.action}` })),
    ],
  },
  {
    id: 'schedule-otherwise',
    severity: 'caution',
    asks: 'guarded',
    effect: 'It is done less often, at other times, on other events, or something else is done.',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html',
    find: of(
      ({ path, before, after }, { type }) =>
        isSchedule(type) &&
        /^Properties\.(ScheduleExpression|EventPattern|Targets|State|RotationRules|AutomaticallyAfterDays|FlexibleTimeWindow|Target|EventBusName)\b/.test(
          path,
        ) &&
        type !== 'AWS::SSM::Association' &&
        !(path === 'Properties.State' && isOff(after)) &&
        !isMoreOften(before, after),
    ),
  },
  {
    id: 'schedule-more-often',
    severity: 'note',
    asks: 'works',
    effect: 'It is done more often.',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html',
    find: of(
      ({ path, before, after }, { type }) =>
        isSchedule(type) && path === 'Properties.ScheduleExpression' && isMoreOften(before, after),
    ),
  },
  {
    id: 'lives-longer',
    severity: 'caution',
    asks: 'guarded',
    effect:
      'An instance, a session or a certificate lasts longer: raw spans that wait on its disk do, too, and so does whoever got in.',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-max-instance-lifetime.html',
    find: of(
      ({ path, before, after }) =>
        (/\.(MaxInstanceLifetime|MaxSessionDuration|SessionTimeout)$/.test(path) &&
          !(Number(after) < Number(before))) ||
        // A volume that stays when its instance goes holds what waited on it, for good.
        (/\.DeleteOnTermination$/.test(path) && `${after}` !== 'true'),
    ),
  },
  {
    id: 'lives-shorter',
    severity: 'note',
    asks: 'works',
    effect: 'It is replaced, or asked for again, more often.',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-max-instance-lifetime.html',
    find: of(
      ({ path, before, after }) =>
        (/\.(MaxInstanceLifetime|MaxSessionDuration|SessionTimeout)$/.test(path) && Number(after) < Number(before)) ||
        (/\.DeleteOnTermination$/.test(path) && `${after}` === 'true'),
    ),
  },
  {
    id: 'hand-over-changes',
    severity: 'danger',
    asks: 'guarded',
    effect:
      'An instance that goes hands over what it still holds in this time. Without it spans are lost with its disk.',
    source: 'docs/adr/0014-instances-hand-over.md',
    find: of(({ path }) =>
      /^Properties\.(LifecycleHookSpecificationList|TerminationPolicies|LifecycleTransition|HeartbeatTimeout|DefaultResult)\b/.test(
        path,
      ),
    ),
  },
  {
    id: 'certificate-changes',
    severity: 'caution',
    asks: 'guarded',
    effect:
      'Certificates of the tiers are made again, for other names, or stored elsewhere: who does not follow is refused.',
    source: 'docs/operations.md',
    find: onChanges(
      /^(Custom::HarbourlineTierCertificates|AWS::CertificateManager::\w+|AWS::ACMPCA::\w+)$/,
      ({ parts }) =>
        parts
          .filter(({ path }) => !/Tags/.test(path))
          .map(({ path, before, after }) => ({
            what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
            of: [path],
          })),
    ),
  },
  {
    id: 'data-life-cycle',
    severity: 'caution',
    asks: 'guarded',
    effect: 'How objects and versions are kept, locked or deleted.',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html',
    find: of(
      ({ path }) =>
        /^Properties\.(LifecycleConfiguration|VersioningConfiguration|ObjectLock\w+|SnapshotOptions|OffPeakWindowOptions|SoftwareUpdateOptions)\b/.test(
          path,
        ) && !/InDays$/.test(path),
    ),
  },
  {
    id: 'key-changes',
    severity: 'danger',
    asks: 'guarded',
    effect:
      'Another key, or a key that is not usable, rotated or yours: what is encrypted with it cannot be read, or by others, too.',
    source,
    find: of((part, { type }) => !isSafer(part) && changesKey(part, type)),
  },
  {
    id: 'key-safer',
    severity: 'note',
    asks: 'guarded',
    effect: 'A key is rotated more often, or waits longer before it is gone.',
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html',
    find: of((part, { type }) => type.startsWith('AWS::KMS::') && isSafer(part)),
  },
  {
    id: 'secret-made-otherwise',
    severity: 'danger',
    asks: 'guarded',
    effect:
      'Secrets Manager makes a secret by other rules: shorter ones can be guessed, and a new one ends what the old one joined.',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html',
    find: of(({ path }) => /^Properties\.(GenerateSecretString|SecretString)\b/.test(path)),
  },
];

/** The defaults of KMS, in days. */
const rotation = 365;
const pending = 30;

/** At least as good as it was, or as the default that it stands for. */
const isSafer = ({ path, before, after }: Part): boolean =>
  (path === 'Properties.Enabled' && `${after}` === 'true') ||
  (path === 'Properties.MultiRegion' && `${after}` === 'false') ||
  (path === 'Properties.RotationPeriodInDays' && Number(after) <= Number(before ?? rotation)) ||
  (path === 'Properties.PendingWindowInDays' && Number(after) >= Number(before ?? pending));

const changesKey = ({ path, before }: Part, type: string): boolean =>
  (type.startsWith('AWS::KMS::') && /^Properties\.(?!Description|Tags|KeyPolicy|EnableKeyRotation)/.test(path)) ||
  (/\.(Kms\w*|KMS\w*|SSEAlgorithm|KmsKeyId)$/.test(path) &&
    before !== undefined &&
    !path.startsWith('Properties.EncryptionAtRestOptions'));
const isMoreOften = (before: unknown, after: unknown): boolean => {
  const [from, to] = [every(before), every(after)];
  return from !== undefined && to !== undefined && to < from;
};
