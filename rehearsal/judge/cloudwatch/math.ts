/** CloudWatch's metric math, as far as our dashboards and alarms use it, over the metrics that a rehearsal received. */
import { compile, type EvalFunction, type Matrix } from 'mathjs';
import type { MetricQuery, MetricStore } from './metric-store';

/** A line of a calculation: a metric, or an expression over the others. */
export interface MathEntry {
  readonly id: string;
  readonly metric?: MetricQuery;
  readonly expression?: string;
}

/** How a metric is read for the period in question, and for the one before it: undefined where there is no data. */
export interface Read {
  (metric: MetricQuery): number | undefined;
  /** @default no period has one before it */
  readonly before?: () => Read;
}

/** The figure of `entry`; undefined where data that it needs is missing and not filled. */
export function figure(entry: MathEntry, entries: readonly MathEntry[], read: Read): number | undefined {
  if (entry.metric) return read(entry.metric);
  const values: Record<string, number> = {};
  for (const { other, optional, changes } of operandsOf(entry, entries)) {
    const value = figure(other, entries, read);
    if (value === undefined && !optional) return undefined;
    values[other.id] = value ?? Number.NaN;
    if (!changes) continue;
    const before = read.before && figure(other, entries, read.before());
    if (value === undefined || before === undefined) return undefined;
    values[`DIFF_${other.id}`] = value - before;
  }
  return evaluated(entry, values);
}

const functions = {
  FILL: (value: number, filling: number) => (Number.isNaN(value) ? filling : value),
  IF: (condition: boolean, then: number, otherwise: number) => (condition ? then : otherwise),
  // Both are used by the day, and a rehearsal is one point of it.
  SUM: (value: number) => value,
  RUNNING_SUM: (value: number) => value,
  MAX: (values: Matrix) => Math.max(...measured(values)),
  MIN: (values: Matrix) => Math.min(...measured(values)),
};

/** An entry that an expression names. */
interface Operand {
  readonly other: MathEntry;
  /** Whether it may be without data there. */
  readonly optional: boolean;
  /** Whether it is asked by how much it changed since the period before. */
  readonly changes: boolean;
}

const operands = new WeakMap<MathEntry, { readonly of: readonly MathEntry[]; readonly operands: readonly Operand[] }>();

function operandsOf(entry: MathEntry, entries: readonly MathEntry[]): readonly Operand[] {
  const known = operands.get(entry);
  if (known?.of === entries) return known.operands;
  const expression = entry.expression ?? '';
  const named = entries
    .filter((other) => other !== entry && new RegExp(`\\b${other.id}\\b`).test(expression))
    .map((other) => ({
      other,
      optional: new RegExp(`FILL\\(\\s*${other.id}\\s*,|[[,]\\s*${other.id}\\s*[\\],]`).test(expression),
      changes: expression.includes(`DIFF(${other.id})`),
    }));
  operands.set(entry, { of: entries, operands: named });
  return named;
}

/** Results by values: most minutes are like those before them. */
const results = new WeakMap<MathEntry, Map<string, number | undefined>>();
const mostResults = 10_000;

function evaluated(entry: MathEntry, values: Readonly<Record<string, number>>): number | undefined {
  const known = results.get(entry) ?? new Map<string, number | undefined>();
  const key = Object.values(values).join();
  if (known.has(key)) return known.get(key);
  const result = Number(compiled(entry.expression ?? '').evaluate({ ...functions, ...values }));
  // Nothing by nothing, as CloudWatch sees it.
  const figure = Number.isFinite(result) ? result : undefined;
  if (known.size >= mostResults) known.clear();
  known.set(key, figure);
  results.set(entry, known);
  return figure;
}

/** Expressions are few and evaluated for every minute. */
const programs = new Map<string, EvalFunction>();

export function compiled(expression: string): EvalFunction {
  const known = programs.get(expression) ?? compile(inMathjs(expression));
  programs.set(expression, known);
  return known;
}

/** Logical operators, which CloudWatch writes in capitals; and what a figure changed by is a value with a name of its own. */
const inMathjs = (expression: string): string =>
  expression.replace(/\b(AND|OR|NOT)\b/g, (word) => word.toLowerCase()).replace(/DIFF\((\w+)\)/g, 'DIFF_$1');

/** Of several metrics those that have a figure: CloudWatch passes over the others. */
const measured = (values: Matrix): number[] => (values.toArray() as number[]).filter((value) => !Number.isNaN(value));

/** Reads a window of time that ends at `until`, both in ms. */
export const windowOf = (store: MetricStore, from: number, until: number): Read =>
  Object.assign((metric: MetricQuery) => store.between(metric, from, until), {
    before: () => windowOf(store, 2 * from - until, from),
  });
