/** A rehearsal's report: one table, a line for each promise. */

export interface Row {
  /** The promise. */
  readonly what: string;
  /** What was seen. */
  readonly seen: string;
  /** What it must be. */
  readonly expected: string;
  /** `undefined`: for information, not judged. */
  readonly ok?: boolean;
  /** What this machine lacks, so that the promise could not be tried: it counts as not run, never as passed. */
  readonly notRun?: string;
  /** It holds or breaks however busy the machine is: a secret in the store is one. @default false */
  readonly certain?: true;
  /** The machine was too busy: it counts neither as held nor as broken. */
  readonly doubtful?: true;
}

/** Sign in the first column. */
function sign({ ok, notRun, doubtful }: Row): string {
  if (notRun !== undefined) return '–';
  if (ok === undefined) return '·';
  if (doubtful) return '?';
  return ok ? '✓' : '✗';
}

/** Widths of the columns: the table fits a terminal of 120 columns. */
const widths = [1, 30, 52, 30] as const;

/** Renders the table; long cells are wrapped. */
export function table(lines: readonly Row[]): string {
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const rows = lines.map((line) =>
    row([sign(line), line.what, line.notRun === undefined ? line.seen : `not run: ${line.notRun}`, line.expected]),
  );
  return [row(['', 'what', 'seen', 'expected']), rule, ...rows].join('\n');
}

function row(cells: readonly string[]): string {
  const wrapped = cells.map((cell, column) => wrap(cell, widths[column] ?? 0));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) =>
    wrapped
      .map((lines, column) => (lines[index] ?? '').padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  ).join('\n');
}

/** Breaks at spaces; a word that is too long stands alone. */
function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) as string;
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** `N passed, N failed`, and how many were not run, or not judged because the machine was too busy. */
export function summary(rows: readonly Row[]): string {
  const counted = rows.filter(({ ok, notRun }) => ok !== undefined && notRun === undefined);
  const judged = counted.filter(({ doubtful }) => !doubtful);
  const failed = judged.filter(({ ok }) => !ok).length;
  const notRun = rows.filter((row) => row.notRun !== undefined).length;
  const doubtful = counted.length - judged.length;
  return [
    `${judged.length - failed} passed, ${failed} failed`,
    ...(notRun > 0 ? [`${notRun} not run`] : []),
    ...(doubtful > 0 ? [`${doubtful} not judged`] : []),
  ].join(', ');
}

/** `failed` and `passed` hold however busy the machine was; `inconclusive`: it was too busy to tell. */
export type Verdict = 'passed' | 'failed' | 'inconclusive';

/** Exit codes of commands that rehearse. 75 is EX_TEMPFAIL of sysexits.h: try again. */
export const exitCodes: Readonly<Record<Verdict, number>> = { passed: 0, failed: 1, inconclusive: 75 };

/** What a rehearsal says as a whole. Whatever was not run was not passed. */
export function verdict(rows: readonly Row[]): Verdict {
  if (rows.some(({ ok, notRun, doubtful }) => notRun !== undefined || (ok === false && !doubtful))) return 'failed';
  return rows.some(({ doubtful }) => doubtful) ? 'inconclusive' : 'passed';
}

/** With thousands separators. */
export const count = (value: number): string => value.toLocaleString('en-US');
