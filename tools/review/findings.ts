import { createHash } from 'node:crypto';
import type { Acceptance } from './accepted';
import { type Comparison, compare, type Environment } from './changes';
import { reviewRules } from './rules';
import { type Hit, type ReviewRule, type Severity, severities } from './rules/rule';

export interface Finding {
  /** `retention-shortens-1f0c9a2e`: of this rule, at this place, with these values. What changes again has another. */
  readonly id: string;
  readonly rule: ReviewRule;
  /** One place, or several where the same changes. */
  readonly at: readonly string[];
  readonly what: string;
  /** Why somebody lives with it. */
  readonly accepted?: Acceptance;
}

/** One environment of a change: what differs, and what of it to look at, danger first. */
export interface Review extends Comparison {
  readonly environment: string;
  readonly findings: readonly Finding[];
}

/** Judges one environment. Pure: the same states give the same findings. */
export function review(
  environment: string,
  before: Environment,
  after: Environment,
  acceptances: readonly Acceptance[] = [],
): Review {
  const comparison = compare(before, after);
  const findings = reviewRules.flatMap((rule) =>
    [...byWhat(rule.find(comparison))].map(([what, at]): Finding => {
      const text = [environment, what, ...at].join('\n');
      const id = `${rule.id}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
      const accepted = acceptances.find((each) => each.id === id);
      return { id, rule, at, what, ...(accepted ? { accepted } : {}) };
    }),
  );
  const rank = ({ rule }: Finding): number => severities.indexOf(rule.severity);
  return { environment, ...comparison, findings: findings.sort((one, other) => rank(one) - rank(other)) };
}

/** Eleven log groups with the same new retention are one thing to decide. */
function byWhat(hits: readonly Hit[]): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const { at, what } of hits) places.set(what, [...(places.get(what) ?? []), at]);
  return places;
}

/** What nobody has accepted yet, of a severity. */
export const open = ({ findings }: Review, severity: Severity): Finding[] =>
  findings.filter(({ rule, accepted }) => rule.severity === severity && !accepted);

/** 0: nothing, or notes only. 2: cautions. 3: dangers. (1 is for what could not be judged.) */
export function exitCode(reviews: readonly Review[]): number {
  if (reviews.some((each) => open(each, 'danger').length > 0)) return 3;
  return reviews.some((each) => open(each, 'caution').length > 0) ? 2 : 0;
}
