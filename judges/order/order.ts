/**
 * Would CloudFormation do this change? A model of its order, as a pure function over two assemblies: it makes and changes
 * resources first, in the order of their references, and deletes what is no longer needed at the end (CloudFormation user guide,
 * "Update behaviors of stack resources": a replacement is created before the old one is deleted). So whatever a service has one
 * of must be free before, not after. What it cannot see: quotas but those it names, states of resources, permissions.
 */
import { isDeepStrictEqual } from 'node:util';
import { namesElsewhere, takenKeys } from './keys';
import { type Refusal, refusedAlways } from './refusal';
import { at, changes, type Difference, difference, references, type Stacks } from './state';
import { uniqueKeys } from './unique';

export { orderRules, type Refusal } from './refusal';

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
    ...namesElsewhere(stack, each, before, after),
    ...refusedAlways(stack, each),
    ...twoChanges(stack, each),
    ...tooManyEntries(stack, each),
    ...exportsInUse(stack, each, before, after),
  ]);
}

/** A stack that is no longer in the app stays as it is: `cdk deploy` removes none. */
const differenceOf = (stack: string, before: Stacks, after: Stacks): Difference =>
  difference(before[stack], after[stack] ?? before[stack]);

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
