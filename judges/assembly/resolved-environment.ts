/** One environment of an assembly as it would be deployed: intrinsic functions are resolved over all of its stacks. */
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { filesOf } from '../../lib/contract/instance';
import type { Resource } from './environments';

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Record<string, { Value: unknown; Export?: { Name: unknown } }>;
}

/** The stacks of one environment: finds resources and resolves intrinsic functions over all of them. */
export class ResolvedEnvironment {
  private readonly templates: ReadonlyMap<string, Template>;
  private readonly exports = new Map<string, { stack: string; value: unknown }>();

  constructor(
    assembly: CloudAssembly,
    private readonly account: string,
    private readonly region: string,
  ) {
    // The mainland's stage has stacks of its own, which refer to nothing here.
    const stacks = assembly.stacksRecursively.filter((stack) => stack.environment.account === account);
    this.templates = new Map(stacks.map((stack) => [stack.stackName, stack.template as Template]));
    for (const [stack, { Outputs = {} }] of this.templates) {
      for (const { Value, Export } of Object.values(Outputs)) {
        if (Export) this.exports.set(String(this.resolve(Export.Name, stack)), { stack, value: Value });
      }
    }
  }

  /** All resources of a type whose logical id contains `part`, resolved. */
  resources<T = Record<string, unknown>>(type: string, part = ''): { id: string; properties: T }[] {
    return [...this.templates].flatMap(([stack, { Resources }]) =>
      Object.entries(Resources)
        .filter(([id, { Type }]) => Type === type && id.includes(part))
        .map(([id, { Properties }]) => ({ id, properties: this.resolve(Properties ?? {}, stack) as T })),
    );
  }

  /** The only such resource. @throws Error where there is none, or more than one: the rehearsal would guess. */
  resource<T = Record<string, unknown>>(type: string, part = ''): { id: string; properties: T } {
    const found = this.resources<T>(type, part);
    if (found.length !== 1 || !found[0]) {
      throw new Error(
        `Expected one ${type} with "${part}" in its id, found ${found.map(({ id }) => id).join(', ') || 'none'}.`,
      );
    }
    return found[0];
  }

  /** Files that the instances of a launch template write when they start, by path. */
  instanceFiles(part: string): ReadonlyMap<string, string> {
    const { properties } = this.resource<{ LaunchTemplateData: { UserData: string } }>(
      'AWS::EC2::LaunchTemplate',
      part,
    );
    return filesOf(properties.LaunchTemplateData.UserData);
  }

  /**
   * Resolves intrinsic functions. What only exists after deployment gets a stand-in that is the same wherever it is
   * referred to: a role's ARN, a resource's id.
   */
  private resolve(value: unknown, stack: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item, stack));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries.length === 1 ? (entries[0] as [string, unknown]) : ['', undefined];
    switch (name) {
      case 'Ref':
        return this.reference(String(argument), stack);
      case 'Fn::GetAtt': {
        const [id, attribute] = argument as [string, string];
        return this.attribute(id, attribute, stack);
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => String(this.resolve(part, stack))).join(separator);
      }
      case 'Fn::ImportValue': {
        const exported = this.exports.get(String(this.resolve(argument, stack)));
        if (!exported) throw new Error(`${stack} imports ${JSON.stringify(argument)}, which no stack exports.`);
        return this.resolve(exported.value, exported.stack);
      }
      case 'Fn::Base64':
        return this.resolve(argument, stack);
      default:
        return Object.fromEntries(entries.map(([key, item]) => [key, this.resolve(item, stack)]));
    }
  }

  private reference(id: string, stack: string): string {
    const pseudo: Record<string, string> = {
      'AWS::AccountId': this.account,
      'AWS::Region': this.region,
      'AWS::Partition': this.region.startsWith('cn-') ? 'aws-cn' : 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack,
      'AWS::NoValue': '',
    };
    const resource = this.templates.get(stack)?.Resources[id];
    if (resource?.Type === 'AWS::OpenSearchService::Domain') return String(resource.Properties?.DomainName);
    return pseudo[id] ?? id;
  }

  private attribute(id: string, attribute: string, stack: string): string {
    const type = this.templates.get(stack)?.Resources[id]?.Type;
    if (type === 'AWS::IAM::Role' && attribute === 'Arn') return `arn:aws:iam::${this.account}:role/${id}`;
    return `${id}.${attribute}`;
  }

  /** Resource ids in `stack`'s template, unresolved: for following references by hand. */
  raw(stackSuffix: string): Record<string, Resource> {
    const found = [...this.templates].find(([name]) => name.endsWith(stackSuffix));
    if (!found) throw new Error(`No stack ends with ${stackSuffix}.`);
    return found[1].Resources;
  }
}
