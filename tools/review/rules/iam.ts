import { short } from '../changes';
import { covers, type Grant, grants, isSweeping } from '../grants';
import type { Hit, ReviewRule } from './rule';

const source = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege';

const sentence = ({ principal, action, resource, condition }: Grant): string =>
  `${principal === 'holder' ? '' : `${short(principal)}: `}${action} on ${short(resource)}${condition ? ' if …' : ''}`;

/** One hit for each holder: a role with twelve new actions is one thing to look at. */
function byHolder(list: readonly Grant[], word: string): Hit[] {
  return [...new Set(list.map(({ holder }) => holder))].map((holder) => ({
    at: holder,
    what: `${word} ${[...new Set(list.filter((grant) => grant.holder === holder).map(sentence))].sort().join('; ')}`,
  }));
}

/** What is granted afterwards, and not before, whatever policy it stands in. */
const added = (before: readonly Grant[], after: readonly Grant[]): Grant[] =>
  after.filter((grant) => !before.some((known) => covers(known, grant)));

export const iamRules: readonly ReviewRule[] = [
  {
    id: 'iam-sweeping',
    severity: 'danger',
    effect: 'A wildcard for action, resource or principal: more is allowed than anybody has listed.',
    source,
    find: ({ before, after }) =>
      byHolder(added(grants(before).allowed, grants(after).allowed).filter(isSweeping), 'allows'),
  },
  {
    id: 'iam-widens',
    severity: 'caution',
    effect: 'Somebody may do something that nobody could do before. No downtime.',
    source,
    find: ({ before, after }) =>
      byHolder(
        added(grants(before).allowed, grants(after).allowed).filter((grant) => !isSweeping(grant)),
        'allows',
      ),
  },
  {
    id: 'iam-deny-gone',
    severity: 'danger',
    effect: 'Something was forbidden whatever else is allowed, and is no longer.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html',
    find: ({ before, after }) => {
      const { denied } = grants(after);
      const gone = grants(before).denied.filter((grant) => !denied.some((kept) => covers(kept, grant)));
      // Where the holder itself has gone there is nothing left to protect.
      const holders = new Set(
        Object.entries(after).flatMap(([stack, { resources }]) => Object.keys(resources).map((id) => `${stack}/${id}`)),
      );
      const isThere = ({ holder }: Grant) => holders.has(holder.replace(/^(policy|trust) of /, ''));
      const bucketsThere = ({ resource }: Grant) =>
        [...holders].some((at) => resource.includes(at.split('/')[1] ?? at));
      return byHolder(
        gone.filter((grant) => isThere(grant) || bucketsThere(grant)),
        'no longer denies',
      );
    },
  },
];
