import { type Environment, type Resource, resourcesOf } from './changes';

/** One permission: the smallest part of a policy that can be compared. */
export interface Grant {
  /** What the policy is on, or whom it is given to: `Store/Role`. */
  readonly holder: string;
  /** Who may; the holder itself where the policy does not say. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** As JSON, empty where there is none. */
  readonly condition: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a policy statement, as it stands in a template
type Statement = Readonly<Record<string, any>>;

const list = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat());
/** Assets are named by their content: another version of the same program is no other permission. */
const text = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/(-assets-[^/]+\/)[0-9a-f]{64}/g, '$1<asset>');

/** Everything that is granted in an environment, and what is denied. */
export function grants(environment: Environment): { allowed: Grant[]; denied: Grant[] } {
  const [allowed, denied]: [Grant[], Grant[]] = [[], []];
  for (const { at, id, stack, resource } of resourcesOf(environment)) {
    for (const { holder, statement } of statements(resource, stack, id, at)) {
      (statement.Effect === 'Deny' ? denied : allowed).push(...expand(holder, statement));
    }
  }
  return { allowed, denied };
}

function* statements(
  { Type, Properties = {} }: Resource,
  stack: string,
  id: string,
  at: string,
): Generator<{ holder: string; statement: Statement }> {
  const of = function* (holder: string, document: unknown) {
    for (const statement of list(parsed(document)?.Statement)) yield { holder, statement: statement as Statement };
  };
  const holders = list(Properties.Roles).map((role) => holderOf(role, stack));
  switch (Type) {
    case 'AWS::IAM::Policy':
    case 'AWS::IAM::ManagedPolicy':
      for (const holder of holders.length > 0 ? holders : [at]) yield* of(holder, Properties.PolicyDocument);
      return;
    case 'AWS::IAM::Role':
      yield* of(`trust of ${at}`, withResource(Properties.AssumeRolePolicyDocument));
      for (const { PolicyDocument } of list(Properties.Policies) as Statement[]) yield* of(at, PolicyDocument);
      for (const arn of list(Properties.ManagedPolicyArns)) {
        if (JSON.stringify(arn).includes(':iam::aws:')) {
          yield { holder: at, statement: { Effect: 'Allow', Action: `managed policy ${text(arn)}`, Resource: '*' } };
        }
      }
      return;
    case 'AWS::Lambda::Permission':
      yield {
        holder: `policy of ${stack}/${refOf(Properties.FunctionName) ?? id}`,
        statement: {
          Effect: 'Allow',
          Action: Properties.Action,
          Principal: Properties.Principal,
          Resource: 'function',
          Condition: { SourceArn: Properties.SourceArn, SourceAccount: Properties.SourceAccount },
        },
      };
      return;
    default:
      for (const name of ['PolicyDocument', 'KeyPolicy', 'ResourcePolicy', 'AccessPolicies']) {
        yield* of(`policy of ${at}`, Properties[name]);
      }
  }
}

const withResource = (document: unknown): unknown => {
  const statement = list(parsed(document)?.Statement) as Statement[];
  return { Statement: statement.map((each) => ({ Resource: 'role', ...each })) };
};

/** Some resources take their policy as text. */
function parsed(document: unknown): { Statement?: unknown } | undefined {
  const joined = (document as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
  const whole = joined
    ? joined[1]
        .map((part) => (typeof part === 'string' ? part : `«${text(part).replaceAll('"', "'")}»`))
        .join(joined[0])
    : document;
  if (typeof whole !== 'string') return whole as { Statement?: unknown } | undefined;
  try {
    return JSON.parse(whole);
  } catch {
    return { Statement: [{ Effect: 'Allow', Action: 'unreadable', Resource: whole }] };
  }
}

const refOf = (value: unknown): string | undefined => {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return Ref ?? attribute?.[0];
};

/** A role of this stack, or of another one: CDK names exports after stage, stack and logical id, and adds a hash. */
const holderOf = (role: unknown, stack: string): string => {
  const id = refOf(role);
  if (id) return `${stack}/${id}`;
  const { 'Fn::ImportValue': name = '' } = role as { 'Fn::ImportValue'?: string };
  const [, other, exported] = /^[^:]*?(\w+):ExportsOutput(?:Ref|FnGetAtt)(\w+)[0-9A-F]{8}$/.exec(name) ?? [];
  return other ? `${other}/${exported}` : text(role);
};

function expand(holder: string, statement: Statement): Grant[] {
  const { Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition } = statement;
  const actions = NotAction ? [`all but ${text(NotAction)}`] : list(Action).map(text);
  const resources = NotResource ? [`all but ${text(NotResource)}`] : list(Resource).map(text);
  const principals = NotPrincipal ? [`all but ${text(NotPrincipal)}`] : principalsOf(Principal);
  const condition = Condition ? JSON.stringify(Condition) : '';
  return principals.flatMap((principal) =>
    actions.flatMap((action) => resources.map((resource) => ({ holder, principal, action, resource, condition }))),
  );
}

function principalsOf(principal: unknown): string[] {
  if (principal === undefined) return ['holder'];
  if (typeof principal === 'string') return [principal];
  return Object.entries(principal as Record<string, unknown>).flatMap(([kind, values]) =>
    list(values).map((value) => (value === '*' ? '*' : `${kind} ${text(value)}`)),
  );
}

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'is',
  );

const includes = (outer: string, inner: string): boolean => outer === inner || glob(outer).test(inner);

/** Does one grant hold all of another? A condition only ever narrows. */
export const covers = (outer: Grant, inner: Grant): boolean =>
  outer.holder === inner.holder &&
  (outer.condition === '' || outer.condition === inner.condition) &&
  includes(outer.principal, inner.principal) &&
  includes(outer.action, inner.action) &&
  includes(outer.resource, inner.resource);

/**
 * Whole accounts, services or worlds: nothing that a reviewer passes by. That a key leaves its administration to the
 * account's IAM is how every key begins: it is a grant to look at, no more.
 */
export function isSweeping({ principal, action, resource }: Grant): boolean {
  if (action === 'kms:*' && principal.includes(':root')) return false;
  return (
    principal === '*' ||
    /^all but |\*/.test(action) ||
    resource.startsWith('all but ') ||
    (resource === '*' && !/^kms:/.test(action) && !action.startsWith('managed policy'))
  );
}
