import { fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import type { Environment, Resource, SynthesisedStack } from '../../judges/assembly/environments';
import { remembered } from '../../judges/remembered';
import { canonical, type Json, type Part, parts } from './canonical';

export { type Environment, type Resource, resourcesOf } from '../../judges/assembly/environments';
export { remembered } from '../../judges/remembered';

type Action = 'replaced' | 'may be replaced' | 'removed' | 'left behind' | 'added' | 'changed';

interface PropertyChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** One resource that differs. */
export interface Change {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  readonly action: Action;
  readonly before?: Resource;
  readonly after?: Resource;
  readonly properties: readonly PropertyChange[];
  /** What differs, in its smallest parts: `Properties.RetentionInDays`, `DeletionPolicy`, `Metadata.cdk_nag`. One, without a path, where the whole comes or goes. */
  readonly parts: readonly Part[];
}

/** Two states of one environment, and what lies between them: all that a rule may look at. */
export interface Comparison {
  readonly before: Environment;
  readonly after: Environment;
  readonly changes: readonly Change[];
}

/** Says what differs, resource by resource. Versions of CDK, paths of assets and the order of sets are no difference. */
export function compare(before: Environment, after: Environment): Comparison {
  const stacks = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return { before, after, changes: stacks.flatMap((stack) => changesOf(stack, before[stack], after[stack])) };
}

const actions: Partial<Record<ResourceImpact, Action>> = {
  [ResourceImpact.WILL_REPLACE]: 'replaced',
  [ResourceImpact.MAY_REPLACE]: 'may be replaced',
  [ResourceImpact.WILL_DESTROY]: 'removed',
  [ResourceImpact.WILL_ORPHAN]: 'left behind',
  [ResourceImpact.WILL_CREATE]: 'added',
};

function changesOf(stack: string, before?: SynthesisedStack, after?: SynthesisedStack): Change[] {
  if (before === after) return [];
  const [old, now] = [judged(before), judged(after)];
  if (before && after && isSame(old, now)) return [];
  const ids = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  const differences = new Map(
    ids.map((id) => {
      const [from, to] = [old[id], now[id]];
      return [id, from === to ? [] : parts(from && whole(from, before?.assets), to && whole(to, after?.assets))];
    }),
  );
  const differs = ids.filter((id) => (differences.get(id) ?? []).length > 0);
  const impacts = impactsOf(before, after, new Set(differs));
  return ids.flatMap((id): Change[] => {
    const [from, to] = [old[id], now[id]];
    const difference = impacts.get(id);
    const differing = differences.get(id) ?? [];
    // What points at something that is replaced changes with it, though nothing of it is written otherwise.
    const action = difference && actions[difference.changeImpact];
    if (differing.length === 0 && !action?.includes('replaced')) return [];
    // Another type is another thing: what was there goes, and is judged as what goes is.
    if (from && to && from.Type !== to.Type) {
      const of = { stack, id, properties: [] };
      const kept = `${from.DeletionPolicy ?? ''}`.startsWith('Retain');
      return [
        {
          ...of,
          type: from.Type,
          action: kept ? 'left behind' : 'removed',
          before: from,
          parts: parts(whole(from, before?.assets), undefined),
        },
        { ...of, type: to.Type, action: 'added', after: to, parts: parts(undefined, whole(to, after?.assets)) },
      ];
    }
    return [
      {
        stack,
        id,
        type: to?.Type ?? from?.Type ?? 'unknown',
        action: action ?? (from ? (to ? 'changed' : 'removed') : 'added'),
        ...(from ? { before: from } : {}),
        ...(to ? { after: to } : {}),
        properties: from && to ? propertiesOf(from, to, differing) : [],
        parts: differing,
      },
    ];
  });
}

type Impacts = ReadonlyMap<string, { readonly changeImpact: ResourceImpact }>;

const replaces = new Set([ResourceImpact.WILL_REPLACE, ResourceImpact.MAY_REPLACE]);

/** What CloudFormation does with each resource. Those that stay are asked about only where one is replaced, which may take them along. */
function impactsOf(
  before: SynthesisedStack | undefined,
  after: SynthesisedStack | undefined,
  differing: ReadonlySet<string>,
): Impacts {
  const ask = (wanted: (id: string) => boolean): Impacts =>
    new Map(Object.entries(fullDiff(bare(before, wanted), bare(after, wanted)).resources.changes));
  try {
    const few = ask((id) => differing.has(id));
    return [...few.values()].some(({ changeImpact }) => replaces.has(changeImpact)) ? ask(() => true) : few;
  } catch {
    // It reads policies, and throws at one that is none: nobody knows what becomes of its resource.
    return new Map([...differing].flatMap((id) => [...attempt(() => ask((each) => each === id), id)]));
  }
}

function attempt(ask: () => Impacts, id: string): Impacts {
  try {
    return ask();
  } catch {
    return new Map([[id, { changeImpact: ResourceImpact.MAY_REPLACE }]]);
  }
}

/** Two templates of the same text have the same resources; a third of all time goes into finding out otherwise. */
const isSame = (one: Record<string, Resource>, other: Record<string, Resource>): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const known = new WeakMap<Resource, Json>();

/** A resource as it is compared. A base is compared with many changes by tests, so what was made once is kept. */
function whole(resource: Resource, assets?: ReadonlyMap<string, string>): Json {
  const made = known.get(resource) ?? canonical(plain(resource), assets);
  known.set(resource, made);
  return made;
}

/** The properties, policies and metadata in which anything differs, whole. */
function propertiesOf(before: Resource, after: Resource, differing: readonly Part[]): PropertyChange[] {
  const names = new Set(differing.map(({ path }) => (/^(?:Properties\.)?[^.[]+/.exec(path) ?? [''])[0]));
  return [...names].map((path) => {
    const name = path.replace('Properties.', '');
    const read = (resource: Resource): unknown =>
      path.startsWith('Properties.') ? resource.Properties?.[name] : resource[name as keyof Resource];
    return { name, before: read(before), after: read(after) };
  });
}

/** Sections of a template that are resources to a reviewer: `Output Name`. What is said of the whole stack is one more. */
const sections = ['Outputs', 'Parameters', 'Mappings', 'Conditions', 'Rules', 'Transform', 'Metadata', 'Hooks'];

/** All that is compared: resources, and the rest of the template in the shape of resources. */
function judged(stack: SynthesisedStack | undefined): Record<string, Resource> {
  if (!stack) return {};
  const { resources, template, terminationProtection, place = '', tags = {} } = stack;
  const others = sections.flatMap((section) => {
    const content = template[section];
    if (typeof content !== 'object' || content === null) {
      return content === undefined ? [] : [[section, { Type: `Template::${section}`, Properties: { Value: content } }]];
    }
    return Object.entries(content).map(([name, value]) => [
      `${section.replace(/s$/, '')} ${name}`,
      { Type: `Template::${section}`, Properties: typeof value === 'object' ? value : { Value: value } },
    ]);
  });
  return {
    ...Object.fromEntries(Object.entries(resources).filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata')),
    ...Object.fromEntries(others),
    '(stack)': { Type: 'Template::Stack', Properties: { terminationProtection, place, tags } },
  };
}

/** Where constructs come from and where assets lay on somebody's disk is nothing that is deployed. */
function plain({ Metadata, ...resource }: Resource): unknown {
  const kept = Object.entries(Metadata ?? {}).filter(([key]) => !/^aws:(cdk:path|asset:)/.test(key));
  return kept.length > 0 ? { ...resource, Metadata: Object.fromEntries(kept) } : resource;
}

/** What cloudformation-diff judges: the resources without metadata. */
function bare(
  stack: SynthesisedStack | undefined,
  wanted: (id: string) => boolean,
): { Resources: Record<string, Resource> } {
  const kept = Object.entries(stack?.resources ?? {}).filter(
    ([id, { Type }]) => wanted(id) && /^(AWS|Custom|Alexa)::/.test(Type),
  );
  return { Resources: Object.fromEntries(kept.map(([id, { Metadata: _, ...resource }]) => [id, resource])) };
}

/** The same of each stack, remembered by stack: those that are the same in both states are asked once. */
export function ofEachStack<T>(make: (stack: SynthesisedStack, name: string) => T): (of: Environment) => T[] {
  const made = remembered((_: SynthesisedStack) => new Map<string, T>());
  return (environment) =>
    Object.entries(environment).map(([name, stack]) => {
      const known = made(stack);
      if (!known.has(name)) known.set(name, make(stack, name));
      return known.get(name) as T;
    });
}

/** Is it in a template? Programs and papers are compared, too. */
export const isDeployed = ({ Type }: Resource): boolean => !Type.startsWith('Harbourline::');

/** Where a change is, as findings write it. */
export const place = ({ stack, id }: Change): string => `${stack}/${id}`;

/** A value in one line, short, with references as words in the text: tables have no room for documents. */
export function short(value: unknown): string {
  const text = words(value);
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
}

function words(value: unknown): string {
  if (typeof value === 'string') {
    // A reference that was made comparable by writing it down.
    if (!/^\{"(Ref|Fn::\w+)":/.test(value)) return value;
    return words(JSON.parse(value));
  }
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.map(words).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const {
    Ref: ref,
    'Fn::GetAtt': attribute,
    'Fn::ImportValue': imported,
    'Fn::Join': joined,
  } = value as Record<string, unknown>;
  if (typeof ref === 'string') return `«${ref}»`;
  if (attribute) return `«${[attribute].flat().join('.')}»`;
  if (typeof imported === 'string') return `«${imported.replace(/ExportsOutput(Ref|FnGetAtt)/, '')}»`;
  if (Array.isArray(joined) && Array.isArray(joined[1])) return joined[1].map(words).join(`${joined[0]}`);
  return JSON.stringify(value);
}
