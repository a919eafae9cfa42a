/** A rehearsal's report: one table, a line for each promise. */

export interface Line {
  /** The promise. */
  readonly what: string;
  /** What was seen. */
  readonly seen: string;
  /** What it must be. */
  readonly expected: string;
  /** `undefined`: for information, not judged. */
  readonly ok?: boolean;
}

/** Renders the table. Columns are as wide as their widest cell. */
export function table(lines: readonly Line[]): string {
  const rows = lines.map(({ what, seen, expected, ok }) => [
    ok === undefined ? '·' : ok ? '✓' : '✗',
    what,
    seen,
    expected,
  ]);
  const head = ['', 'what', 'seen', 'expected'];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => [...(row[column] ?? '')].length)));
  const render = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
      .join('  ')
      .trimEnd();
  return [render(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(render)].join('\n');
}

/** `N passed, N failed`. */
export function summary(lines: readonly Line[]): string {
  const judged = lines.filter(({ ok }) => ok !== undefined);
  const failed = judged.filter(({ ok }) => !ok).length;
  return `${judged.length - failed} passed, ${failed} failed`;
}

/** With thousands separators. */
export const count = (value: number): string => value.toLocaleString('en-US');
