import { order, orderBothWays, orderRules, type Refusal } from '../../../judges/order/order';
import { type Stacks, type Template, UnknownType } from '../../../judges/order/state';
import { type Comparison, type Environment, remembered } from '../changes';
import type { Hit, ReviewRule } from './rule';

const templateOf = remembered(
  ({ resources, template, place }: Environment[string]): Template => ({
    ...template,
    Resources: resources,
    ...(place === undefined ? {} : { place }),
  }),
);

const stacksOf = (environment: Environment): Stacks =>
  Object.fromEntries(
    Object.entries(environment)
      .filter(([, { template }]) => 'Resources' in template)
      .map(([stack, each]) => [stack, templateOf(each)]),
  );

interface Answer {
  readonly there: readonly Refusal[];
  readonly back: readonly Refusal[];
  /** Types that the judge has no facts of: it said nothing. */
  readonly unknown?: string;
}

const nothing: Answer = { there: [], back: [] };

const stacks = remembered(stacksOf);

/** Asked once for each change, by three rules. */
const ask = remembered(({ before, after, changes }: Comparison): Answer => {
  const [from, to] = [stacks(before), stacks(after)];
  if (changes.length === 0 || Object.keys(to).length === 0) return nothing;
  try {
    // From a first deployment there is no way back but to take it down.
    return Object.keys(from).length === 0 ? { ...nothing, there: order(from, to) } : orderBothWays(from, to);
  } catch (error) {
    if (!(error instanceof UnknownType)) throw error;
    return { ...nothing, unknown: error.message };
  }
});

const hits = (refusals: readonly Refusal[]): Hit[] =>
  refusals.map(({ stack, id, rule, what }) => ({ at: `${stack}/${id}`, what: `${what}. ${orderRules[rule]}` }));

export const orderReviewRules: readonly ReviewRule[] = [
  {
    id: 'order-refused',
    severity: 'danger',
    asks: 'works',
    effect: 'CloudFormation refuses this in the middle of the update, which then rolls back: it takes two deployments.',
    source: 'judges/order/order.ts',
    find: (comparison) => hits(ask(comparison).there),
  },
  {
    id: 'order-no-way-back',
    severity: 'caution',
    asks: 'works',
    effect: 'It can be deployed, and the way back is refused: a roll-back to the former commit fails in the middle.',
    source: 'judges/order/order.ts',
    // What is refused there already need not be said twice.
    find: (comparison) => {
      const refused = new Set(hits(ask(comparison).there).map(({ at, what }) => `${at} ${what}`));
      return hits(ask(comparison).back).filter(({ at, what }) => !refused.has(`${at} ${what}`));
    },
  },
  {
    id: 'order-unknown',
    severity: 'caution',
    asks: 'unjudged',
    effect:
      'The judge of the order of updates has no facts of a resource type: whether CloudFormation does this nobody has said.',
    source: 'judges/order/state.ts',
    find: (comparison) => {
      const { unknown } = ask(comparison);
      return unknown ? [{ at: 'order', what: unknown }] : [];
    },
  },
];
