/** What a command refuses: wrong options, and what it needs and does not find. docs/errors.md has an example of each. */
import type { Code } from './errors';

/** A message that ends with its code. */
export type Coded = `${string} (${Code})`;

/** One thing that is wrong, where a command lists several. */
export const coded = (code: Code, message: string): Coded => `${message} (${code})`;

/** One message without a stack: what is wrong, why, and how to fix it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  /**
   * @param problems each by `coded`
   * @param showsHelp whether the help text of the command says how to fix it
   */
  constructor(
    problems: readonly Coded[],
    readonly showsHelp = false,
  ) {
    super(problems.join('\n'));
  }
}

/** The refusal of one thing. */
export const refused = (code: Code, message: string): Refusal => new Refusal([coded(code, message)]);

/** The same, where the help text says how it is written: it is printed below. */
export const misused = (code: Code, message: string): Refusal => new Refusal([coded(code, message)], true);
