/** What the examples of this folder are refused with: one message for each code that the configuration or a command can answer. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { refuseDates } from '../../config/dates';
import { type Code, ConfigError, type Problem } from '../../config/errors';
import { parseEnvironments } from '../../config/parse';
import { coded } from '../../config/refused';
import { dev } from '../../harness/environments/dev';
import { edited } from '../../harness/environments/edited';
import { prod } from '../../harness/environments/prod';
import { staging } from '../../harness/environments/staging';
import { messageOf as printed } from '../../harness/message';
import { met } from './commands';
import { run } from './run';
import { foundInSources } from './sources';

const environments = { dev, staging, prod };

/** A mistake: an example environment, and what is different in it. */
interface Example {
  readonly of: keyof typeof environments;
  /** Place → what stands there; null: nothing. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** Lines that are added to its allow-list. */
  readonly lines?: readonly string[];
  /** That many lines of the usual kind. */
  readonly many?: number;
  /** Day of the commit, as `2027-06-30`. @default allow-lists are not judged by days */
  readonly day?: string;
  /** What stands in the file of another environment. */
  readonly beside?: keyof typeof environments;
  /** Changes to both of them. */
  readonly both?: Readonly<Record<string, unknown>>;
}

const written = (file: string) => parse(readFileSync(join(__dirname, file), 'utf8'));

/** Code → an example that gets it, in the order of the page. */
export const examples: Readonly<Record<string, Example>> = written('examples.yaml');

/** Code → what is wrong and how to fix it, in Chinese. */
export const inChinese: Readonly<Record<string, string>> = written('zh.yaml');

/** Codes of which `zh.yaml` says nothing. */
export const withoutChinese = (): string[] =>
  [...Object.keys(examples), ...Object.keys(met)].filter((code) => !inChinese[code]);

function changed({ of, with: changes, both, lines = [], many = 0 }: Example): object {
  const edits = Object.entries({ ...both, ...changes }).map(([place, value]) => [place, value ?? undefined]);
  const copy = edited<object>(environments[of], Object.fromEntries(edits));
  const usual = Array.from(
    { length: many },
    (_, n) => `10.30.${8 + (n >> 8)}.${n & 255}/32 10.20.1.20/32 9443 payments NET-1299 2027-03-31`,
  );
  const { allowlist } = (copy as typeof dev).link as { allowlist: { text: string } };
  allowlist.text += [...lines, ...usual].map((line) => `${line}\n`).join('');
  return copy;
}

/** Every problem of an example. */
export function problemsOf(example: Example): readonly Problem[] {
  const { of, day, beside, both } = example;
  const other = of === 'staging' ? 'dev' : 'staging';
  try {
    const judged = parseEnvironments({
      ...(beside ? { [`config/${other}.ts`]: changed({ of: beside, ...(both ? { both } : {}) }) } : {}),
      [`config/${of}.ts`]: changed(example),
    });
    if (day) refuseDates(judged, day);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** The message of one refusal, as it is printed. @throws Error where the example does not get the code */
export function messageOf(code: string): string {
  const example = examples[code];
  const problem = example && problemsOf(example).find((each) => each.code === code);
  if (!problem) throw new Error(`The example of ${code} in tools/refusals/examples.yaml does not get it.`);
  return new ConfigError([problem]).message.split('\n\n').slice(1).join('\n\n');
}

/** The message of a command's refusal, below the line that meets it. @throws Error where the example does not get the code */
export async function messageOfCommand(code: string): Promise<string> {
  const example = met[code] ?? '';
  const line = typeof example === 'string' ? example : example[0];
  const said = typeof example === 'string' ? (await run(line)).out : await refusedBy(code, example[1]);
  const end = said.indexOf(`(${code})`);
  if (end < 0) throw new Error(`The example of ${code} in tools/refusals/commands.ts does not get it: ${said}`);
  // What follows is the help text, or what else is wrong.
  return `$ ${line}\n${said.slice(0, end)}(${code})`;
}

async function refusedBy(code: string, refuses?: () => unknown): Promise<string> {
  if (!refuses) {
    const message = Object.values(foundInSources()).find(({ messages }) => messages[code])?.messages[code];
    return message ? coded(code as Code, message) : '';
  }
  try {
    await refuses();
    return '';
  } catch (error) {
    return printed(error as Error);
  }
}
