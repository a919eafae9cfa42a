/**
 * The allow-list of an environment: every flow that may cross the link, one on a line, each with an owner, a ticket and
 * an end. Security groups, network ACLs, routes, announced prefixes and the far end's firewall are derived from it.
 *
 * ```
 * # from            to              port  owner           ticket    expires
 * relay             10.20.8.10/32   4318  trace-platform  NET-1201  2027-06-30
 * 10.30.4.0/28      10.20.1.20/32   8443  payments        NET-1204  2027-03-31
 * ```
 *
 * `relay` stands for the link subnets. TCP only. What follows a `#` is for people.
 */

import { existsSync, readFileSync } from 'node:fs';
import { cidrProblem } from './cidr';
import type { Code } from './errors';
import { refused } from './refused';

/** One line: who may open connections to whom. */
export interface AllowlistEntry {
  /** Line in the file, from 1. */
  readonly line: number;
  /** A prefix, or `relay`. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly owner: string;
  readonly ticket: string;
  /** Last day on which it holds: `2027-06-30`. */
  readonly expires: string;
}

/** What is wrong with a line. */
export interface AllowlistProblem {
  readonly code: Code;
  readonly line: number;
  readonly value: string;
  readonly why: string;
  readonly fix: string;
}

/** The text of an allow-list and where it stands. */
export interface AllowlistFile {
  readonly file: string;
  readonly text: string;
}

/**
 * The allow-list that stands in a file.
 *
 * @param file from the root of the deployment's repository, in which the CDK and all commands run: `config/allowlists/dev.txt`
 * @throws Error where there is no such file
 */
export function allowlist(file: string): AllowlistFile {
  if (!existsSync(file)) {
    throw refused(
      'HL-ALLOW-023',
      `There is no ${file} in ${process.cwd()}, which link.allowlist names. Write it, or correct the name: it counts from the root of the repository.`,
    );
  }
  return { file, text: readFileSync(file, 'utf8') };
}

/** The source that stands for the relays, wherever in the link subnets they are. */
export const relaySource = 'relay';

/**
 * The widest prefix that a line may hold. A /24 is one server subnet: whoever needs more asks for several, each with its
 * owner.
 */
const widestPrefix = 24;

const columns = ['from', 'to', 'port', 'owner', 'ticket', 'expires'] as const;

/** Reads the lines; those that cannot be read are problems. */
export function parseAllowlist(text: string): { entries: AllowlistEntry[]; problems: AllowlistProblem[] } {
  const entries: AllowlistEntry[] = [];
  const problems: AllowlistProblem[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const value = raw.replace(/#.*/, '').trim();
    if (value === '') continue;
    const line = index + 1;
    const words = value.split(/\s+/);
    const found = words.length === columns.length ? objections(words) : [wrongCount(words)];
    problems.push(...found.map((problem) => ({ line, value, ...problem })));
    if (found.length > 0) continue;
    const [from, to, port, owner, ticket, expires] = words as [string, string, string, string, string, string];
    entries.push({ line, from, to, port: Number(port), owner, ticket, expires });
  }
  return { entries, problems };
}

type Objection = Pick<AllowlistProblem, 'code' | 'why' | 'fix'>;

/** How the words of each column look, to say which is missing. */
const looks: Readonly<Record<(typeof columns)[number], RegExp>> = {
  from: /^(relay|[\d./]+)$/,
  to: /^[\d./]+$/,
  port: /^\d{1,5}$/,
  owner: /^(?![A-Z]+[-#/]?\d+$)[^\d]/,
  ticket: /\d$/,
  expires: /^\d{4}-\d{1,2}-\d{1,2}$/,
};

/** Columns for which no word is left, read from left to right. */
function missing(words: readonly string[]): string[] {
  const rest = [...words];
  return columns.filter((column) => {
    const [word = ''] = rest;
    // A port is a number, and so might a prefix begin; a ticket is no date.
    const fits = looks[column].test(word) && !(column === 'ticket' && looks.expires.test(word));
    if (fits) rest.shift();
    return !fits;
  });
}

const wrongCount = (words: readonly string[]): Objection => {
  const fix = `Write: ${columns.join(' ')}`;
  if (words.length === 1 && /[;,|]/.test(words[0] as string)) {
    return {
      code: 'HL-ALLOW-020',
      why: 'Between two columns there are spaces or tabs, and here is something else.',
      fix,
    };
  }
  const gone = missing(words);
  return {
    code: 'HL-ALLOW-001',
    why:
      words.length < columns.length && gone.length > 0
        ? `The line has ${words.length} columns instead of ${columns.length}: ${gone.join(' and ')} ${gone.length > 1 ? 'are' : 'is'} missing.`
        : `The line has ${words.length} columns instead of ${columns.length}: an owner or a ticket has no spaces.`,
    fix,
  };
};

function objections(words: readonly string[]): Objection[] {
  const [from = '', to = '', port = '', owner = '', ticket = '', expires = ''] = words;
  const wrong = (code: Code, holds: boolean, why: string, fix: string): Objection[] =>
    holds ? [] : [{ code, why, fix }];
  return [
    ...(from === relaySource ? [] : prefixObjection('from', from)),
    ...wrong('HL-ALLOW-021', !/^relay$/i.test(to), `to ${to}: nobody opens connections to relays.`, 'Name a prefix.'),
    ...(/^relay$/i.test(to) ? [] : prefixObjection('to', to)),
    ...wrong(
      'HL-ALLOW-002',
      // No zeros before it: whoever reads 0010 may mean 8, and a prefix is refused for the same.
      /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535,
      `${port} is not a TCP port.`,
      'Write one number from 1 to 65535: a range would admit what nobody asked for.',
    ),
    ...wrong(
      'HL-ALLOW-003',
      /^[\p{L}\p{N}_][\p{L}\p{N}_.@/+-]*$/u.test(owner),
      `${owner} is not an owner.`,
      'Name a team or an address, without spaces.',
    ),
    ...wrong(
      'HL-ALLOW-004',
      /^[A-Za-z][A-Za-z0-9_]*[-#/]?\d+$/.test(ticket),
      `${ticket} is not a ticket.`,
      'Write it as NET-1204 or CHG0031234.',
    ),
    ...wrong('HL-ALLOW-005', isDate(expires), `${expires} is not a date.`, 'Write year, month and day: 2027-06-30.'),
  ];
}

function prefixObjection(column: string, prefix: string): Objection[] {
  if (/^relays?$/i.test(prefix))
    return [{ code: 'HL-ALLOW-022', why: `${column} ${prefix}: it is no prefix.`, fix: `Write ${relaySource}.` }];
  const problem = cidrProblem(prefix, { widest: widestPrefix, narrowest: 32, onlyPrivate: false });
  return problem ? [{ ...problem, why: `${column} ${prefix}: ${problem.why}` }] : [];
}

/** Is it a day of the calendar? */
export const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;

/** Days that a line may hold at most, unless the configuration says otherwise: who still needs it asks again. */
const longestDays = 366;

/** Days from one day to another, both as `2027-06-30`. */
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/** The last day that a line may name at a day, where it may hold for so many days. */
export const lastDayOf = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

/**
 * Lines that do not hold at a day: ended before it, or asked for beyond a year from it.
 *
 * @param day as `2027-06-30`: the day of the commit, so that the same commit is always judged the same
 * @param days most days that a line may hold from then
 */
export function datesOf(entries: readonly AllowlistEntry[], day: string, days = longestDays): AllowlistProblem[] {
  return entries.flatMap(({ line, to, port, expires }): AllowlistProblem[] => {
    const left = daysBetween(day, expires);
    const at = { line, value: `${to} ${port} ${expires}` };
    if (left < 0) {
      return [
        {
          code: 'HL-ALLOW-006',
          ...at,
          why: `It ended on ${expires}, before ${day}.`,
          fix: 'Take the line out, or renew it with its owner.',
        },
      ];
    }
    return left > days
      ? [
          {
            code: 'HL-ALLOW-007',
            ...at,
            why: `It would hold for ${Math.round(left)} days from ${day}, and ${days} are the most: nobody would ask for it again.`,
            fix: `Name ${lastDayOf(day, days)} at the latest. How long a line may hold is link.allowlistDays.`,
          },
        ]
      : [];
  });
}
