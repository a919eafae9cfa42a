import { misused, refused } from '../config/refused';
import { messageOf, showsHelp } from '../harness/message';

/**
 * What all commands of this folder have in common: `--help` prints a text and does nothing else, a wrong option is refused
 * with that text, an error is one message without a stack, and exit code 1.
 *
 * @param run parses its own options, by `parseArgs`; what it returns is the exit code
 */
export function command(help: string, run: () => unknown): void {
  const failed = (error: Error): void => {
    process.stderr.write(`${messageOf(error)}\n`);
    if (showsHelp(error)) process.stderr.write(`\n${help}`);
    process.exitCode = 1;
  };
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(help);
    return;
  }
  // In a chain, so that what is thrown at once and what is rejected later take the same way.
  Promise.resolve()
    .then(run)
    .then((code) => {
      if (typeof code === 'number') process.exitCode = code;
    }, failed);
}

/** What a command cannot do without. @throws Refusal where it is not given, or empty */
export function needed(option: string, value: string | undefined): string {
  if (value) return value;
  throw misused('HL-COMMAND-005', `--${option} is missing: nothing is guessed here. Add it, as below.`);
}

/** Refuses words beyond those that a command takes. @param takes such as `One assembly` */
export function nothingMore(takes: string, more: readonly string[]): void {
  if (more.length > 0) throw misused('HL-COMMAND-011', `${takes} at a time: leave ${more.join(' ')} out.`);
}

/** What is thrown where an app does not synthesise, which has said why. */
export const notSynthesised = (what: string): Error =>
  refused('HL-COMMAND-012', `${what} does not synthesise: fix what it says above, then run this again.`);
