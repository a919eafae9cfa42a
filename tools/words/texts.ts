import { parseSync } from '@swc/core';

/** Something that people read: three words or more, not a query, not a pattern. */
const isProse = (text: string): boolean =>
  /[a-z]{2,} [\w'’-]+ [\w'’-]+/i.test(text) && !/^\s*(?:SELECT|FIELDS|filter|stats)\b|\(\?[:=!<]/.test(text);

/** TSDoc of a source, as a page with the same number of lines. */
export const docs = (source: string): string =>
  source.replaceAll(/(\/\*\*[\s\S]*?\*\/)|[^\n]/g, (_, comment?: string) =>
    (comment ?? '').replaceAll(/^ *(?:\/\*\*|\*\/|\*)| *\*\/$|@\w+/gm, '').replaceAll(/^ +/gm, ''),
  );

interface Node {
  readonly type?: string;
  readonly span?: { readonly start: number };
  readonly value?: unknown;
  readonly quasis?: readonly { readonly raw: string }[];
}

/** Literals below a node, with what they say: what a template inserts is left out. */
function* literalsIn(node: unknown): Generator<{ readonly at: number; readonly text: string }> {
  if (typeof node !== 'object' || node === null) return;
  const { type, span, value, quasis } = node as Node;
  if (type === 'ImportDeclaration') return;
  if (type === 'StringLiteral' && span) yield { at: span.start, text: value as string };
  if (type === 'TemplateLiteral' && span && quasis)
    yield { at: span.start, text: quasis.map(({ raw }) => raw).join('…') };
  for (const child of Object.values(node)) yield* literalsIn(child);
}

/**
 * The texts of a source that people read, as a page with the same number of lines: each stands on the line where it begins, so that a
 * finding's line is that of the source. Texts of several lines are joined.
 */
export function texts(source: string): string {
  const bytes = Buffer.from(source);
  // Spans count bytes of everything that the process has parsed so far, and a module ends with its last token: so one of ours.
  const module = parseSync(`${source};`, { syntax: 'typescript', target: 'es2022' });
  const base = module.span.end - bytes.length - 1;
  const lines: string[][] = source.split('\n').map(() => []);
  for (const { at, text } of literalsIn(module.body)) {
    if (!isProse(text)) continue;
    const line = bytes.subarray(0, at - base).reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
    lines[line]?.push(text.replace(/\\n/g, ' ').replace(/\s+/g, ' ').trim());
  }
  return lines.map((found) => found.join(' ')).join('\n');
}
