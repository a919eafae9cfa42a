/** The resources of an environment under names that AWS could have given them: what policies are judged by. */
import { createHash } from 'node:crypto';
import type { Environment, Resource } from './environments';
import { Resolver, type Template } from './resolve';

/** A resource with everything resolved to names and ARNs. */
export interface Named {
  /** `Collect/GatewayRole0A0569CA`. */
  readonly at: string;
  readonly type: string;
  /** What `Ref` gives. */
  readonly ref: string;
  readonly arn: string;
  // biome-ignore lint/suspicious/noExplicitAny: a property tree of any resource type
  readonly properties: Readonly<Record<string, any>>;
}

const hex = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

class Names extends Resolver {
  constructor(
    templates: ReadonlyMap<string, Template>,
    private readonly places: ReadonlyMap<string, string>,
  ) {
    super(templates);
    this.readExports();
  }

  private place(stack: string): { account: string; region: string; partition: string } {
    const [account = '', region = ''] = (this.places.get(stack) ?? '').split('/');
    return { account, region, partition: region.startsWith('cn-') ? 'aws-cn' : 'aws' };
  }

  private arn(service: string, resource: string, stack: string): string {
    const { account, region, partition } = this.place(stack);
    return `arn:${partition}:${service}:${region}:${account}:${resource}`;
  }

  private resource(id: string, stack: string): Resource | undefined {
    return this.templates.get(stack)?.Resources?.[id];
  }

  /** The name that the template gives, or one like CloudFormation's. */
  private name(id: string, stack: string, property: string): string {
    const given = this.resource(id, stack)?.Properties?.[property];
    return given === undefined ? `${stack}-${id}` : String(this.resolve(given, stack));
  }

  protected reference(id: string, stack: string): unknown {
    const { account, region, partition } = this.place(stack);
    const pseudo: Readonly<Record<string, string>> = {
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::Partition': partition,
      'AWS::URLSuffix': partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
      'AWS::StackName': stack,
      'AWS::StackId': this.arn('cloudformation', `stack/${stack}/${hex(stack, 12)}`, stack),
    };
    if (id.startsWith('AWS::')) return pseudo[id];
    switch (this.resource(id, stack)?.Type.replace('AWS::', '')) {
      case 'IAM::Role':
        return this.name(id, stack, 'RoleName');
      case 'S3::Bucket':
        return this.name(id, stack, 'BucketName').toLowerCase();
      case 'Logs::LogGroup':
        return this.name(id, stack, 'LogGroupName');
      case 'SSM::Parameter':
        return this.name(id, stack, 'Name');
      case 'OpenSearchService::Domain':
        return this.name(id, stack, 'DomainName');
      case 'Lambda::Function':
        return this.name(id, stack, 'FunctionName');
      case 'KMS::Key':
        return `${hex(stack + id, 8)}-0000-4000-8000-${hex(id, 12)}`;
      case 'SecretsManager::Secret':
        return this.arn('secretsmanager', `secret:${this.name(id, stack, 'Name')}-${hex(id, 6)}`, stack);
      case 'SNS::Topic':
        return this.arn('sns', this.name(id, stack, 'TopicName'), stack);
      case 'ElasticLoadBalancingV2::LoadBalancer':
        return this.arn('elasticloadbalancing', `loadbalancer/net/${hex(id, 12)}/${hex(id, 16)}`, stack);
      default:
        return `${stack}-${id}`;
    }
  }

  protected attribute(id: string, attribute: string, stack: string): unknown {
    const type = this.resource(id, stack)?.Type.replace('AWS::', '');
    const { account, partition } = this.place(stack);
    const own = String(this.reference(id, stack));
    if (type === 'ServiceDiscovery::Service' && attribute === 'Id') return `srv-${hex(id, 16)}`;
    if (attribute === 'RuleGroupArn') return this.arn('network-firewall', `stateful-rulegroup/${own}`, stack);
    if (attribute === 'FirewallArn') return this.arn('network-firewall', `firewall/${own}`, stack);
    if (attribute !== 'Arn') return `${own}.${attribute}`;
    switch (type) {
      case 'IAM::Role':
        return `arn:${partition}:iam::${account}:role/${own}`;
      case 'S3::Bucket':
        return `arn:${partition}:s3:::${own}`;
      case 'Logs::LogGroup':
        return this.arn('logs', `log-group:${own}:*`, stack);
      case 'KMS::Key':
        return this.arn('kms', `key/${own}`, stack);
      case 'Lambda::Function':
        return this.arn('lambda', `function:${own}`, stack);
      case 'SecretsManager::Secret':
      case 'SNS::Topic':
      case 'ElasticLoadBalancingV2::LoadBalancer':
        return own;
      case 'SQS::Queue':
        return this.arn('sqs', own, stack);
      case 'AutoScaling::AutoScalingGroup':
        return this.arn('autoscaling', `autoScalingGroup:${hex(id, 12)}:autoScalingGroupName/${own}`, stack);
      case 'OpenSearchService::Domain':
        return this.arn('es', `domain/${own}`, stack);
      case 'ServiceDiscovery::Service':
        return this.arn('servicediscovery', `service/srv-${hex(id, 16)}`, stack);
      default:
        return this.arn((type ?? '').split(':')[0]?.toLowerCase() ?? '', own, stack);
    }
  }
}

/** All resources of one stage. */
export function named(environment: Environment): Named[] {
  const stacks = Object.entries(environment);
  const names = new Names(
    new Map(stacks.map(([name, { template, resources }]) => [name, { ...template, Resources: resources }])),
    new Map(stacks.map(([name, { place = '' }]) => [name, place])),
  );
  return stacks.flatMap(([stack, { resources }]) =>
    Object.entries(resources).map(([id, { Type, Properties = {} }]) => ({
      at: `${stack}/${id}`,
      type: Type,
      ref: String(names.resolve({ Ref: id }, stack)),
      arn: String(names.resolve({ 'Fn::GetAtt': [id, 'Arn'] }, stack)),
      properties: names.resolve(Properties, stack) as Named['properties'],
    })),
  );
}
