/**
 * Would CloudFormation do this change? A model of its order, as a pure function over two assemblies: it makes and changes
 * resources first, in the order of their references, and deletes what is no longer needed at the end (CloudFormation user guide,
 * "Update behaviors of stack resources": a replacement is created before the old one is deleted). So whatever a service has one
 * of must be free before, not after. What it cannot see: quotas but those it names, states of resources, permissions.
 */
import { isDeepStrictEqual } from 'node:util';
import { areBlocks, blocksOverlap } from '../blocks';
import {
  at,
  changes,
  type Difference,
  difference,
  factsOf,
  isCustom,
  type Resource,
  references,
  type Stacks,
} from './state';
import { type UniqueKey, uniqueKeys } from './unique';

/** A change that CloudFormation would refuse, in the middle of an update. */
export interface Refusal {
  /** Of `orderRules`. */
  readonly rule: keyof typeof orderRules;
  readonly stack: string;
  /** Logical id. */
  readonly id: string;
  readonly type: string;
  /** One sentence: what is refused, because of what. */
  readonly what: string;
  /** Where it is written that it is. */
  readonly source: string;
}

/** What is looked for, and how to get there all the same. */
export const orderRules = {
  'unique-key': 'In two deployments: take the first away, then make the second. Or give the new one another key.',
  'two-changes': 'In two deployments: one property each.',
  'export-in-use':
    'Deploy or remove the stack that imports it first; or keep the export (Stack.exportValue) until it does not.',
  'acl-entries': 'In two deployments: take entries away, then add others. Or ask for a higher quota.',
  'retained-name': 'Delete or import what stayed, then deploy: its name is taken.',
} as const;

/** Properties that one call refuses together. */
const exclusive: readonly { type: string; properties: readonly [string, string]; source: string }[] = [
  {
    type: 'AWS::EC2::PrefixList',
    properties: ['MaxEntries', 'Entries'],
    source: 'EC2 API Reference, ModifyManagedPrefixList: "You cannot modify the entries and the size in one request"',
  },
];

/** Entries of a network ACL in one direction, unless the quota was raised (Amazon VPC quotas). */
const aclEntries = 20;

/**
 * What CloudFormation would refuse on the way from one state of an environment to another. The way back, by a deployment of the
 * former commit or by a roll-back, is the same question asked the other way round: `order(after, before)`.
 *
 * @param before stacks of an environment as they are deployed: id → template
 * @param after as they are to be
 * @throws UnknownType for a resource type of which the judge has no facts: that is no pass
 */
export function order(before: Stacks, after: Stacks): Refusal[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  // What is the same object has no difference that would have to be looked for.
  const stacks = names.filter((stack) => before[stack] !== after[stack]);
  const differences = new Map(stacks.map((stack) => [stack, differenceOf(stack, before, after)]));
  return [...differences].flatMap(([stack, each]) => [
    ...takenKeys(stack, each),
    ...twoChanges(stack, each),
    ...tooManyEntries(stack, each),
    ...exportsInUse(stack, each, before, after),
  ]);
}

/** A stack that is no longer in the app stays as it is: `cdk deploy` removes none. */
const differenceOf = (stack: string, before: Stacks, after: Stacks): Difference =>
  difference(before[stack], after[stack] ?? before[stack]);

/** `Ref` of something that is another one afterwards is another value. */
function written(value: unknown, { other }: Difference, state: 'before' | 'after'): string {
  const text = JSON.stringify(value) ?? '';
  return state === 'after' && references(value).some((each) => other.has(each)) ? `${text} (new)` : text;
}

/** The keys that a resource holds. One whose properties are not all there holds none. */
function keysOf(unique: UniqueKey, { Properties }: Resource, each: Difference, state: 'before' | 'after'): string[] {
  const parts = unique.properties.map((path) => at(Properties, path));
  const optional = unique.properties.length > 3; // rules of security groups name one source of several
  if (!optional && parts.some((part) => part === undefined)) return [];
  const own = parts.map((part) => written(part, each, state));
  if (!unique.each) return [own.join(' ')];
  const { list, property } = unique.each;
  const items = at(Properties, list);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item) => {
    const value = at(item as Record<string, unknown>, property);
    return value === undefined ? [] : [[...own, written(value, each, state)].join(' ')];
  });
}

function takenKeys(stack: string, each: Difference): Refusal[] {
  const { before, after, replaced } = each;
  const typed = (resources: Readonly<Record<string, Resource>>, type: string) =>
    Object.entries(resources).filter(([, { Type }]) => Type === type);
  const keys = [...uniqueKeys, ...identifiers(each)].flatMap((unique): Refusal[] => {
    const held = new Map(
      typed(before, unique.type).flatMap(([id, resource]) =>
        keysOf(unique, resource, each, 'before').map((key) => [key, id] as const),
      ),
    );
    return typed(after, unique.type).flatMap(([id, resource]) =>
      keysOf(unique, resource, each, 'after').flatMap((key): Refusal[] => {
        const holder = held.get(key);
        // Nobody has it, or it has it itself and stays what it is.
        if (holder === undefined || (holder === id && !replaced.has(id))) return [];
        const why =
          holder === id
            ? 'it is replaced, and the old one still has'
            : `${before[id] && !replaced.has(id) ? 'it is changed' : 'it is made'} while ${holder} still has`;
        return [
          {
            rule: 'unique-key',
            stack,
            id,
            type: unique.type,
            what: `${why} the same ${[...unique.properties, unique.each?.property ?? []].flat().join(', ')} (${unique.error})`,
            source: unique.source,
          },
        ];
      }),
    );
  });
  return [
    ...new Map([...keys, ...overlappingSubnets(stack, each)].map((one) => [`${one.id} ${one.rule}`, one])).values(),
  ];
}

/** What a service knows a resource by, where the template says all of it: the registry's own list of keys. */
function identifiers({ before, after }: Difference): UniqueKey[] {
  const known = new Set(uniqueKeys.map(({ type }) => type));
  const types = new Set([...Object.values(before), ...Object.values(after)].map(({ Type }) => Type));
  return [...types]
    .filter((type) => !known.has(type) && !isCustom(type))
    .flatMap((type) => {
      const { identifier = [] } = factsOf(type);
      return identifier.length === 0
        ? []
        : [
            {
              type,
              properties: identifier,
              error: 'AlreadyExists',
              source: `CloudFormation registry: primaryIdentifier of ${type}`,
            },
          ];
    });
}

function overlappingSubnets(stack: string, { before, after, replaced }: Difference): Refusal[] {
  const type = 'AWS::EC2::Subnet';
  const subnets = (resources: Readonly<Record<string, Resource>>) =>
    Object.entries(resources).filter(([, { Type }]) => Type === type);
  return subnets(after).flatMap(([id, { Properties }]) => {
    if (before[id] && !replaced.has(id)) return [];
    if (references(Properties?.VpcId).some((vpc) => replaced.has(vpc))) return []; // in a VPC of its own
    const holder = subnets(before).find(
      ([, old]) =>
        areBlocks(old.Properties?.CidrBlock, Properties?.CidrBlock) &&
        blocksOverlap(String(old.Properties?.CidrBlock), String(Properties?.CidrBlock)),
    );
    return holder
      ? [
          {
            rule: 'unique-key' as const,
            stack,
            id,
            type,
            what: `it is made while ${holder[0]} still has addresses of ${String(Properties?.CidrBlock)} (InvalidSubnet.Conflict)`,
            source: 'EC2 API Reference, CreateSubnet',
          },
        ]
      : [];
  });
}

const twoChanges = (stack: string, each: Difference): Refusal[] =>
  exclusive.flatMap(({ type, properties, source }) =>
    Object.entries(each.after)
      .filter(([id, { Type }]) => Type === type && each.before[id]?.Type === type && !each.replaced.has(id))
      .filter(([id]) => properties.every((path) => changes(each, id, path)))
      .map(([id]) => ({
        rule: 'two-changes' as const,
        stack,
        id,
        type,
        what: `${properties.join(' and ')} change in one request`,
        source,
      })),
  );

/** While entries come before others go, an ACL holds both. */
function tooManyEntries(stack: string, { before, after }: Difference): Refusal[] {
  const type = 'AWS::EC2::NetworkAclEntry';
  const counts = new Map<string, Set<string>>();
  for (const resources of [before, after]) {
    for (const [id, { Type, Properties }] of Object.entries(resources)) {
      if (Type !== type) continue;
      const list = JSON.stringify([Properties?.NetworkAclId, Properties?.Egress ?? false]);
      counts.set(list, (counts.get(list) ?? new Set()).add(id));
    }
  }
  return [...counts].flatMap(([list, ids]) => {
    const added = [...ids].find((id) => !before[id]);
    if (ids.size <= aclEntries || added === undefined) return [];
    return [
      {
        rule: 'acl-entries' as const,
        stack,
        id: added,
        type,
        what: `with those that go, ${list.includes('true') ? 'egress' : 'ingress'} has ${ids.size} entries for a while, and AWS takes ${aclEntries} (NetworkAclEntryLimitExceeded)`,
        source: 'Amazon VPC user guide, quotas of network ACLs',
      },
    ];
  });
}

/** Exports of a stack, by name as it is written. */
const exportsOf = (stacks: Stacks, stack: string): Map<string, unknown> =>
  new Map(
    Object.values(stacks[stack]?.Outputs ?? {}).flatMap(({ Value, Export }) =>
      Export ? [[JSON.stringify(Export.Name), Value] as const] : [],
    ),
  );

/** Producers are deployed before whoever imports from them: what is in use can neither go nor change. */
function exportsInUse(stack: string, each: Difference, before: Stacks, after: Stacks): Refusal[] {
  if (!after[stack]) return [];
  const kept = exportsOf(after, stack);
  return [...exportsOf(before, stack)].flatMap(([name, value]): Refusal[] => {
    const now = kept.get(name);
    const changed = !isDeepStrictEqual(now, value) || references(now).some((id) => each.other.has(id));
    if (kept.has(name) && !changed) return [];
    // Asked last: it reads every template.
    const users = Object.keys(before).filter(
      (other) => other !== stack && JSON.stringify(before[other]).includes(`"Fn::ImportValue":${name}`),
    );
    if (users.length === 0) return [];
    return [
      {
        rule: 'export-in-use',
        stack,
        id: references(value)[0] ?? name,
        type: 'AWS::CloudFormation::Stack',
        what: `its export ${name} ${kept.has(name) ? 'changes' : 'goes'} while ${users.join(', ')} imports it`,
        source:
          'CloudFormation user guide, exported outputs: an export that another stack imports can be neither deleted nor changed',
      },
    ];
  });
}

/** A change of an environment, there and back again. */
export interface BothWays {
  readonly there: readonly Refusal[];
  readonly back: readonly Refusal[];
}

/** {@link order} in both directions; on the way back, what was retained meanwhile still has its name. */
export function orderBothWays(before: Stacks, after: Stacks): BothWays {
  const kept = Object.entries(before).flatMap(([stack, template]) => {
    const each = differenceOf(stack, { [stack]: template }, after[stack] ? { [stack]: after[stack] } : {});
    return Object.entries(each.before)
      .filter(([id, { DeletionPolicy }]) => !each.after[id] && DeletionPolicy?.startsWith('Retain'))
      .flatMap(([id, resource]) => {
        const unique = uniqueKeys.find(({ type, properties }) => type === resource.Type && properties.length === 1);
        const name = unique ? at(resource.Properties, unique.properties[0] ?? '') : undefined;
        // A name that bears the stack's own id is the same again, too: the stack stays.
        if (!unique || name === undefined) return [];
        return [
          {
            rule: 'retained-name' as const,
            stack,
            id,
            type: resource.Type,
            what: `it is kept when it goes (${resource.DeletionPolicy}), and has its name when it comes again: ${JSON.stringify(name)}`,
            source: unique.source,
          },
        ];
      });
  });
  return { there: order(before, after), back: [...order(after, before), ...kept] };
}
