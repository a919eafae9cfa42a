import type { Answer, Aws, Check, Plan } from './check';

/** A line of the table; `undefined` where AWS did not say. */
export interface Line extends Omit<Answer, 'ok'> {
  readonly check: string;
  readonly ok: boolean | undefined;
}

/** Nobody signed in: no other question will be answered either. */
export class NoCredentials extends Error {}

const noCredentials =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClientException|AuthFailure)$/;
const forbidden = /^(AccessDenied(Exception)?|UnauthorizedOperation|OptInRequired)$/;

/**
 * Asks one check after the other. What could not be asked is no pass.
 *
 * @throws NoCredentials
 */
export async function preflight(
  checks: readonly Check[],
  aws: Aws,
  plan: Plan,
  progress: (line: string) => void,
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const check of checks) {
    progress(check.name);
    lines.push(...(await ask(check, aws, plan)));
    // In another account, or in a region that is off, every other answer would be about something else.
    if (['account', 'region'].includes(check.name) && lines.some(({ ok }) => ok === false)) break;
  }
  return lines;
}

async function ask({ name, asks, run }: Check, aws: Aws, plan: Plan): Promise<Line[]> {
  try {
    return (await run(aws, plan)).map((answer) => ({ check: name, ...answer }));
  } catch (error) {
    const { name: code, message } = error as Error;
    if (noCredentials.test(code)) throw new NoCredentials(message);
    const found = forbidden.test(code) ? `not allowed to ask (${code})` : `${code}: ${message}`;
    return [
      {
        check: name,
        ok: undefined,
        what: asks.join(', '),
        found,
        remedy: `Allow ${asks.join(', ')}, or ask somebody who may.`,
      },
    ];
  }
}

/** 0: all well. 1: something will fail. 2: nothing known to fail, but not everything could be asked. */
export function exitCode(lines: readonly Line[]): number {
  if (lines.some(({ ok }) => ok === false)) return 1;
  return lines.some(({ ok }) => ok === undefined) ? 2 : 0;
}

/** One table; remedies stand beneath what they fix. */
export function table(lines: readonly Line[]): string {
  const mark = ({ ok }: Line): string => (ok === undefined ? '?   ' : ok ? 'ok  ' : 'FAIL');
  const width = (read: (line: Line) => string): number => Math.max(...lines.map((line) => read(line).length));
  const [check, what] = [
    width((line) => line.check),
    Math.min(
      64,
      width((line) => line.what),
    ),
  ];
  return lines
    .flatMap((line) => [
      `${mark(line)}  ${line.check.padEnd(check)}  ${line.what.padEnd(what)}  ${line.found}`,
      ...(line.remedy ? [`      ${' '.repeat(check)}  → ${line.remedy}`] : []),
    ])
    .join('\n');
}
