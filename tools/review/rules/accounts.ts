import type { Json } from '../canonical';
import { type Comparison, type Environment, isDeployed, place, remembered, resourcesOf } from '../changes';
import type { Hit, ReviewRule } from './rule';

/** Accounts in ARNs, and texts that are an account. */
const inArn = /arn:[\w-]*:[\w-]*:[\w-]*:(\d{12}):/g;

/** @param onlyArns twelve digits of a source may be anything */
function accountsIn(value: unknown, onlyArns = false): string[] {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const arns = [...text.matchAll(inArn)].map(([, account = '']) => account);
  if (onlyArns) return arns;
  return [...arns, ...[...text.matchAll(/(?:^|["':])(\d{12})(?:$|["':])/g)].map(([, account = '']) => account)];
}

const ownAccounts = (environment: Environment): string[] =>
  Object.values(environment).flatMap(({ place: at = '' }) => at.split('/')[0] ?? []);

const named = remembered((environment: Environment): string[] =>
  resourcesOf(environment)
    .filter(({ resource }) => isDeployed(resource))
    .flatMap(({ resource }) => accountsIn(resource.Properties)),
);

/** Accounts that nothing of the environment named before, in what changes. */
function strangers({ before, after, changes }: Comparison): Hit[] {
  const known = new Set([...named(before), ...ownAccounts(before), ...ownAccounts(after)]);
  // An environment that is new names its neighbours for the first time.
  if (Object.keys(before).length === 0) return [];
  return changes.flatMap((change) =>
    change.parts.flatMap(({ path, before: old = null, after: value = null }) => {
      const onlyArns = change.type.startsWith('Harbourline::');
      const had = new Set(accountsIn(old as Json, onlyArns));
      return [...new Set(accountsIn(value as Json, onlyArns))]
        .filter((account) => !known.has(account) && !had.has(account))
        .map((account) => ({ at: place(change), what: `names account ${account} for the first time`, of: [path] }));
    }),
  );
}

export const accountRules: readonly ReviewRule[] = [
  {
    id: 'foreign-account',
    severity: 'danger',
    asks: 'leaves',
    effect: 'An account that this environment had nothing to do with may do something, or gets something.',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html',
    find: strangers,
  },
];
