/** A small change of the sources, and how change review must grade it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Text that stands once in a file, and what stands there instead. Not by line: what counts is the change. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The gravest finding that is open, or that there is none. */
export type Grade = 'danger' | 'caution' | 'note' | 'nothing';

export interface Graded {
  /** What it is, for whoever reads the list. */
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly grade: Grade;
  /** Rule → what one of its sentences contains. The gravest must be among them. */
  readonly finds?: Readonly<Record<string, string>>;
  /** Rules that must be silent. */
  readonly silent?: readonly string[];
}

export const edit = (file: string, from: string, to: string): Edit => ({ file, from, to });

/** Adds a line behind one. */
export const after = (file: string, line: string, more: string): Edit => edit(file, line, `${line}\n${more}`);

/** Makes the edits in a checkout. @throws Error that says which edit has nothing to hold on to any more */
export function apply(checkout: string, { name, edits }: Graded): void {
  for (const { file, from, to } of edits) {
    const path = join(checkout, file);
    const text = readFileSync(path, 'utf8');
    const times = text.split(from).length - 1;
    if (times !== 1) {
      throw new Error(`${name}: “${from}” stands ${times} times in ${file}, not once. Fix the case in tools/grades.`);
    }
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
}
