/** What a service keeps one of: held by what goes later, by another resource of the template, or by another stack. */
import { areBlocks, blocksOverlap } from '../blocks';
import type { Refusal } from './refusal';
import { at, type Difference, factsOf, isCustom, type Resource, references, type Stacks, type Template } from './state';
import { type UniqueKey, uniqueKeys } from './unique';

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

/** @param why it is refused, up to what has the same key */
const taken = (stack: string, id: string, unique: UniqueKey, why: string, so = ''): Refusal => ({
  rule: 'unique-key',
  stack,
  id,
  type: unique.type,
  what: `${why} the same ${[...unique.properties, unique.each?.property ?? []].flat().join(', ')}${so} (${unique.error})`,
  source: unique.source,
});

/** Keys that something else has: what goes only later, or what stands in the same template. */
export function takenKeys(stack: string, each: Difference): Refusal[] {
  const { before, after, replaced } = each;
  const typed = (resources: Readonly<Record<string, Resource>>, type: string) =>
    Object.entries(resources).filter(([, { Type }]) => Type === type);
  const keys = [...uniqueKeys, ...identifiers(each)].flatMap((unique): Refusal[] => {
    const held = new Map<string, string[]>();
    for (const [id, resource] of typed(before, unique.type)) {
      for (const key of keysOf(unique, resource, each, 'before')) held.set(key, [...(held.get(key) ?? []), id]);
    }
    const made = new Map<string, string>();
    return typed(after, unique.type).flatMap(([id, resource]) =>
      keysOf(unique, resource, each, 'after').flatMap((key): Refusal[] => {
        const holders = held.get(key) ?? [];
        const twin = made.get(key);
        made.set(key, id);
        const refused = (why: string): Refusal[] => [taken(stack, id, unique, why)];
        // Two of a template, of which one at least is new: where both stand deployed, the service has taken them.
        if (twin !== undefined && !(before[id] && before[twin])) return refused(`it is made, and ${twin} has`);
        // Nobody has it, or it has it itself and stays what it is.
        if (holders.length === 0 || (holders.includes(id) && !replaced.has(id))) return [];
        return refused(
          holders.includes(id)
            ? 'it is replaced, and the old one still has'
            : `${before[id] && !replaced.has(id) ? 'it is changed' : 'it is made'} while ${holders[0]} still has`,
        );
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

/** Whatever refers to something else of its stack is no name that another stack could have. */
const isLiteral = (key: string): boolean => !/"(Ref|Fn::[\w:]+)":/.test(key);

/** Of an environment: its account and region where they are told, otherwise its stage. */
const placeOf = (id: string, { place }: Template): string => place ?? id.split('/').slice(0, -1).join('/');

const exportNames = ({ Outputs = {} }: Template): string[] =>
  Object.values(Outputs).flatMap(({ Export }) => (Export ? [JSON.stringify(Export.Name)] : []));

/** Whether a stack imports of another, or of one that does: then it is deployed after it. */
function follows(stack: string, other: string, stacks: Stacks, seen: ReadonlySet<string> = new Set()): boolean {
  const text = JSON.stringify(stacks[stack] ?? {});
  return Object.entries(stacks).some(
    ([id, template]) =>
      id !== stack &&
      !seen.has(id) &&
      exportNames(template).some((name) => text.includes(`"Fn::ImportValue":${name}`)) &&
      (id === other || follows(id, other, stacks, new Set([...seen, stack]))),
  );
}

/**
 * Names that a resource gets while another stack of the same account and region has them: because it keeps them, because it is
 * deployed later, or because it is no longer in the app and stays as it is.
 */
export function namesElsewhere(stack: string, each: Difference, before: Stacks, after: Stacks): Refusal[] {
  const own = after[stack];
  if (!own) return [];
  const place = placeOf(stack, own);
  const names = (template: Template | undefined): { key: string; unique: UniqueKey; id: string }[] =>
    Object.entries(template?.Resources ?? {}).flatMap(([id, resource]) =>
      uniqueKeys
        .filter(({ type }) => type === resource.Type)
        .flatMap((unique) =>
          keysOf(unique, resource, each, 'before')
            .filter(isLiteral)
            .map((key) => ({ key: `${unique.type} ${key}`, unique, id })),
        ),
    );
  const had = new Set(names(before[stack]).map(({ key }) => key));
  const wanted = names(own).filter(({ key }) => !had.has(key));
  if (wanted.length === 0) return [];
  const others = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((other) => {
    const template = after[other] ?? before[other];
    return other !== stack && template !== undefined && placeOf(other, template) === place;
  });
  return others.flatMap((other): Refusal[] => {
    const [was, is] = [names(before[other]), names(after[other] ?? before[other])];
    return wanted.flatMap(({ key, unique, id }): Refusal[] => {
      const keeps = is.find((each) => each.key === key);
      const gives = was.find((each) => each.key === key);
      const retained =
        gives && before[other]?.Resources?.[gives.id]?.DeletionPolicy?.startsWith('Retain') ? ', which keeps it' : '';
      if (!keeps && !(gives && (retained || !follows(stack, other, after)))) return [];
      return [taken(stack, id, unique, `it is made while ${other}/${(keeps ?? gives)?.id} has`, retained)];
    });
  });
}
