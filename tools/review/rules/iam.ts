import type { Part } from '../canonical';
import { type Change, type Comparison, place, remembered, resourcesOf, short } from '../changes';
import { covers, type Grant, grants, isSweeping, managedPolicy, policyProperties } from '../grants';
import { understandsPolicies } from '../shapes';
import { isPrivilege } from './privileges';
import { both, type Hit, onChanges, type ReviewRule } from './rule';

const source = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege';

const sentence = ({ principal, action, resource, condition }: Grant): string =>
  `${principal === 'holder' ? '' : `${short(principal)}: `}${action} on ${short(resource)}${condition ? ` if ${keys(condition)}` : ''}`;

/** What a condition looks at; its values are in the details. */
const keys = (condition: string): string =>
  Object.values(JSON.parse(condition) as Record<string, object | undefined>)
    .flatMap((operands) => Object.keys(operands ?? {}))
    .join(', ');

/** One hit for each holder: a role with twelve new actions is one thing to look at. */
function byHolder(list: readonly Grant[], word: string): Hit[] {
  return [...new Set(list.map(({ holder }) => holder))].map((holder) => ({
    at: holder,
    what: `${word} ${[...new Set(list.filter((grant) => grant.holder === holder).map(sentence))].sort().join('; ')}`,
  }));
}

/** What the one list holds that no grant of the other holds already, whatever policy it stands in. */
function beyond(known: readonly Grant[], list: readonly Grant[]): Grant[] {
  // Nearly all of them are there word for word.
  const same = new Set(known.map((grant) => JSON.stringify(grant)));
  return list.filter((grant) => !same.has(JSON.stringify(grant)) && !known.some((each) => covers(each, grant)));
}

const added = remembered(({ before, after }: Comparison) => beyond(grants(before).allowed, grants(after).allowed));
const gone = remembered(({ before, after }: Comparison) => beyond(grants(after).allowed, grants(before).allowed));
const denied = remembered(({ before, after }: Comparison) => beyond(grants(before).denied, grants(after).denied));
const undenied = remembered(({ before, after }: Comparison) => beyond(grants(after).denied, grants(before).denied));

const isManaged = ({ action }: Grant): boolean => action.startsWith(managedPolicy);
const isPrivileged = (grant: Grant): boolean => !grant.holder.startsWith('trust of') && isPrivilege(grant);

/** Managed by AWS, and narrow enough to be looked up; the wide ones do, or read, whatever there is. */
const isKnown = ({ action }: Grant): boolean => {
  const [, name] = /:iam::aws:policy\/(.+?)( on |$)/.exec(action) ?? [];
  return (
    name !== undefined &&
    !/(FullAccess|Admin|PowerUser|IAM|ReadOnly|ReadWrite|ViewOnly|SecurityAudit|job-function)/i.test(name)
  );
};
/** A policy of the same templates, whose statements are judged where they stand. */
const isOwn = ({ action }: Grant): boolean => /^«[\w.]+»$/.test(action.slice(managedPolicy.length));

/** Who signs in somewhere else may be this role, and which of them a pattern says, or nothing does. */
const isLooseTrust = ({ holder, principal, condition }: Grant): boolean =>
  holder.startsWith('trust of ') &&
  principal.startsWith('Federated ') &&
  (!/:sub"/.test(condition) || /:sub":.*\*/.test(condition));

/** Says who may sign in elsewhere. */
const provider = /^AWS::IAM::(OIDC|SAML)Provider$/;

/** What is reported, by kind: the first that fits. */
const kind = (grant: Grant): 'managed' | 'sweeping' | 'trust' | 'privileged' | 'widens' => {
  if (isLooseTrust(grant)) return 'trust';
  if (isManaged(grant)) return isKnown(grant) || isOwn(grant) ? 'widens' : 'managed';
  if (isSweeping(grant)) return 'sweeping';
  return isPrivileged(grant) ? 'privileged' : 'widens';
};

const whole =
  /^AWS::(IAM::(Managed|User|Group|Role)?Policy|IAM::Role|Lambda::Permission|S3::BucketPolicy|SNS::TopicPolicy|SQS::QueuePolicy|Logs::ResourcePolicy|SecretsManager::ResourcePolicy)$/;

/** Every part that grants are made of, and nothing beside: not the version of a policy, not what it is attached to. */
function isOfGrants({ path }: Part, { type }: Change): boolean {
  if (path === '') return whole.test(type);
  const [, name = '', rest = ''] = /^Properties\.(\w+)(.*)$/.exec(path) ?? [];
  if ([...policyProperties, 'AssumeRolePolicyDocument'].includes(name)) return /^(\.@json)?(\.Statement|$)/.test(rest);
  if (/^AWS::IAM::(Role|User|Group)$/.test(type)) {
    return name === 'ManagedPolicyArns' || (name === 'Policies' && !/\.Version$/.test(rest));
  }
  if (/^AWS::IAM::\w*Policy$/.test(type)) return /^(Roles|Users|Groups)$/.test(name);
  return type === 'AWS::Lambda::Permission' && /^(Action|Principal|FunctionName|SourceArn|SourceAccount)$/.test(name);
}

/** What was read and understood on both sides. */
const reads = (part: Part, change: Change): boolean => isOfGrants(part, change) && both(change, understandsPolicies);

const text = (list: readonly Grant[]): string =>
  [...new Set(list.map((grant) => JSON.stringify(grant)))].sort().join('\n');

const roles =
  /^Properties\.(Role|RoleArn|RoleARN|ExecutionRole(Arn)?|TaskRoleArn|IamInstanceProfile|ServiceRole|DeliverLogsPermissionArn|LaunchTemplateData\.IamInstanceProfile)\b/;

/** An ARN or a name that is written out: no role or profile of the templates is. */
const isUnseen = (after: unknown): boolean => /^arn:/.test(`${after ?? ''}`) && !`${after}`.includes('«');

const actsAs = (wanted: (after: unknown) => boolean) =>
  onChanges(/./, ({ type, parts }) =>
    parts
      .filter(
        ({ path, after }) =>
          (roles.test(path) || (type === 'AWS::IAM::InstanceProfile' && path.startsWith('Properties.Roles'))) &&
          wanted(after),
      )
      .map(({ path, before, after }) => ({ what: `acts as: ${short(before)} → ${short(after)}`, of: [path] })),
  );

export const iamRules: readonly ReviewRule[] = [
  {
    id: 'iam-sweeping',
    severity: 'danger',
    asks: 'access',
    effect: 'A wildcard for action, resource or principal: more is allowed than anybody has listed.',
    source,
    find: (comparison) =>
      byHolder(
        added(comparison).filter((grant) => kind(grant) === 'sweeping'),
        'allows',
      ),
    reads,
  },
  {
    id: 'iam-privileged',
    severity: 'danger',
    asks: 'access',
    effect: 'Who may do this may give itself more, act as somebody else, run commands, or hide what was done.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-permissions-boundaries',
    find: (comparison) =>
      byHolder(
        added(comparison).filter((grant) => kind(grant) === 'privileged'),
        'allows',
      ),
  },
  {
    id: 'iam-managed-policy',
    severity: 'danger',
    asks: 'access',
    effect: 'A managed policy whose content nobody sees here, and which changes without a change here.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html',
    find: (comparison) =>
      byHolder(
        added(comparison).filter((grant) => kind(grant) === 'managed'),
        'gets',
      ),
  },
  {
    id: 'iam-trust',
    severity: 'danger',
    asks: 'access',
    effect: 'Whoever signs in elsewhere may be this role, as far as a pattern goes: any branch, any workflow, anybody.',
    source: 'https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws',
    find: (comparison) => [
      ...added(comparison)
        .filter((grant) => kind(grant) === 'trust')
        .map(({ holder, principal, condition }) => ({
          at: holder,
          what: `${short(principal)} if ${condition || 'nothing'}`,
        })),
      ...comparison.changes
        .filter(({ type, before, after }) => provider.test(type) && before && after)
        .flatMap((change) =>
          change.parts
            .filter(({ path }) => !/^Properties\.(Tags|Name)\b/.test(path))
            .map(({ path, before, after }) => ({
              at: place(change),
              what: `whose tokens count, ${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
              of: [path],
            })),
        ),
    ],
  },
  {
    id: 'iam-widens',
    severity: 'caution',
    asks: 'access',
    effect: 'Somebody may do something that nobody could do before. No downtime.',
    source,
    find: (comparison) =>
      byHolder(
        added(comparison).filter((grant) => kind(grant) === 'widens'),
        'allows',
      ),
  },
  {
    id: 'iam-deny-gone',
    severity: 'danger',
    asks: 'access',
    effect: 'Something was forbidden whatever else is allowed, and is no longer.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html',
    find: (comparison) => {
      // Where the holder itself has gone there is nothing left to protect.
      const holders = new Set(resourcesOf(comparison.after).map(({ at }) => at));
      const isThere = ({ holder }: Grant) => holders.has(holder.replace(/^(policy|trust) of /, ''));
      const bucketsThere = ({ resource }: Grant) =>
        [...holders].some((at) => resource.includes(at.split('/')[1] ?? at));
      return byHolder(
        undenied(comparison).filter((grant) => isThere(grant) || bucketsThere(grant)),
        'no longer denies',
      );
    },
  },
  {
    id: 'iam-boundary',
    severity: 'danger',
    asks: 'access',
    effect: 'The permissions boundary held a role whatever its policies say: now it does not, or another does.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html',
    find: onChanges(/^AWS::IAM::(Role|User)$/, ({ parts }) =>
      parts
        .filter(({ path, before }) => path.startsWith('Properties.PermissionsBoundary') && before !== undefined)
        .map(({ path, before, after }) => ({ what: `boundary: ${short(before)} → ${short(after)}`, of: [path] })),
    ),
  },
  {
    id: 'iam-bounded',
    severity: 'note',
    asks: 'works',
    effect: 'A permissions boundary holds a role whatever its policies say: what it leaves out is refused from now on.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html',
    find: onChanges(/^AWS::IAM::(Role|User)$/, ({ parts }) =>
      parts
        .filter(({ path, before }) => path === 'Properties.PermissionsBoundary' && before === undefined)
        .map(({ path, after }) => ({ what: `boundary: ${short(after)}`, of: [path] })),
    ),
  },
  {
    id: 'iam-unseen-role',
    severity: 'danger',
    asks: 'access',
    effect: 'Something acts as a role that is not in these templates: nobody sees here what that one may do.',
    source,
    find: actsAs(isUnseen),
  },
  {
    id: 'iam-other-role',
    severity: 'caution',
    asks: 'access',
    effect: 'Something acts as another role, and may do what that one may.',
    source,
    find: actsAs((after) => !isUnseen(after)),
  },
  {
    id: 'iam-long-lived',
    severity: 'danger',
    asks: 'access',
    effect: 'A user or a key that does not expire: whoever has it once has it for good. Roles have neither.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles',
    find: ({ changes }) =>
      changes
        .filter(({ type, action }) => action === 'added' && /^AWS::IAM::(User|AccessKey|Group)$/.test(type))
        .map(({ stack, id, type }) => ({ at: `${stack}/${id}`, what: `${type} is added` })),
  },
  {
    id: 'iam-narrows',
    severity: 'note',
    asks: 'works',
    effect: 'Somebody may no longer do something. Whether it was needed says a test, or the first call.',
    source,
    find: (comparison) => [
      ...byHolder(gone(comparison), 'no longer allows'),
      ...byHolder(denied(comparison), 'now denies'),
    ],
  },
  {
    id: 'iam-rewritten',
    severity: 'note',
    asks: 'access',
    effect:
      'Policies say the same in other words: what is granted before holds what is granted after, and the other way round.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html',
    find: (comparison) =>
      (['allowed', 'denied'] as const).flatMap((effect) => {
        const [old, now] = [grants(comparison.before)[effect], grants(comparison.after)[effect]];
        const [come, went] = effect === 'allowed' ? [added, gone] : [denied, undenied];
        if (come(comparison).length + went(comparison).length > 0) return [];
        const holders = [...new Set([...old, ...now].map(({ holder }) => holder))];
        return holders
          .filter((at) => {
            const of = (list: readonly Grant[]): string => text(list.filter(({ holder }) => holder === at));
            return of(old) !== of(now);
          })
          .map((at) => ({ at, what: `what is ${effect} is written otherwise, and means the same` }));
      }),
  },
];
