/** Two states of a stack, and what CloudFormation makes of the difference: what is created, replaced, changed, deleted. */
import { isDeepStrictEqual } from 'node:util';
import { remembered } from '../remembered';
import facts from './facts.json';

/** A resource as it stands in a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** A template, as the assembly has it. */
export interface Template {
  /** Account and region of its stack: `333333333333/ap-east-1`. */
  readonly place?: string;
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
}

/** The stacks of an environment by id: `Network`, `Store`… */
export type Stacks = Readonly<Record<string, Template>>;

interface Facts {
  /** Properties that no call changes: another value is another resource. */
  readonly createOnly?: readonly string[];
  /** The same, under conditions that the schema does not tell. */
  readonly maybe?: readonly string[];
  /** What the service knows it by. */
  readonly identifier?: readonly string[];
}

/** A resource type of which `facts.json` holds nothing. */
export class UnknownType extends Error {}

/** A type of a function of ours, or of CDK's: it takes any property, and its physical id is up to the function. */
export const isCustom = (type: string): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';

/** @throws UnknownType */
export function factsOf(type: string): Facts {
  if (isCustom(type)) return { createOnly: ['ServiceToken'] };
  const found = (facts as Record<string, Facts>)[type];
  if (!found) throw new UnknownType(`judges/order knows nothing of ${type}: npm run order:facts`);
  return found;
}

/** A value at a path such as `VPCOptions/SubnetIds`; `undefined` where there is none. */
export const at = (properties: Readonly<Record<string, unknown>> | undefined, path: string): unknown =>
  path
    .split('/')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      properties,
    );

/** Logical ids of the same stack that a value refers to. */
export const references = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? referencesOf(value) : referencesIn(value);

/** The same properties are asked again and again until nothing more is replaced. */
const referencesOf = remembered(referencesIn);

function referencesIn(value: unknown): string[] {
  const text = JSON.stringify(value) ?? '';
  return [
    ...[...text.matchAll(/"Ref":"([^":]+)"/g)].map(([, id]) => id ?? ''),
    ...[...text.matchAll(/"Fn::GetAtt":\["([^"]+)"/g)].map(([, id]) => id ?? ''),
    ...[...text.matchAll(/\$\{(\w+)[.}]/g)].map(([, id]) => id ?? ''),
  ];
}

/** A difference of one stack. */
export interface Difference {
  readonly before: Readonly<Record<string, Resource>>;
  readonly after: Readonly<Record<string, Resource>>;
  /** Other physical resources than before, the new ones made while the old ones are still there. */
  readonly replaced: ReadonlySet<string>;
  /** Those whose physical id or attributes are others than before: replaced, or a function that was asked anew about such. */
  readonly other: ReadonlySet<string>;
}

/** The resources of a template that CloudFormation makes. */
const resourcesOf = (template: Template | undefined): Record<string, Resource> =>
  Object.fromEntries(Object.entries(template?.Resources ?? {}).filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata'));

/** Works out what is replaced, and what is replaced because it names what is. @throws UnknownType */
export function difference(from: Template | undefined, to: Template | undefined): Difference {
  const [before, after] = [resourcesOf(from), resourcesOf(to)];
  const replaced = new Set<string>();
  const other = new Set<string>();
  for (let size = -1; size !== replaced.size + other.size; ) {
    size = replaced.size + other.size;
    for (const [id, { Type, Properties }] of Object.entries(after)) {
      const old = before[id];
      if (!old || replaced.has(id)) continue;
      const differs = (path: string): boolean => {
        const value = at(Properties, path);
        return !isDeepStrictEqual(at(old.Properties, path), value) || references(value).some((each) => other.has(each));
      };
      if (Type !== old.Type || (factsOf(Type).createOnly ?? []).some(differs)) {
        replaced.add(id);
        other.add(id);
      } else if (isCustom(Type) && references(Properties).some((each) => other.has(each))) {
        other.add(id);
      }
    }
  }
  return { before, after, replaced, other };
}

/** Whether a property differs between the two states of a resource that stays. */
export const changes = ({ before, after }: Difference, id: string, path: string): boolean =>
  !isDeepStrictEqual(at(before[id]?.Properties, path), at(after[id]?.Properties, path));
