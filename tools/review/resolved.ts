/** Templates with what CloudFormation works out from literals in its place: indirection hides nothing from the rules. */
import { remembered } from '../../judges/remembered';
import type { Environment, Resource } from './changes';
import { isRecord } from './values';

type Stack = Environment[string];
type Tree = Readonly<Record<string, unknown>>;

/** An environment without detours. The same object where there are none. */
export const resolved = remembered((environment: Environment): Environment => {
  const stacks = Object.entries(environment).map(([name, stack]) => [name, resolvedStack(stack)] as const);
  return stacks.every(([name, stack]) => stack === environment[name]) ? environment : Object.fromEntries(stacks);
});

const resolvedStack = remembered((stack: Stack): Stack => {
  const one = new Template(stack.template);
  const resources = one.value(stack.resources) as Record<string, Resource>;
  const there = Object.entries(resources).filter(
    ([, resource]) => one.holds((resource as { Condition?: unknown }).Condition) !== false,
  );
  if (resources === stack.resources && there.length === Object.keys(resources).length) return stack;
  return { ...stack, resources: Object.fromEntries(there) };
});

class Template {
  private readonly parameters: Tree;
  private readonly mappings: Tree;
  private readonly conditions: Tree;

  constructor({ Parameters, Mappings, Conditions }: Tree) {
    [this.parameters, this.mappings, this.conditions] = [Parameters, Mappings, Conditions].map((each) =>
      isRecord(each) ? each : {},
    ) as [Tree, Tree, Tree];
  }

  /** Whether a condition holds; undefined where that depends on what is not in the template. */
  holds(condition: unknown): boolean | undefined {
    if (typeof condition === 'string') return this.holds(this.conditions[condition]);
    if (!isRecord(condition)) return undefined;
    const [[kind, operand] = []] = Object.entries(condition);
    if (kind === 'Condition') return this.holds(operand);
    if (!Array.isArray(operand)) return undefined;
    if (kind === 'Fn::Equals') {
      const [one, other] = operand.map((each) => this.value(each));
      return isRecord(one) || isRecord(other) ? undefined : `${one}` === `${other}`;
    }
    const each = operand.map((part) => this.holds(part));
    if (kind === 'Fn::Not') return each[0] === undefined ? undefined : !each[0];
    if (kind === 'Fn::And') return each.includes(false) ? false : each.includes(undefined) ? undefined : true;
    if (kind === 'Fn::Or') return each.includes(true) ? true : each.includes(undefined) ? undefined : false;
    return undefined;
  }

  value(of: unknown): unknown {
    if (typeof of !== 'object' || of === null) return of;
    if (Array.isArray(of)) {
      const each = of.map((element) => this.value(element));
      return each.every((element, at) => element === of[at]) ? of : each;
    }
    const entries = Object.entries(of).map(([key, each]) => [key, this.value(each)] as const);
    const same = entries.every(([key, each]) => each === (of as Tree)[key]);
    const [[kind, operand] = []] = entries;
    const found = entries.length === 1 ? this.found(`${kind}`, operand) : undefined;
    return found ?? (same ? of : Object.fromEntries(entries));
  }

  private found(kind: string, operand: unknown): unknown {
    if (kind === 'Ref') return this.parameter(`${operand}`);
    if (kind === 'Fn::Sub') return this.substituted(operand);
    if (!Array.isArray(operand)) return undefined;
    const [first, second, third] = operand;
    switch (kind) {
      case 'Fn::FindInMap':
        return ((this.mappings[first] as Tree)?.[second] as Tree)?.[third];
      case 'Fn::Select':
        return Array.isArray(second) ? second[Number(first)] : undefined;
      case 'Fn::Split':
        return typeof second === 'string' ? second.split(first) : undefined;
      case 'Fn::If': {
        const holds = this.holds(first);
        return holds === undefined ? undefined : holds ? second : third;
      }
      default:
        return undefined;
    }
  }

  /** What a parameter is unless somebody says otherwise; those that are looked up elsewhere are not known. */
  private parameter(name: string): unknown {
    const { Type, Default } = (this.parameters[name] ?? {}) as Tree;
    if (Default === undefined || /^AWS::SSM/.test(`${Type}`)) return undefined;
    return /List/.test(`${Type}`) ? `${Default}`.split(',') : Default;
  }

  /** `Fn::Sub` as text, or as the `Fn::Join` that means the same. */
  private substituted(operand: unknown): unknown {
    const [text, variables = {}] = [operand].flat() as [unknown, Tree?];
    if (typeof text !== 'string') return undefined;
    const pieces = text.split(/(\$\{[^}]+\})/).map((piece): unknown => {
      const [, name] = /^\$\{([^}]+)\}$/.exec(piece) ?? [];
      if (!name) return piece;
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in variables) return variables[name];
      const [id, ...attribute] = name.split('.');
      return attribute.length > 0
        ? { 'Fn::GetAtt': [id, attribute.join('.')] }
        : (this.parameter(name) ?? { Ref: name });
    });
    const kept = pieces.filter((piece) => piece !== '');
    return kept.every((piece) => typeof piece !== 'object') ? kept.join('') : { 'Fn::Join': ['', kept] };
  }
}
