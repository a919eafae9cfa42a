import { type Environment, resourcesOf, short } from '../changes';
import { understandsMetadata } from '../shapes';
import { both, type ReviewRule } from './rule';

interface Acknowledged {
  readonly id: string;
  readonly reason: string;
}

/** As lib/compliance writes them beside every resource that they cover, by place and rule: another wording is no other. */
const acknowledged = (environment: Environment): Map<string, { at: string } & Acknowledged> =>
  new Map(
    resourcesOf(environment).flatMap(({ at, resource }) =>
      ((resource.Metadata?.cdk_nag?.rules_to_suppress ?? []) as Acknowledged[]).map(
        (each) => [`${at} ${each.id}`, { at, ...each }] as const,
      ),
    ),
  );

/** Where they stand in a template. */
const suppressed = 'Metadata.cdk_nag';

export const acknowledgmentRules: readonly ReviewRule[] = [
  {
    id: 'acknowledgment-added',
    severity: 'caution',
    asks: 'judge',
    effect: 'A finding of the compliance packs is accepted instead of fixed: is the reason true, and true next year?',
    source: 'docs/compliance.md',
    find: ({ before, after }) => {
      const known = acknowledged(before);
      return [...acknowledged(after)]
        .filter(([key]) => !known.has(key))
        .map(([, { at, id, reason }]) => ({ at, what: `${id}: ${short(reason)}`, of: [suppressed] }));
    },
  },
  {
    id: 'acknowledgment-gone',
    severity: 'note',
    asks: 'judge',
    effect: 'A finding is no longer accepted: it was fixed, or its resource is gone. Synth fails where it was not.',
    source: 'docs/compliance.md',
    find: ({ before, after }) => {
      const kept = acknowledged(after);
      return [...acknowledged(before)]
        .filter(([key]) => !kept.has(key))
        .map(([, { at, id }]) => ({ at, what: `${id} is no longer acknowledged`, of: [suppressed] }));
    },
    // Another wording of a reason is words; what is acknowledged the two rules compare both ways.
    reads: ({ path }, change) =>
      both(change, understandsMetadata) &&
      /^Metadata(\.cdk_nag(\.rules_to_suppress(\.[^.]+(\[[^\]]*\])?)?(\.(reason|id))?)?)?$/.test(path),
  },
];
