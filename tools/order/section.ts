/** What the judge of order says of a change, as a section of a review's page. */
import { type BothWays, orderBothWays, orderRules, type Refusal } from '../../judges/order/order';
import { type Stacks, type Template, UnknownType } from '../../judges/order/state';

/** A stack as a review reads it. */
interface ReadStack {
  readonly template: Readonly<Record<string, unknown>>;
  readonly place?: string;
}

const stacksOf = (environment: Readonly<Record<string, ReadStack>>): Stacks =>
  Object.fromEntries(
    Object.entries(environment).map(([stack, { template, place }]) => [stack, { ...template, place } as Template]),
  );

const row = ({ rule, stack, id, what, source }: Refusal): string =>
  `- \`${stack}/${id}\`: ${what}. ${orderRules[rule]} (${source})`;

/** A section of a page, and whether CloudFormation would refuse the change on the way there. */
export interface OrderSection {
  /** Markdown; empty where nothing is refused. */
  readonly text: string;
  readonly refused: boolean;
}

/** Judges one environment of a change. A type without facts is said, and is no pass. */
export function orderSection(
  before: Readonly<Record<string, ReadStack>> = {},
  after: Readonly<Record<string, ReadStack>> = {},
): OrderSection {
  let both: BothWays;
  try {
    both = orderBothWays(stacksOf(before), stacksOf(after));
  } catch (error) {
    if (!(error instanceof UnknownType)) throw error;
    return { text: `\n## Order\n\nNot judged: ${error.message}\n`, refused: true };
  }
  const part = (title: string, refusals: readonly Refusal[]): string =>
    refusals.length > 0 ? `\n${title}\n\n${refusals.map(row).join('\n')}\n` : '';
  const parts = [
    part('CloudFormation would refuse this change:', both.there),
    part('It would not go back by a deployment of the former commit:', both.back),
  ].join('');
  return { text: parts ? `\n## Order\n${parts}` : '', refused: both.there.length > 0 };
}
