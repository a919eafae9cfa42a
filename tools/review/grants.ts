import { canonical, joinParts } from './canonical';
import { type Environment, ofEachStack, type Resource, remembered } from './changes';

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
export const grants = remembered((environment: Environment): { allowed: Grant[]; denied: Grant[] } => {
  const stacks = grantsOfStacks(environment);
  return { allowed: stacks.flatMap(({ allowed }) => allowed), denied: stacks.flatMap(({ denied }) => denied) };
});

const grantsOfStacks = ofEachStack(({ resources, place }, stack) => {
  const [allowed, denied]: [Grant[], Grant[]] = [[], []];
  const own = rootOf(place?.split('/')[0] ?? 'unknown');
  for (const [id, resource] of Object.entries(resources)) {
    for (const { holder, statement } of statements(resource, stack, id, `${stack}/${id}`)) {
      (statement.Effect === 'Deny' ? denied : allowed).push(...expand(holder, statement, own));
    }
  }
  return { allowed, denied };
});

function* statements(
  { Type, Properties = {} }: Resource,
  stack: string,
  id: string,
  at: string,
): Generator<{ holder: string; statement: Statement }> {
  const of = function* (holder: string, document: unknown) {
    for (const statement of list(policyDocument(document)?.Statement))
      yield { holder, statement: statement as Statement };
  };
  const holders = ['Roles', 'Users', 'Groups'].flatMap((kind) =>
    list(Properties[kind]).map((holder) => holderOf(holder, stack)),
  );
  switch (Type) {
    case 'AWS::IAM::Policy':
    case 'AWS::IAM::ManagedPolicy':
    case 'AWS::IAM::UserPolicy':
    case 'AWS::IAM::GroupPolicy':
    case 'AWS::IAM::RolePolicy':
      for (const holder of holders.length > 0 ? holders : [at]) yield* of(holder, Properties.PolicyDocument);
      return;
    case 'AWS::IAM::Role':
    case 'AWS::IAM::User':
    case 'AWS::IAM::Group':
      yield* of(`trust of ${at}`, withResource(Properties.AssumeRolePolicyDocument));
      for (const { PolicyDocument } of list(Properties.Policies) as Statement[]) yield* of(at, PolicyDocument);
      for (const arn of list(Properties.ManagedPolicyArns)) {
        yield {
          holder: at,
          statement: { Effect: 'Allow', Action: `${managedPolicy}${text(canonical(arn))}`, Resource: 'its list' },
        };
      }
      return;
    case 'AWS::EC2::VPCEndpoint':
      // An endpoint without a policy takes everybody to everything.
      if (Properties.PolicyDocument === undefined) {
        yield { holder: `policy of ${at}`, statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' } };
      } else yield* of(`policy of ${at}`, Properties.PolicyDocument);
      return;
    case 'AWS::Lambda::Permission':
      yield {
        holder: `policy of ${stack}/${refOf(Properties.FunctionName) ?? id}`,
        statement: {
          Effect: 'Allow',
          Action: Properties.Action,
          Principal: Properties.Principal,
          Resource: 'function',
          ...(Properties.SourceArn || Properties.SourceAccount
            ? {
                Condition: {
                  Is: { 'aws:SourceArn': Properties.SourceArn, 'aws:SourceAccount': Properties.SourceAccount },
                },
              }
            : {}),
        },
      };
      return;
    default:
      for (const name of policyProperties) {
        for (const { holder, statement } of of(`policy of ${at}`, Properties[name]))
          yield { holder, statement: onItself.test(Type) ? named(statement) : statement };
      }
  }
}

/** Their policy can speak of nothing but themselves: every resource there is the one that it stands on. */
const onItself = /^AWS::(SecretsManager::ResourcePolicy|KMS::(Replica)?Key)$/;

const named = (statement: Statement): Statement =>
  statement.Resource === undefined
    ? statement
    : { ...statement, Resource: list(statement.Resource).map((each) => (each === '*' ? 'itself' : each)) };

/** Begins the action of a grant that stands for all that a managed policy holds. */
export const managedPolicy = 'managed policy ';

/** Properties that hold a policy of the resource itself, or, for the types of policies, of another. */
export const policyProperties = [
  ...['PolicyDocument', 'KeyPolicy', 'ResourcePolicy', 'AccessPolicies', 'DestinationPolicy', 'AccessPolicy'],
  ...['RepositoryPolicyText', 'FileSystemPolicy', 'Policy', 'RegistryPolicyText'],
];

const withResource = (document: unknown): unknown => {
  const statement = list(policyDocument(document)?.Statement) as Statement[];
  return { Statement: statement.map((each) => ({ Resource: 'role', ...each })) };
};

/** A policy as an object: some resources take it as text. What is no JSON allows something unreadable. */
export function policyDocument(document: unknown): { Statement?: unknown } | undefined {
  // A join of anything but a separator and a list is no text, and is read as what it is: unreadable.
  const [separator, pieces] = joinParts(document) ?? [];
  const whole = pieces
    ? pieces.map((part) => (typeof part === 'string' ? part : `«${text(part).replaceAll('"', "'")}»`)).join(separator)
    : document;
  if (typeof whole !== 'string') return whole as { Statement?: unknown } | undefined;
  try {
    return JSON.parse(whole);
  } catch {
    return { Statement: [{ Effect: 'Allow', Action: 'unreadable', Resource: whole }] };
  }
}

/** A reference, and nothing in it that would be lost by its name. */
const isBare = (value: unknown): boolean => Object.keys((value as object | null) ?? {}).length === 1;

const refOf = (value: unknown): string | undefined => {
  if (!isBare(value)) return undefined;
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return Ref ?? (attribute?.[1] === 'Arn' ? attribute[0] : undefined);
};

/** A role of this stack, or of another one: CDK names exports after stage, stack and logical id, and adds a hash. */
const holderOf = (role: unknown, stack: string): string => {
  const id = refOf(role);
  if (id) return `${stack}/${id}`;
  const { 'Fn::ImportValue': name = '' } = (isBare(role) ? role : {}) as { 'Fn::ImportValue'?: string };
  const [, other, exported] = /^[^:]*?(\w+):ExportsOutput(?:Ref|FnGetAtt)(\w+)[0-9A-F]{8}$/.exec(`${name}`) ?? [];
  return other ? `${other}/${exported}` : text(role);
};

function expand(holder: string, statement: Statement, own: RegExp): Grant[] {
  const { Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition, ...others } = statement;
  const { Sid: _, Effect: __, ...unknown } = others;
  const actions = NotAction ? [`all but ${text(NotAction)}`] : list(Action).map(text);
  const resources = NotResource ? [`all but ${text(NotResource)}`] : list(Resource).map(text);
  const principals = NotPrincipal ? [`all but ${text(NotPrincipal)}`] : principalsOf(Principal, own);
  // What IAM does not know it refuses: it makes another statement of it all the same.
  const narrowed = Object.keys(unknown).length > 0 ? { ...Condition, 'unknown element': unknown } : Condition;
  const condition = narrowed ? JSON.stringify(canonical(narrowed, new Map(), 'Condition', true)) : '';
  return principals.flatMap((principal) =>
    actions.flatMap((action) => resources.map((resource) => ({ holder, principal, action, resource, condition }))),
  );
}

/** Everybody of the account of the stack, as its own policies say. */
const ownAccount = 'the own account';

/** How a policy writes an account as a whole. */
const rootOf = (account: string): RegExp =>
  new RegExp(
    `:iam::(${account}|\\$\\{AWS::AccountId\\}|",\\{"Ref":"AWS::AccountId"\\},"):root("\\]\\]\\}|"\\})?$|^(${account}|\\{"Ref":"AWS::AccountId"\\})$`,
  );

function principalsOf(principal: unknown, own: RegExp): string[] {
  if (principal === undefined) return ['holder'];
  if (typeof principal === 'string') return [principal];
  return Object.entries(principal as Record<string, unknown>).flatMap(([kind, values]) =>
    list(values).map((value) => {
      if (kind === 'AWS' && value === '*') return '*';
      return kind === 'AWS' && own.test(text(value)) ? ownAccount : `${kind} ${text(value)}`;
    }),
  );
}

const glob = (pattern: string, flags: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    flags,
  );

/** Actions are the same in upper and lower case; resources and principals are not. */
const includes = (outer: string, inner: string, flags = 's'): boolean =>
  outer === inner || glob(outer, flags).test(inner);

type Operators = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

const operands = (value: unknown): string[] => [value].flat().map((each) => JSON.stringify(each));

/** Operators that IAM treats as the same. */
const twins: Readonly<Record<string, string>> = {
  ArnEquals: 'ArnLike',
  ArnLike: 'ArnEquals',
  ArnNotEquals: 'ArnNotLike',
  ArnNotLike: 'ArnNotEquals',
};

/** All that one condition asks the other asks, too, and maybe more. Of several values one must fit, unless the operator negates. */
function narrows(inner: string, outer: string): boolean {
  if (outer === '' || outer === inner) return true;
  if (inner === '') return false;
  const narrower = JSON.parse(inner) as Operators;
  return Object.entries(JSON.parse(outer) as Operators).every(([operator, keys = {}]) =>
    Object.entries(keys).every(([key, value]) => {
      const mine = narrower[operator]?.[key] ?? narrower[twins[operator] ?? '']?.[key];
      if (mine === undefined) return false;
      const [few, many] = [operands(mine), operands(value)];
      if (JSON.stringify(few) === JSON.stringify(many)) return true;
      return /^(String|Arn)(Equals|Like)$/.test(operator) && few.every((each) => many.includes(each));
    }),
  );
}

/** Does one grant hold all of another? A condition only ever narrows. */
export const covers = (outer: Grant, inner: Grant): boolean =>
  outer.holder === inner.holder &&
  narrows(inner.condition, outer.condition) &&
  includes(outer.principal, inner.principal) &&
  includes(outer.action, inner.action, 'is') &&
  includes(outer.resource, inner.resource);

const whom = /^aws:(PrincipalArn|PrincipalTag\b.*|userid|SourceIdentity|SourceArn)$/i;

/** Its last part, the name, is nothing but wildcards: anybody's. */
const isAnybodys = (value: unknown): boolean => typeof value === 'string' && /(^|[:/])[*?]+$/.test(value);

/** A condition that says who of an account is meant. */
const namesWhom = (condition: string): boolean =>
  condition !== '' &&
  Object.entries(JSON.parse(condition) as Operators).some(
    ([operator, keys = {}]) =>
      !/Not|^Null/.test(operator) &&
      Object.entries(keys).some(([key, value]) => whom.test(key) && ![value].flat().some(isAnybodys)),
  );

const isWholeAccount = ({ principal, condition }: Grant): boolean =>
  (principal === ownAccount || /:root("\]\]\}|"\})?$|^AWS \d{12}$/.test(principal)) && !namesWhom(condition);

/**
 * Whole accounts, services or worlds: nothing that a reviewer passes by. That a key leaves its administration to the
 * account's IAM is how every key begins: it is a grant to look at, no more.
 */
export function isSweeping(grant: Grant): boolean {
  const { principal, action, resource } = grant;
  if (action.startsWith('kms:') && principal === ownAccount) return false;
  return (
    principal === '*' ||
    isWholeAccount(grant) ||
    (/^all but |\*/.test(action) && !action.startsWith(managedPolicy)) ||
    resource.startsWith('all but ') ||
    resource === '*'
  );
}
