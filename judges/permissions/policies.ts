/** Policies of an environment: of roles, and of what they are used on. */
import type { Named } from '../assembly/arns';

/** A statement of a policy, as it stands. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

export interface Role {
  readonly at: string;
  readonly arn: string;
  readonly name: string;
  /** Who may become it. */
  readonly trust: readonly Statement[];
  readonly statements: readonly Statement[];
  /** Policies of AWS's own, by ARN: what they say stands in no template. */
  readonly managed: readonly string[];
  readonly boundary?: string;
}

const statementsOf = (document: { Statement?: Statement | readonly Statement[] } | undefined): readonly Statement[] =>
  listOf(document?.Statement);

/** Every role with what it may. */
export function roles(all: readonly Named[], account: string, partition = 'aws'): Role[] {
  const beside = all.filter(({ type }) => type === 'AWS::IAM::ManagedPolicy' || type === 'AWS::IAM::Policy');
  return all
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .map(({ at, properties }) => {
      const name = properties.RoleName ?? at.replace('/', '-');
      const attached = beside.filter((policy) => policy.properties.Roles?.includes(name));
      return {
        at,
        name,
        arn: `arn:${partition}:iam::${account}:role/${name}`,
        trust: statementsOf(properties.AssumeRolePolicyDocument),
        statements: [
          ...(properties.Policies ?? []).flatMap(({ PolicyDocument }: { PolicyDocument: never }) =>
            statementsOf(PolicyDocument),
          ),
          ...attached.flatMap((policy) => statementsOf(policy.properties.PolicyDocument)),
        ],
        managed: listOf<string>(properties.ManagedPolicyArns),
        ...(properties.PermissionsBoundary ? { boundary: properties.PermissionsBoundary } : {}),
      };
    });
}

/** Where a resource of a type says who may use it. */
const documents: Readonly<Record<string, string>> = {
  'IAM::Role': 'AssumeRolePolicyDocument',
  'KMS::Key': 'KeyPolicy',
  'KMS::ReplicaKey': 'KeyPolicy',
  'Logs::ResourcePolicy': 'PolicyDocument',
  'Logs::Destination': 'DestinationPolicy',
  'OpenSearchService::Domain': 'AccessPolicies',
  'S3::BucketPolicy': 'PolicyDocument',
  'SNS::TopicPolicy': 'PolicyDocument',
  'SQS::QueuePolicy': 'PolicyDocument',
  'SSM::ResourcePolicy': 'Policy',
  'SecretsManager::ResourcePolicy': 'ResourcePolicy',
  'Events::EventBusPolicy': 'Statement',
};

/** Policies of resources: who may use what. */
export const resourcePolicies = (
  all: readonly Named[],
): { readonly at: string; readonly type: string; readonly statements: readonly Statement[] }[] =>
  all.flatMap(({ at, type, properties }) => {
    const document = properties[documents[type.replace('AWS::', '')] ?? ''];
    if (!document) return [];
    const parsed = typeof document === 'string' ? JSON.parse(document) : document;
    return [{ at, type, statements: statementsOf(parsed.Statement ? parsed : { Statement: parsed }) }];
  });
