/** A resource as it stands in the template: overrides applied, tokens resolved. */
export interface TemplateResource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a property tree of any resource type
  readonly Properties?: Readonly<Record<string, any>>;
}

/** Where the resource will be deployed. */
export interface Place {
  /** Undefined where a stack leaves it open. */
  readonly region?: string;
  readonly partition?: string;
}

/** A rule of this project. */
export interface TemplateRule {
  /** Without the pack's prefix: `OpenSecurityGroup` is reported as `Harbourline-OpenSecurityGroup[…]`. */
  readonly id: string;
  /** What is wrong, and how to fix it. */
  readonly message: string;
  /**
   * The exact findings, one for each thing to fix, none where the resource is well. They stand in brackets behind the
   * id, so no brackets and no blanks in them.
   */
  check(resource: TemplateResource, place: Place): readonly string[];
}

/** A value somewhere in a property tree, with the keys that lead to it. */
export interface Leaf {
  readonly key: string;
  readonly path: string;
  readonly value: unknown;
}

/** Every entry of a property tree, at any depth. An array's elements bear the array's key. */
export function* entries(tree: unknown, path = '', key = ''): Generator<Leaf> {
  if (Array.isArray(tree)) {
    for (const [index, value] of tree.entries()) {
      yield { key, path: `${path}.${index}`, value };
      yield* entries(value, `${path}.${index}`, key);
    }
  } else if (typeof tree === 'object' && tree !== null) {
    for (const [name, value] of Object.entries(tree)) {
      const at = path ? `${path}.${name}` : name;
      yield { key: name, path: at, value };
      yield* entries(value, at, name);
    }
  }
}
