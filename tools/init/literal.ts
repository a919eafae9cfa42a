/** Values as TypeScript that a person goes on with. */

/** An expression, to be written as it stands. */
export class Expression {
  constructor(readonly text: string) {}
}

/** A literal, one entry a line where it is long. */
export function literal(value: unknown, indent = ''): string {
  if (value instanceof Expression) return value.text;
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
  if (typeof value === 'number') return `${value}`.replace(/\B(?=(\d{3})+$)/g, '_');
  if (typeof value !== 'object' || value === null) return `${value}`;
  const inner = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map((each) => literal(each, inner))
    : Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([key, each]) => `${/^[\w$]+$/.test(key) ? key : `'${key}'`}: ${literal(each, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }'];
  const line = `${open}${entries.join(', ')}${close}`;
  if (line.length + indent.length < 100 && !line.includes('\n')) return entries.length > 0 ? line : `${open}${close}`;
  return `${open.trim()}\n${entries.map((entry) => `${inner}${entry},\n`).join('')}${indent}${close.trim()}`;
}
