import { fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import type { Environment, Resource, SynthesisedStack } from '../../judges/assembly/environments';

export { type Environment, type Resource, resourcesOf } from '../../judges/assembly/environments';

type Action = 'replaced' | 'may be replaced' | 'removed' | 'left behind' | 'added' | 'changed';

export interface PropertyChange {
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
}

/** Two states of one environment, and what lies between them: all that a rule may look at. */
export interface Comparison {
  readonly before: Environment;
  readonly after: Environment;
  readonly changes: readonly Change[];
}

/** Says what differs, resource by resource. Versions of CDK and paths of assets are no difference. */
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
  const { resources } = fullDiff(bare(before), bare(after));
  return Object.entries(resources.changes).map(([id, difference]) => ({
    stack,
    id,
    type: difference.newResourceType ?? difference.oldResourceType ?? 'unknown',
    action: actions[difference.changeImpact] ?? 'changed',
    ...(difference.oldValue ? { before: difference.oldValue as Resource } : {}),
    ...(difference.newValue ? { after: difference.newValue as Resource } : {}),
    properties: [
      ...Object.entries(difference.propertyUpdates),
      ...Object.entries(difference.otherChanges).filter(([name]) => name !== 'Type'),
    ].map(([name, { oldValue, newValue }]) => ({ name, before: oldValue, after: newValue })),
  }));
}

/** The resources without metadata: rules that read acknowledgments find them in the environment. */
function bare(stack?: SynthesisedStack): { Resources: Record<string, Resource> } {
  const kept = Object.entries(stack?.resources ?? {}).filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata');
  return { Resources: Object.fromEntries(kept.map(([id, { Metadata: _, ...resource }]) => [id, resource])) };
}

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
  } = value as { Ref?: string; 'Fn::GetAtt'?: string[]; 'Fn::ImportValue'?: string; 'Fn::Join'?: [string, unknown[]] };
  if (ref) return `«${ref}»`;
  if (attribute) return `«${attribute.join('.')}»`;
  if (imported) return `«${imported.replace(/ExportsOutput(Ref|FnGetAtt)/, '')}»`;
  if (joined) return joined[1].map(words).join(joined[0]);
  return JSON.stringify(value);
}
