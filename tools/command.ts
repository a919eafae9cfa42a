/** Names and words of what AWS SDKs throw where nobody is signed in, or no longer. */
const signedOut =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|UnrecognizedClientException)$/;

/** The message that a person gets for an error. Without credentials AWS says where it looked; what is needed is one sentence. */
export const messageOf = ({ name, message }: Error): string =>
  signedOut.test(name) || /could not load credentials/i.test(message)
    ? `There are no valid AWS credentials here. Sign in, for instance with \`aws sso login\`, or set AWS_PROFILE, and try again. (${name})`
    : message;

/**
 * What all commands of this folder have in common: `--help` prints a text and does nothing else, a wrong option is refused
 * with that text, an error is one message without a stack, and exit code 1.
 *
 * @param run parses its own options, by `parseArgs`; what it returns is the exit code
 */
export function command(help: string, run: () => unknown): void {
  const failed = (error: Error): void => {
    process.stderr.write(`${messageOf(error)}\n`);
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
