import { short } from '../changes';
import { holds, isWorld, type Opening, openings, refusals } from '../openings';
import type { Hit, ReviewRule } from './rule';

const source = 'https://docs.aws.amazon.com/vpc/latest/userguide/infrastructure-security.html';

const hit = ({ at, protocol, from, to, peer }: Opening): Hit => ({
  at,
  what: `opens ${protocol === '-1' ? 'everything' : `${protocol} ${from === to ? from : `${from}-${to}`}`} to ${short(peer)}`,
});

const added = (before: readonly Opening[], after: readonly Opening[]): Opening[] =>
  after.filter((opening) => !before.some((known) => holds(known, opening)));

export const networkRules: readonly ReviewRule[] = [
  {
    id: 'network-open-to-all',
    severity: 'danger',
    effect: 'A prefix wider than any private network, or a way to the internet. Raw traces have nowhere to go today.',
    source,
    find: ({ before, after }) => added(openings(before), openings(after)).filter(isWorld).map(hit),
  },
  {
    id: 'network-opens',
    severity: 'caution',
    effect: 'Traffic passes that did not pass before. No downtime.',
    source,
    find: ({ before, after }) =>
      added(openings(before), openings(after))
        .filter((opening) => !isWorld(opening))
        .map(hit),
  },
  {
    id: 'network-refusal-gone',
    severity: 'danger',
    effect: 'A network ACL refused this traffic before any allow rule was asked, and no longer does.',
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html',
    find: ({ before, after }) => {
      const kept = new Set(refusals(after).values());
      return [...refusals(before)]
        .filter(([, refused]) => !kept.has(refused))
        .map(([at, refused]) => ({ at, what: `no longer refuses ${refused}` }));
    },
  },
];
