/** What a person is shown of an error. */
import type { Code } from '../config/errors';
import { coded, Refusal } from '../config/refused';

/** Names and words of what AWS SDKs throw where nobody is signed in, or no longer. */
const signedOut =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|UnrecognizedClientException)$/;

/** What `parseArgs` refuses. */
const misuses: Readonly<Record<string, Code>> = {
  ERR_PARSE_ARGS_UNKNOWN_OPTION: 'HL-COMMAND-001',
  ERR_PARSE_ARGS_INVALID_OPTION_VALUE: 'HL-COMMAND-002',
  ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL: 'HL-COMMAND-003',
};

const misuseOf = (error: Error): Code | undefined => misuses[`${(error as NodeJS.ErrnoException).code}`];

/** Its message. Without credentials AWS says where it looked; what is needed is one sentence. */
export function messageOf(error: Error): string {
  const { name, message } = error;
  if (signedOut.test(name) || /could not load credentials/i.test(message))
    return coded(
      'HL-COMMAND-004',
      `There are no valid AWS credentials here (${name}). Sign in, for instance with \`aws sso login\`, or set AWS_PROFILE, and try again.`,
    );
  const misuse = misuseOf(error);
  return misuse ? coded(misuse, message) : message;
}

/** Whether the help text of a command says how to fix it. */
export const showsHelp = (error: Error): boolean =>
  misuseOf(error) !== undefined || (error instanceof Refusal && error.showsHelp);
