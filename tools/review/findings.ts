import { createHash } from 'node:crypto';
import type { Acceptance } from './accepted';
import type { Part } from './canonical';
import { type Change, type Comparison, compare, type Environment, place, short } from './changes';
import { resolved } from './resolved';
import { reviewRules } from './rules';
import { beneath, type Hit, type ReviewRule, type Severity, severities } from './rules/rule';

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
  const comparison = compare(resolved(before), resolved(after));
  const hits = reviewRules.map((rule) => [rule, rule.find(comparison)] as const);
  const open = unjudged(
    comparison,
    hits.flatMap(([, found]) => found),
  );
  const findings = [...hits, [unjudgedRule, open] as const].flatMap(([rule, found]) =>
    [...byWhat(found)].map(([what, at]): Finding => {
      const text = [environment, what, ...at].join('\n');
      const id = `${rule.id}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
      const accepted = acceptances.find((each) => each.id === id);
      return { id, rule, at, what, ...(accepted ? { accepted } : {}) };
    }),
  );
  const rank = ({ rule }: Finding): number => severities.indexOf(rule.severity);
  return { environment, ...comparison, findings: findings.sort((one, other) => rank(one) - rank(other)) };
}

/** What nothing else has spoken of. A caution: whoever writes a rule for it makes it something else. */
const unjudgedRule: ReviewRule = {
  id: 'unjudged',
  severity: 'caution',
  asks: 'unjudged',
  effect: 'No rule knows what this means. Read it, and write a rule where it will come again.',
  source: 'docs/adr/0028-change-review-by-templates.md',
  find: () => [],
};

/** Words for people, which AWS does nothing with. What is replaced because of them has rules of its own. */
const words = /(^|\.)(\w*Description|description|DisplayName|Sid|Comment)$/;

const isWords = ({ path, before, after }: Part): boolean =>
  words.test(path) && [before, after].every((value) => value === undefined || typeof value === 'string');

/** A word on metadata is none on the resource that comes or goes with it. */
const isMetadata = (of: readonly string[]): boolean => of.length > 0 && of.every((path) => path.startsWith('Metadata'));

/** Every part of every change that no finding speaks of and no rule has read. */
function unjudged({ changes }: Comparison, hits: readonly Hit[]): Hit[] {
  const byPlace = new Map<string, Hit[]>();
  for (const hit of hits) byPlace.set(hit.at, [...(byPlace.get(hit.at) ?? []), hit]);
  return changes.flatMap((change) => {
    const here = byPlace.get(place(change)) ?? [];
    const isJudged = (part: Part): boolean =>
      isWords(part) ||
      reviewRules.some(({ reads }) => reads?.(part, change)) ||
      here.some(({ of = [] }) => (part.path === '' && !isMetadata(of)) || of.some((path) => beneath(part.path, path)));
    const open = change.parts.filter((part) => !isJudged(part));
    return open.map((part) => ({ at: place(change), what: sentence(change, part) }));
  });
}

function sentence({ type, action }: Change, { path, before, after }: Part): string {
  if (path === '') return `${type} is ${action}`;
  return `${path.replace(/^Properties\./, '')}: ${short(before)} → ${short(after)}`;
}

/** Eleven log groups with the same new retention are one thing to decide. */
function byWhat(hits: readonly Hit[]): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const { at, what } of hits) places.set(what, [...new Set([...(places.get(what) ?? []), at])]);
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
