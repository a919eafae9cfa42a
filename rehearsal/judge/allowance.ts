/** What a scenario may cost, and what alarms must make of it: said by the scenario, read by the judge. */
import type { Allowance, Cost } from './evidence';
import { count } from './report';

const none: Cost = { atMost: 0, because: '' };
export const nothing: Allowance = { notCounted: none, countedTwice: none, tracesHarmed: none, rows: [] };

/** What is expected, or what a scenario admits instead, with its reason. */
export function permitted(usual: string, ...costs: readonly (readonly [Cost, string])[]): string {
  const admitted = costs.filter(([{ atMost }]) => atMost > 0);
  if (admitted.length === 0) return usual;
  return admitted
    .map(([{ atMost, because }, what]) => `at most ${count(atMost)}${what ? ` ${what}` : ''}: ${because}`)
    .join('; ');
}
