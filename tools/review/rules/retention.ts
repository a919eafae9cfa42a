import { entries } from '../../../lib/compliance/rules/rule';
import { type Change, place } from '../changes';
import type { ReviewRule } from './rule';

/** Where a number of days stands. Absent means: for ever, or the longest. */
const periods =
  /^(RetentionInDays|ExpirationInDays|NoncurrentDays|PendingWindowInDays|RecoveryWindowInDays|MessageRetentionPeriod)$/;
/** Ages in documents of the store: `min_rollover_age: "14d"`. */
const age = /\\?"(min_(?:rollover_|index_)?age)\\?"\s*:\s*\\?"(\d+)d\\?"/g;

const days = (change: Change, side: 'before' | 'after'): Map<string, number> => {
  const found = new Map<string, number>();
  for (const { key, path, value } of entries(change[side]?.Properties)) {
    if (periods.test(key)) found.set(path, Number(value));
    if (typeof value !== 'string') continue;
    for (const [, name, number] of value.matchAll(age)) {
      // The shortest of a document decides.
      const id = `${path} › ${name}`;
      found.set(id, Math.min(found.get(id) ?? Number.POSITIVE_INFINITY, Number(number)));
    }
  }
  return found;
};

export const retentionRules: readonly ReviewRule[] = [
  {
    id: 'retention-shortens',
    severity: 'danger',
    effect: 'What is older than the new period is deleted within hours of the deployment, and cannot be had back.',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html',
    find: ({ changes }) =>
      changes.flatMap((change) => {
        if (!change.before || !change.after) return [];
        const [before, after] = [days(change, 'before'), days(change, 'after')];
        const shorter = [...after].filter(([path, value]) => value < (before.get(path) ?? Number.POSITIVE_INFINITY));
        return shorter.map(([path, value]) => ({
          at: place(change),
          what: `${path}: ${before.get(path) ?? 'for ever'} → ${value} days`,
        }));
      }),
  },
];
