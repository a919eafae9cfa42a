import { type Environment, resourcesOf, short } from '../changes';
import type { ReviewRule } from './rule';

interface Acknowledged {
  readonly id: string;
  readonly reason: string;
}

/** As lib/compliance writes them beside their resources: rule and reason, with the first resource that bears them. */
const acknowledged = (environment: Environment): Map<string, { at: string } & Acknowledged> => {
  const all = new Map<string, { at: string } & Acknowledged>();
  for (const { at, stack, resource } of resourcesOf(environment)) {
    for (const each of (resource.Metadata?.cdk_nag?.rules_to_suppress ?? []) as Acknowledged[]) {
      const key = `${stack} ${each.id} ${resource.Type}`;
      if (!all.has(key)) all.set(key, { at, ...each });
    }
  }
  return all;
};

export const acknowledgmentRules: readonly ReviewRule[] = [
  {
    id: 'acknowledgment-added',
    severity: 'caution',
    effect:
      'A finding of the compliance packs is lived with instead of mended: is the reason true, and true next year?',
    source: 'docs/compliance.md',
    find: ({ before, after }) => {
      const known = acknowledged(before);
      return [...acknowledged(after)]
        .filter(([key]) => !known.has(key))
        .map(([, { at, id, reason }]) => ({ at, what: `${id}: ${short(reason)}` }));
    },
  },
];
