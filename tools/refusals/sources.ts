/** Refusals where they stand in the code. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';

const root = join(__dirname, '..', '..');

/** Folders of which a user of the package meets no refusal: tools of whoever works on Harbourline itself, and what is deployed. */
const internal =
  /^tools\/(agent\/try|architecture|bench|collector-upgrade|compliance|examples|figures|grades|mutate|nightly|order|other-values|permissions|python\/(generate|matrix|rules|wheel)|redaction\/generate|refusals|shell|supply-chain|test|words|workflows)\b|\.d\.ts$/;

/** TypeScript that a command of a user runs, without what it deploys. */
const files = (): string[] =>
  execFileSync(
    'git',
    [
      'ls-files',
      '--cached',
      '--others',
      '--exclude-standard',
      'config',
      'harness',
      'judges',
      'lib',
      'rehearsal',
      'tools',
    ],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
    .trim()
    .split('\n')
    .filter((file) => file.endsWith('.ts') && !internal.test(file));

interface Node {
  readonly type?: string;
  readonly callee?: Node;
  readonly value?: unknown;
  readonly arguments?: readonly { readonly expression: Node }[];
  readonly quasis?: readonly { readonly cooked: string }[];
  readonly left?: Node;
  readonly right?: Node;
}

function* below(node: unknown): Generator<Node> {
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node) yield node as Node;
  for (const child of Object.values(node)) yield* below(child);
}

/** A text, with … for what is put in. */
const textOf = (node: Node | undefined): string => {
  if (node?.type === 'StringLiteral') return String(node.value);
  if (node?.type === 'TemplateLiteral') return (node.quasis ?? []).map(({ cooked }) => cooked).join('…');
  if (node?.type === 'BinaryExpression') return textOf(node.left) + textOf(node.right);
  return '…';
};

/** What stands in a source. */
export interface Found {
  /** Each code, as often as it is written. */
  readonly codes: readonly string[];
  /** Code → message, where it is written beside it. */
  readonly messages: Readonly<Record<string, string>>;
  /** Messages of errors without a code. */
  readonly errors: readonly string[];
}

/** Reads a source. */
export function found(source: string): Found {
  const codes: string[] = [];
  const messages: Record<string, string> = {};
  const errors: string[] = [];
  for (const { type, value, callee, arguments: given = [] } of below(
    parseSync(source, { syntax: 'typescript', target: 'es2022' }).body,
  )) {
    if (type === 'StringLiteral' && /^HL-[A-Z]+-\d{3}$/.test(String(value))) codes.push(String(value));
    if (type === 'NewExpression' && callee?.value === 'Error') errors.push(textOf(given[0]?.expression));
    if (type === 'CallExpression' && given.length > 1 && /^HL-/.test(textOf(given[0]?.expression)))
      messages[textOf(given[0]?.expression)] = textOf(given[1]?.expression);
  }
  return { codes, messages, errors };
}

let all: Readonly<Record<string, Found>> | undefined;

/** File → what stands in it. */
export function foundInSources(): Readonly<Record<string, Found>> {
  all ??= Object.fromEntries(files().map((file) => [file, found(readFileSync(join(root, file), 'utf8'))]));
  return all;
}
