import { entries } from '../../../lib/compliance/rules/rule';
import { type Change, type Comparison, place } from '../changes';
import type { Hit, ReviewRule } from './rule';

/** Where a number of days stands. Absent means: indefinitely, or the longest. */
const periods =
  /^(RetentionInDays|ExpirationInDays|NoncurrentDays|NoncurrentVersionExpirationInDays|DaysAfterInitiation|RecoveryWindowInDays|MessageRetentionPeriod|AutomatedSnapshotStartHour|RetentionPeriod)$/;
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

const forever = Number.POSITIVE_INFINITY;
const word = (value: number): string => (value === forever ? 'indefinitely' : `${value}`);

/** Periods that differ, by whether they are of logs: those may well be longer, spans may not. */
function periodChanges({ changes }: Comparison, wanted: (from: number, to: number, change: Change) => boolean): Hit[] {
  return changes.flatMap((change) => {
    if (!change.before || !change.after) return [];
    const [before, after] = [days(change, 'before'), days(change, 'after')];
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
      const [from, to] = [before.get(path) ?? forever, after.get(path) ?? forever];
      if (from === to || !wanted(from, to, change)) return [];
      const what = `${path}: ${word(from)} → ${to === forever ? 'indefinitely' : `${to} days`}`;
      return [{ at: place(change), what, of: [`Properties.${path}`] }];
    });
  });
}

const isLog = ({ type }: Change): boolean => type === 'AWS::Logs::LogGroup';

export const retentionRules: readonly ReviewRule[] = [
  {
    id: 'retention-shortens',
    severity: 'danger',
    asks: 'lost',
    effect: 'What is older than the new period is deleted within hours of the deployment, and cannot be had back.',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html',
    find: (comparison) => periodChanges(comparison, (from, to) => to < from),
  },
  {
    id: 'kept-longer',
    severity: 'caution',
    asks: 'guarded',
    effect: 'Data stays for longer than was promised: raw spans for 14 days. Who answers for personal data must agree.',
    source: 'https://www.pcpd.org.hk/english/data_privacy_law/6_data_protection_principles/principles.html',
    find: (comparison) =>
      periodChanges(comparison, (from, to, change) => to > from && (!isLog(change) || to === forever)),
  },
  {
    id: 'logs-kept-longer',
    severity: 'note',
    asks: 'guarded',
    effect: 'Logs stay longer, and cost more.',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html',
    find: (comparison) => periodChanges(comparison, (from, to, change) => to > from && isLog(change) && to !== forever),
  },
];
