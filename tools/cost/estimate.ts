/** What an environment costs in a month for being there: items of its templates, by a list of prices. Pure. */
import { destinationAttribute } from '../../lib/contract/metrics';
import { customMetrics, dimensionValues, type Names } from '../../lib/observe/cost';
import { type Environment, type Resource, resourcesOf } from '../review/changes';
import type { Prices } from './prices';
import { addResource, notCounted, type Per } from './resources';

/** Something that costs for being there. Fleets, and metrics by service, have a least and a most. */
export interface Item {
  /** Key of the price: `ec2:m7g.large`. */
  readonly key: string;
  readonly per: Per;
  readonly least: number;
  readonly most: number;
}

/** An item with what it costs in a month; undefined where the price is unknown. */
export interface Cost extends Item {
  readonly usd?: { readonly least: number; readonly most: number };
}

/** As AWS's own calculator counts. */
const hoursInMonth = 730;

/** Pairs of crossing and service that a query of an alarm finds for one service. */
const directions = 3;

/** Metrics that the query of an alarm finds at most. */
function foundBy({ Type, Properties = {} }: Resource, { services, destinations }: Names): number {
  if (Type !== 'AWS::CloudWatch::Alarm') return 0;
  const asked = ((Properties.Metrics ?? []) as { Expression?: string }[]).filter(({ Expression }) =>
    Expression?.startsWith('SELECT'),
  );
  return asked.reduce(
    (sum, { Expression }) => sum + (Expression?.includes(destinationAttribute) ? destinations : services * directions),
    0,
  );
}

/**
 * What of an environment costs for being there, from its templates.
 *
 * @param names that calls have, at most: metrics and queries are counted by them. Undefined where none are counted
 * @throws Error that names types of resources that nobody has judged: free, paid by use, or priced
 */
export function items(environment: Environment, names?: Names): Item[] {
  const all = new Map<string, Item>();
  const add = (key: string, per: Per, least: number, most = least): void => {
    const known = all.get(key) ?? { key, per, least: 0, most: 0 };
    if (most > 0) all.set(key, { ...known, least: known.least + least, most: known.most + most });
  };
  const unknown = new Set<string>();
  let found = 0;
  for (const { stack, resource } of resourcesOf(environment)) {
    found += names ? foundBy(resource, names) : 0;
    if (!addResource(resource, environment[stack]?.resources ?? {}, add)) unknown.add(resource.Type);
  }
  if (unknown.size > 0) {
    throw new Error(
      `What do these cost? ${[...unknown].sort().join(', ')}: write them into tools/cost/resources.ts, as priced, paid by use, or free.`,
    );
  }
  const queries = all.get('alarm-query');
  if (queries && names) all.set('alarm-query', { ...queries, most: found });
  if (names) {
    const { services, destinations, operations } = names;
    const one = { services: 1, destinations: 1, operations: 1 };
    // And those beyond the budget, which are one.
    const most = { services: services + 1, destinations: destinations + 1, operations: operations + services + 1 };
    add('custom-metric', 'month', customMetrics(dimensionValues(one)), customMetrics(dimensionValues(most)));
  }
  return [...all.values()].sort((one, other) => one.key.localeCompare(other.key));
}

/** What they cost in a month. Pure: items and prices in, dollars out. */
export const estimate = (all: readonly Item[], prices: Prices): Cost[] =>
  all.map((item) => {
    const price = prices[item.key];
    if (!price) return item;
    if (price.per !== item.per)
      throw new Error(`prices.yaml › ${item.key}: write it per ${item.per}, not ${price.per}.`);
    const factor = price.usd * (price.per === 'hour' ? hoursInMonth : 1);
    return { ...item, usd: { least: item.least * factor, most: item.most * factor } };
  });

const dollars = (value: number): string => value.toFixed(2);
const range = (least: number, most: number, show: (value: number) => string = String): string =>
  least === most ? show(least) : `${show(least)} to ${show(most)}`;

/** The known part in one line, with how much of it is known. */
export function summary(costs: readonly Cost[]): string {
  const sum = (side: 'least' | 'most'): number => costs.reduce((total, { usd }) => total + (usd?.[side] ?? 0), 0);
  const unknown = costs.filter(({ usd }) => !usd).length;
  return `USD a month, known part: ${range(sum('least'), sum('most'), dollars)}; ${unknown} of ${costs.length} prices unknown`;
}

/** The table, with its sum, what is unknown and what is not counted. */
export function table(costs: readonly Cost[]): string {
  const rows = costs.map(({ key, per, least, most, usd }) => [
    key,
    `${range(least, most)} ${per === 'GiB-month' ? 'GiB' : ''}`.trim(),
    usd ? range(usd.least, usd.most, dollars) : 'unknown',
  ]);
  const [wide, middle] = [0, 1].map((at) => Math.max(...rows.map((row) => row[at]!.length))) as [number, number];
  return [
    ...rows.map(
      ([key, quantity, month]) => `${key!.padEnd(wide)}  ${quantity!.padStart(middle)}  ${month!.padStart(20)}`,
    ),
    '',
    summary(costs),
    `Not counted: ${notCounted.join('; ')}`,
  ].join('\n');
}
