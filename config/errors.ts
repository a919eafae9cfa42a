/** The message about a wrong configuration: every problem at once, each with its place, reason and remedy. */

/** Names a refusal for good: `HL-LINK-012`. docs/errors.md has an example of each. */
export type Code = `HL-${string}`;

/** One thing to fix. */
export interface Problem {
  readonly code: Code;
  /** File of the environment, as in `config/prod.ts`. */
  readonly file: string;
  /** Place in the file, as in `store.dataNodes.count` or `mainland.prefixes[1]`. */
  readonly path: string;
  /** What stands there. `undefined`: nothing does. */
  readonly value: unknown;
  readonly why: string;
  readonly fix: string;
}

/** A configuration that was refused before anything was synthesised. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly Problem[]) {
    const count = problems.length === 1 ? 'One problem' : `${problems.length} problems`;
    super([`${count} in the configuration. Nothing was synthesised.`, ...problems.map(text)].join('\n\n'));
  }
}

const text = ({ code, file, path, value, why, fix }: Problem): string =>
  `${file} › ${path}${value === undefined ? '' : ` = ${shown(value)}`}\n  ${why}\n  Fix: ${fix} (${code})`;

/** Long values are cut: the place says where to read the whole. */
function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}

/** `['store', 'readerRoleArns', 0]` → `store.readerRoleArns[0]`. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`)).join('');

/** Is one of the two places within the other? */
export const related = (one: string, other: string): boolean =>
  one === other ||
  [
    [one, other],
    [other, one],
  ].some(
    ([inner = '', outer = '']) => outer === '' || (inner.startsWith(outer) && /^[.[]/.test(inner.slice(outer.length))),
  );
