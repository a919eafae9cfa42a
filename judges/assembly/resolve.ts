/** Intrinsic functions of CloudFormation, resolved over several stacks at once: what one exports, another imports. */
import type { Resource } from './environments';

/** What is resolved in: a stack as the assembly has it. */
export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
}

/**
 * Resolves what can be known without deploying. What only exists afterwards gets a stand-in that is the same wherever it is
 * referred to; which, is up to the subclass.
 */
export abstract class Resolver {
  private readonly exports = new Map<string, { stack: string; value: unknown }>();

  /** @param templates by a key of the stack, which the subclass gets back */
  protected constructor(protected readonly templates: ReadonlyMap<string, Template>) {}

  /** `Ref` of a resource, a parameter or a pseudo parameter. */
  protected abstract reference(id: string, stack: string): unknown;

  /** `Fn::GetAtt`. */
  protected abstract attribute(id: string, attribute: string, stack: string): unknown;

  /** Learns what the stacks export. To be called by constructors, once references can be resolved. */
  protected readExports(): void {
    for (const [stack, { Outputs = {} }] of this.templates) {
      for (const { Value, Export } of Object.values(Outputs)) {
        if (Export) this.exports.set(String(this.resolve(Export.Name, stack)), { stack, value: Value });
      }
    }
  }

  /** @throws Error where something is imported that no stack exports, or a function is none of those that are known */
  resolve(value: unknown, stack: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item, stack));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries.length === 1 ? (entries[0] as [string, unknown]) : ['', undefined];
    switch (name) {
      case 'Ref':
        return this.reference(String(argument), stack);
      case 'Fn::GetAtt': {
        const [id, attribute] = Array.isArray(argument) ? argument : String(argument).split(/\.(.*)/);
        return this.attribute(String(id), String(attribute), stack);
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        return (this.resolve(parts, stack) as unknown[]).map(String).join(separator);
      }
      case 'Fn::Sub': {
        const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
        return String(text).replace(/\$\{([^!}]+)\}/g, (_all, part: string) => {
          const given = (own as Record<string, unknown>)[part];
          if (given !== undefined) return String(this.resolve(given, stack));
          const [id = '', attribute] = part.split(/\.(.*)/);
          return String(attribute ? this.attribute(id, attribute, stack) : this.reference(id, stack));
        });
      }
      case 'Fn::Select': {
        const [index, list] = argument as [number | string, unknown];
        const items = this.resolve(list, stack);
        // Of a list that only exists after deployment: all of its items are known by the list's name.
        return Array.isArray(items) ? (items[Number(index)] ?? items[0]) : items;
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(this.resolve(text, stack)).split(separator);
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
}
