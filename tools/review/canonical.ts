/** Values of templates in a form that two of them can be compared by: what CloudFormation takes for the same is the same. */
import { isRecord } from './values';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Lists of which the order means nothing to AWS, or to OpenSearch's security plugin. */
const sets =
  /^(Tags|Statement|(Not)?(Action|Resource)|AWS|Service|Federated|SecurityGroup(Ingress|Egress|Ids|s)|VpcSecurityGroupIds|Entries|Roles|ManagedPolicyArns|(Alarm|OK|InsufficientData)Actions|DependsOn|Dimensions|RouteTableIds|TargetGroupARNs|AllowedPrincipals|AllowedPrefixesToDirectConnectGateway|(LoadBalancer|TargetGroup)Attributes|Metrics|rules_to_suppress|cluster_permissions|allowed_actions|index_patterns|masked_fields|fls|backend_roles|and_backend_roles|users|hosts|packages|Domains)$/;
/** Beneath these every list is a set: operands of a policy's condition. */
const setsBeneath = /^(Condition)$/;
/** Lists whose elements have a name: they are compared name by name. */
const names: Readonly<Record<string, string>> = {
  Tags: 'Key',
  LoadBalancerAttributes: 'Key',
  TargetGroupAttributes: 'Key',
  Metrics: 'Id',
  rules_to_suppress: 'id',
  Dimensions: 'Name',
  TagSpecifications: 'ResourceType',
  Policies: 'PolicyName',
  LifecycleHookSpecificationList: 'LifecycleHookName',
};

/**
 * Text that CDK joined from pieces is one text, with references as words in it: `«Bucket.Arn»`. Text that is JSON is the
 * document. Sets are sorted, lists of named things are objects. Hashes of assets are the names of the assets.
 */
export function canonical(
  value: unknown,
  assets: ReadonlyMap<string, string> = new Map(),
  key = '',
  set = false,
): Json {
  if (typeof value === 'string') return text(value, assets);
  if (typeof value !== 'object' || value === null) return value as Json;
  if (Array.isArray(value)) {
    const isSet = set || sets.test(key);
    const each = value.map((element) => canonical(element, assets, isSet ? '' : key, set));
    return named(key, each) ?? (isSet ? unique(each) : each);
  }
  const joined = join(value as Record<string, unknown>);
  if (joined !== undefined) return text(joined, assets);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, each]) => [
        masked(name, assets),
        canonical(each, assets, name, set || (setsBeneath.test(name) && typeof each === 'object')),
      ]),
  );
}

const unique = (list: readonly Json[]): Json[] => {
  const byText = new Map(list.map((each) => [JSON.stringify(each), each]));
  return [...byText.keys()].sort().map((each) => byText.get(each) as Json);
};

function named(key: string, list: readonly Json[]): Json | undefined {
  const name = names[key];
  if (!name) return undefined;
  const ids = list.map((each) => (each as Record<string, Json> | null)?.[name]);
  if (!ids.every((id) => typeof id === 'string') || new Set(ids).size !== ids.length) return undefined;
  return Object.fromEntries(list.map((each, at) => [ids[at], each]).sort()) as Json;
}

function text(value: string, assets: ReadonlyMap<string, string>): Json {
  const plain = masked(value, assets);
  // An empty document is text of two characters, and a text may begin as one.
  if (!/^\s*[{[]/.test(plain)) return plain;
  try {
    const document = JSON.parse(plain) as Json;
    return typeof document === 'object' ? { '@json': canonical(document, assets) } : plain;
  } catch {
    return plain;
  }
}

function masked(value: string, assets: ReadonlyMap<string, string>): string {
  return value.replaceAll(/\b[0-9a-f]{64}\b/g, (hash) => {
    const name = assets.get(hash);
    return name ? `<${name}>` : hash;
  });
}

/** Separator and pieces of an `Fn::Join`. Undefined where it is none, or has a third argument, which CloudFormation refuses. */
export function joinParts(value: unknown): readonly [separator: string, pieces: readonly unknown[]] | undefined {
  const parts = (value as { 'Fn::Join'?: unknown } | null | undefined)?.['Fn::Join'];
  if (!Array.isArray(parts) || parts.length !== 2) return undefined;
  const [separator, pieces] = parts as [unknown, unknown];
  return typeof separator === 'string' && Array.isArray(pieces) ? [separator, pieces] : undefined;
}

/** What an `Fn::Join` makes, references as words. Undefined where it is something else. */
function join(value: Record<string, unknown>): string | undefined {
  const parts = joinParts(value);
  if (!parts || Object.keys(value).length !== 1) return undefined;
  const [separator, pieces] = parts;
  // Text with the marks of its own would read as a reference.
  if (pieces.some((piece) => typeof piece === 'string' && /[«»]/.test(piece))) return undefined;
  return pieces.map((piece) => (typeof piece === 'string' ? piece : `«${reference(piece)}»`)).join(separator);
}

/** `Bucket`, `Bucket.Arn`, or JSON with single quotes, so that it does not end a JSON string that it stands in. */
function reference(intrinsic: unknown): string {
  const whole = JSON.stringify(intrinsic ?? null).replaceAll('"', "'");
  if (typeof intrinsic !== 'object' || intrinsic === null || Object.keys(intrinsic).length !== 1) return whole;
  const { Ref: ref, 'Fn::GetAtt': attribute } = intrinsic as { Ref?: unknown; 'Fn::GetAtt'?: unknown };
  if (typeof ref === 'string') return ref;
  const at = Array.isArray(attribute) && attribute.length === 2 ? attribute.join('.') : attribute;
  return typeof at === 'string' ? at : whole;
}

/** The smallest parts in which two values differ. */
export interface Part {
  /** `LaunchTemplateData.MetadataOptions.HttpTokens`; empty for the whole. A part that comes or goes ends in `[+]` or `[-]`. */
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** What differs between two canonical values, part by part. */
export function parts(before: Json | undefined, after: Json | undefined, path = ''): Part[] {
  const [from, to] = [JSON.stringify(before), JSON.stringify(after)];
  if (from === to) return [];
  // CloudFormation takes "3" for 3 and "true" for true.
  if (!isObject(before) && !isObject(after) && before !== undefined && `${before}` === `${after}`) return [];
  if (isRecord(before) && isRecord(after) && !isReference(before) && !isReference(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => parts(before[key], after[key], path ? `${path}.${key}` : key));
  }
  if (Array.isArray(before) && Array.isArray(after)) return listParts(before, after, path);
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isReference = (value: { [key: string]: Json }): boolean =>
  Object.keys(value).some((key) => /^(Ref|Fn::)/.test(key));

function listParts(before: readonly Json[], after: readonly Json[], path: string): Part[] {
  if (before.length === after.length) {
    const differing = before.flatMap((each, at) => (JSON.stringify(each) === JSON.stringify(after[at]) ? [] : [at]));
    // One that differs is looked into; several may have moved.
    if (differing.length === 1) {
      const [at = 0] = differing;
      return parts(before[at], after[at], `${path}.${at}`);
    }
    // Both tunnels of a connection: none has moved, each has changed where it stands.
    const texts = new Set(after.map((each) => JSON.stringify(each)));
    const stayed = differing.every(
      (at) => isRecord(before[at]) && isRecord(after[at]) && !texts.has(JSON.stringify(before[at])),
    );
    if (stayed) return differing.flatMap((at) => parts(before[at], after[at], `${path}.${at}`));
  }
  const [old, now] = [before, after].map((list) => list.map((each) => JSON.stringify(each))) as [string[], string[]];
  const gone = before.filter((_, at) => !now.includes(old[at] ?? ''));
  const come = after.filter((_, at) => !old.includes(now[at] ?? ''));
  if (gone.length + come.length === 0) return [{ path, before: [...before], after: [...after] }];
  return [
    ...gone.map((each) => ({ path: `${path}[-]`, before: each })),
    ...come.map((each) => ({ path: `${path}[+]`, after: each })),
  ];
}
