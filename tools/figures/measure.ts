/** How large files and functions are. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';

export interface FileFigures {
  readonly file: string;
  readonly lines: number;
  /** The longest function in it: class methods and arrow functions count, what they hold inside counts with them. */
  readonly longest: { readonly lines: number; readonly line: number };
}

const kinds = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
]);

interface Node {
  readonly type?: string;
  readonly span?: { readonly start: number; readonly end: number };
}

/** Every function below a node. */
function* functionsIn(node: unknown): Generator<Required<Node>> {
  if (typeof node !== 'object' || node === null) return;
  const { type, span } = node as Node;
  if (type && span && kinds.has(type)) yield { type, span };
  for (const child of Object.values(node)) yield* functionsIn(child);
}

/** Figures of one source. */
export function measure(file: string, text: string): FileFigures {
  const bytes = Buffer.from(text);
  // Spans count bytes of everything that the process has parsed so far, and a module ends with its last token: so one of ours.
  const module = parseSync(`${text};`, { syntax: 'typescript', target: 'es2022' });
  const base = module.span.end - bytes.length - 1;
  const lineAt = (position: number): number => newlines(bytes.subarray(0, position - base)) + 1;
  const functions = [...functionsIn(module.body)].map(({ span }) => ({
    lines: lineAt(span.end) - lineAt(span.start) + 1,
    line: lineAt(span.start),
  }));
  const longest = functions.reduce((one, other) => (other.lines > one.lines ? other : one), { lines: 0, line: 0 });
  return { file, lines: newlines(bytes), longest };
}

const newlines = (bytes: Uint8Array): number => bytes.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);

/** Figures of every TypeScript file below a folder. */
export const measureFolder = (root: string, folder: string): FileFigures[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => measure(`${folder}/${file}`, readFileSync(join(root, folder, file), 'utf8')));

/** The value below which a share of all lies. */
export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((one, other) => one - other)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
