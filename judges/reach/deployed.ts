/** All stages of an environment as one deployment: each resource with its properties resolved, under a name of its own. */
import type { Environment } from '../assembly/environments';
import { Resolver, type Template } from '../assembly/resolve';
import { assertUnderstood } from './understood';

/** A resource. References to it are its place. */
export interface Deployed {
  /** `Network/Vpc8378EB38`; of another stage than the environment's own, `dev-mainland/Analysis/…`. */
  readonly at: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a property tree of any resource type
  readonly properties: Readonly<Record<string, any>>;
}

/** Attributes by which a resource itself is meant. */
const itself = new Set([
  'Arn',
  'AttachmentId',
  'DirectConnectGatewayId',
  'EndpointIds',
  'FirewallArn',
  'FirewallPolicyArn',
  'GroupId',
  'Id',
  'InstanceId',
  'PrefixListId',
  'RuleGroupArn',
  'ServiceId',
  'SubnetId',
  'TransitGatewayAttachmentId',
  'VpcId',
]);

class Stages extends Resolver {
  constructor(
    templates: ReadonlyMap<string, Template>,
    private readonly places: ReadonlyMap<string, string>,
  ) {
    super(templates);
    this.readExports();
  }

  protected reference(id: string, stack: string): unknown {
    if (!id.startsWith('AWS::')) return `${stack}/${id}`;
    const [account = '', region = ''] = (this.places.get(stack) ?? '').split('/');
    const known: Readonly<Record<string, string>> = {
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::Partition': region.startsWith('cn-') ? 'aws-cn' : 'aws',
      'AWS::URLSuffix': region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com',
      'AWS::StackName': stack,
      'AWS::StackId': `${stack}/AWS::StackId`,
    };
    return known[id];
  }

  protected attribute(id: string, attribute: string, stack: string): unknown {
    const resource = this.templates.get(stack)?.Resources?.[id];
    if (resource?.Type === 'AWS::EC2::VPC' && attribute === 'CidrBlock') return resource.Properties?.CidrBlock;
    return itself.has(attribute) ? `${stack}/${id}` : `${stack}/${id}.${attribute}`;
  }
}

/** The stages of an environment by name: its own, and those that are deployed elsewhere, such as `dev-mainland`. */
export type StagesOf = ReadonlyMap<string, Environment>;

/** Of all stages of an assembly, those that belong to one environment. */
export const stagesOf = (all: ReadonlyMap<string, Environment>, environment: string): StagesOf =>
  new Map([...all].filter(([name]) => name === environment || name.startsWith(`${environment}-`)));

/**
 * Reads them.
 *
 * @param environment whose stacks need no stage before their names
 * @throws NotUnderstood
 */
export function deployed(stages: StagesOf, environment: string): Deployed[] {
  const stacks = [...stages].flatMap(([stage, each]) =>
    Object.entries(each).map(([name, stack]) => [stage === environment ? name : `${stage}/${name}`, stack] as const),
  );
  const resolver = new Stages(
    new Map(stacks.map(([name, { template, resources }]) => [name, { ...template, Resources: resources }])),
    new Map(stacks.map(([name, { place = '' }]) => [name, place])),
  );
  return stacks.flatMap(([name, { resources }]) =>
    Object.entries(resources).map(([id, { Type, Properties = {} }]) => {
      assertUnderstood(`${name}/${id}`, Type, Properties);
      return {
        at: `${name}/${id}`,
        type: Type,
        properties: resolver.resolve(Properties, name) as Deployed['properties'],
      };
    }),
  );
}
