/** The environments of a synthesised assembly, resource by resource, as they stand in its templates. */
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { remembered } from '../remembered';

/** A resource as it stands in a template. */
export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a property tree of any resource type
  readonly Properties?: Readonly<Record<string, any>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: update policies differ by resource type
  readonly UpdatePolicy?: Readonly<Record<string, any>>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever CDK and its users write down
  readonly Metadata?: Readonly<Record<string, any>>;
}

/** A stack of an environment, as the assembly has it: nothing masked. */
export interface SynthesisedStack {
  readonly resources: Readonly<Record<string, Resource>>;
  /** The rest of the template: outputs, parameters, rules. */
  readonly template: Readonly<Record<string, unknown>>;
  readonly terminationProtection: boolean;
  /** `333333333333/ap-east-1`. */
  readonly place?: string;
  /** Of the stack itself. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Hash of an asset → its name. */
  readonly assets?: ReadonlyMap<string, string>;
}

/** The stacks of one environment by id: `Network`, `Store`… */
export type Environment = Readonly<Record<string, SynthesisedStack>>;

/** The environments of an assembly: one for each stage. */
export function readEnvironments(assemblyDirectory: string): Map<string, Environment> {
  const environments = new Map<string, Record<string, SynthesisedStack>>();
  for (const artifact of new CloudAssembly(assemblyDirectory).stacksRecursively) {
    const { hierarchicalId, template, terminationProtection, environment: place, tags } = artifact;
    const [environment = '', ...stack] = hierarchicalId.split('/');
    const stacks = environments.get(environment) ?? {};
    stacks[stack.join('/')] = {
      resources: template.Resources ?? {},
      template,
      terminationProtection: terminationProtection ?? false,
      place: `${place.account}/${place.region}`,
      tags,
    };
    environments.set(environment, stacks);
  }
  return environments;
}

/** Every resource of an environment: `Store/Domain` is its place in findings. */
export const resourcesOf = remembered(
  (environment: Environment): readonly { at: string; id: string; stack: string; resource: Resource }[] =>
    Object.entries(environment).flatMap(([stack, { resources }]) =>
      Object.entries(resources).map(([id, resource]) => ({ at: `${stack}/${id}`, id, stack, resource })),
    ),
);
