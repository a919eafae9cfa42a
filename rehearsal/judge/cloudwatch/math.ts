/** CloudWatch's metric math, as far as our dashboards and alarms use it, over the metrics that a rehearsal received. */
import { compile, type EvalFunction, type Matrix } from 'mathjs';
import type { MetricQuery, MetricStore } from './metric-store';

/** A line of a calculation: a metric, or an expression over the others. */
export interface MathEntry {
  readonly id: string;
  readonly metric?: MetricQuery;
  readonly expression?: string;
}

/** How a metric is read for the period in question: undefined where there is no data. */
export type Read = (metric: MetricQuery) => number | undefined;

/** The figure of `entry`; undefined where data that it needs is missing and not filled. */
export function figure(entry: MathEntry, entries: readonly MathEntry[], read: Read): number | undefined {
  if (entry.metric) return read(entry.metric);
  const expression = entry.expression ?? '';
  const scope: Record<string, unknown> = {
    FILL: (value: number, filling: number) => (Number.isNaN(value) ? filling : value),
    IF: (condition: boolean, then: number, otherwise: number) => (condition ? then : otherwise),
    // Both are used by the day, and a rehearsal is one point of it.
    SUM: (value: number) => value,
    RUNNING_SUM: (value: number) => value,
    MAX: (values: Matrix) => Math.max(...measured(values)),
    MIN: (values: Matrix) => Math.min(...measured(values)),
  };
  for (const other of entries) {
    if (other === entry || !new RegExp(`\\b${other.id}\\b`).test(expression)) continue;
    const value = figure(other, entries, read);
    const optional = new RegExp(`FILL\\(\\s*${other.id}\\s*,|[[,]\\s*${other.id}\\s*[\\],]`);
    if (value === undefined && !optional.test(expression)) return undefined;
    scope[other.id] = value ?? Number.NaN;
  }
  const result = Number(compiled(expression).evaluate(scope));
  // Nothing by nothing, as CloudWatch sees it.
  return Number.isFinite(result) ? result : undefined;
}

/** Expressions are few and evaluated for every minute. */
const programs = new Map<string, EvalFunction>();

export function compiled(expression: string): EvalFunction {
  const known = programs.get(expression) ?? compile(lowerCase(expression));
  programs.set(expression, known);
  return known;
}

/** Logical operators, which CloudWatch writes in capitals. */
const lowerCase = (expression: string): string => expression.replace(/\b(AND|OR|NOT)\b/g, (word) => word.toLowerCase());

/** Of several metrics those that have a figure: CloudWatch passes over the others. */
const measured = (values: Matrix): number[] => (values.toArray() as number[]).filter((value) => !Number.isNaN(value));

/** Reads a window of time that ends at `until`, both in ms. */
export const windowOf =
  (store: MetricStore, from: number, until: number): Read =>
  (metric) =>
    store.between(metric, from, until);
