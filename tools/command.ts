/**
 * What all commands of this folder have in common: `--help` prints a text and does nothing else, a wrong option is refused
 * with that text, an error is one message without a stack, and exit code 1.
 *
 * @param run parses its own options, by `parseArgs`; what it returns is the exit code
 */
export function command(help: string, run: () => unknown): void {
  const failed = (error: Error): void => {
    process.stderr.write(`${error.message}\n`);
    if ('code' in error && `${error.code}`.startsWith('ERR_PARSE_ARGS')) process.stderr.write(`\n${help}`);
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
