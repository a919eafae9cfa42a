/** One environment of an assembly as it would be deployed: intrinsic functions are resolved over all of its stacks. */
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { filesOf } from '../../lib/contract/instance';
import type { Resource } from './environments';
import { Resolver, type Template } from './resolve';

/** The stacks of one environment: finds resources and resolves intrinsic functions over all of them. */
export class ResolvedEnvironment extends Resolver {
  constructor(
    assembly: CloudAssembly,
    private readonly account: string,
    private readonly region: string,
  ) {
    // The mainland's stage has stacks of its own, which refer to nothing here.
    const stacks = assembly.stacksRecursively.filter((stack) => stack.environment.account === account);
    super(new Map(stacks.map((stack) => [stack.stackName, stack.template as Template])));
    this.readExports();
  }

  /** All resources of a type whose logical id contains `part`, resolved. */
  resources<T = Record<string, unknown>>(type: string, part = ''): { id: string; properties: T }[] {
    return [...this.templates].flatMap(([stack, { Resources }]) =>
      Object.entries(Resources ?? {})
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

  /** A domain is referred to by its name; anything else by its logical id. */
  protected reference(id: string, stack: string): string {
    const pseudo: Record<string, string> = {
      'AWS::AccountId': this.account,
      'AWS::Region': this.region,
      'AWS::Partition': this.region.startsWith('cn-') ? 'aws-cn' : 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack,
      'AWS::NoValue': '',
    };
    const resource = this.templates.get(stack)?.Resources?.[id];
    if (resource?.Type === 'AWS::OpenSearchService::Domain') return String(resource.Properties?.DomainName);
    return pseudo[id] ?? id;
  }

  protected attribute(id: string, attribute: string, stack: string): string {
    const type = this.templates.get(stack)?.Resources?.[id]?.Type;
    if (type === 'AWS::IAM::Role' && attribute === 'Arn') return `arn:aws:iam::${this.account}:role/${id}`;
    return `${id}.${attribute}`;
  }

  /** Resource ids in `stack`'s template, unresolved: for following references by hand. */
  raw(stackSuffix: string): Record<string, Resource> {
    const found = [...this.templates].find(([name]) => name.endsWith(stackSuffix));
    if (!found) throw new Error(`No stack ends with ${stackSuffix}.`);
    return found[1].Resources ?? {};
  }
}
