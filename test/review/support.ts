/** What the cases of change review share: the real templates of prod, and a way to change them. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readEnvironments } from '../../judges/assembly/environments';
import type { Environment, Resource } from '../../tools/review/changes';
import { assemblyOf } from '../support/app';

type Mutable<T> = T extends (infer E)[]
  ? Mutable<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

/** A resource that a case may change. */
export type Editable = Mutable<Resource> & { Properties: Record<string, any> };

type Stack = { resources: Record<string, Editable>; template: any; terminationProtection: boolean; place?: string };

/** An environment that a case may change. */
export class Draft {
  /** Each is a copy, made when it is asked for. */
  readonly stacks: Record<string, Stack> = {};

  constructor(private readonly environment: Environment) {
    for (const [name, stack] of Object.entries(environment)) {
      const set = (value: Stack) => Object.defineProperty(this.stacks, name, { value, writable: true });
      const get = () => set(JSON.parse(JSON.stringify(stack)))[name];
      Object.defineProperty(this.stacks, name, { get, set, configurable: true, enumerable: true });
    }
  }

  /** As it was changed. A stack that no case asked for is the same object still: review knows what it found out about it. */
  get changed(): Environment {
    const own = Object.entries(Object.getOwnPropertyDescriptors(this.stacks));
    return Object.fromEntries(own.map(([name, { value }]) => [name, value ?? this.environment[name]]));
  }

  /** Logical id of the first resource of a type whose id begins so. */
  id(stack: string, type: string, begin = ''): string {
    const found = Object.entries(this.stacks[stack]!.resources).find(
      ([id, { Type }]) => Type === type && id.startsWith(begin),
    );
    if (!found) throw new Error(`${stack} has no ${type} that begins with ${begin}.`);
    return found[0];
  }

  resource(stack: string, type: string, begin?: string): Editable {
    return this.stacks[stack]!.resources[this.id(stack, type, begin)]!;
  }

  properties(stack: string, type: string, begin?: string): Record<string, any> {
    return this.resource(stack, type, begin).Properties;
  }

  add(stack: string, id: string, Type: string, Properties: Record<string, any>): void {
    this.stacks[stack]!.resources[id] = { Type, Properties };
  }

  remove(stack: string, type: string, begin?: string): Editable {
    const id = this.id(stack, type, begin);
    const resource = this.stacks[stack]!.resources[id]!;
    delete this.stacks[stack]!.resources[id];
    return resource;
  }

  get domain(): Record<string, any> {
    return this.properties('Store', 'AWS::OpenSearchService::Domain');
  }

  /** The first literal text of a property tree that holds `from`. */
  replaceText(tree: any, from: string | RegExp, to: string): boolean {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value === 'string' && (typeof from === 'string' ? value.includes(from) : value.search(from) >= 0)) {
        tree[key] = value.replace(from, to);
        return true;
      }
      if (typeof value === 'object' && value !== null && this.replaceText(value, from, to)) return true;
    }
    return false;
  }
}

let prod: Environment | undefined;

/** `prod` as it is deployed. */
export const production = (): Environment => {
  prod ??= readEnvironments(assemblyOf('prod').directory).get('prod')!;
  return prod;
};

const review = join(__dirname, '..', '..', 'review');

/** Environments that are committed for reviewers, sides of the mainland too. */
export const committedNames = (): string[] => readdirSync(review);

/** One of them: at once there, and what it holds as text is unfolded. */
export const committed = (name = 'prod'): Environment =>
  Object.fromEntries(
    readdirSync(join(review, name)).map((file) => {
      const template = JSON.parse(readFileSync(join(review, name, file), 'utf8'));
      return [basename(file, '.json'), { resources: template.Resources, template, terminationProtection: true }];
    }),
  );

/** A small change, and what is to be found: rule ids, and a part of the sentence. */
export interface Case {
  readonly name: string;
  /** What both sides have, where today's environments lack it. */
  readonly given?: (draft: Draft) => void;
  readonly edit: (draft: Draft) => void;
}

export interface DangerousCase extends Case {
  /** Rule → what its sentence contains. No other rule may find anything. */
  readonly finds: Readonly<Record<string, string>>;
}
