/** Judges a change by the rules of the checkout that this file is in: that of the base, so that no change judges itself. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orderSection } from '../order/section';
import { readAcceptances } from './accepted';
import type { Environment } from './changes';
import { environmentsOf, headName } from './commits';
import { exitCode, type Review, review } from './findings';
import { html } from './html';
import { headline, page, summary } from './page';
import { repository, repositoryName } from './repository';

/** This file in a checkout: of Harbourline's own repository, or of one that has the package. */
const places = ['tools/review/judge.ts', 'node_modules/harbourline/dist/tools/review/judge.js'];

/** The judge of a checkout. @returns none where it has no rules that can be asked */
export const judgeOf = (checkout: string): string | undefined =>
  places.map((place) => join(checkout, place)).find(existsSync);

/** What is to be judged. Plain data: it goes from one process to another, maybe of another version. */
export interface Question {
  /** Checkout of the change. */
  readonly head: string;
  readonly base: { readonly checkout: string; readonly sha: string; readonly name: string };
  /** Names; all if none. */
  readonly environments: readonly string[];
  /** Folder for the pages. */
  readonly out: string;
  /** The base has no rules to ask: a finding of its own. */
  readonly ownRules?: boolean;
}

export interface Judgement {
  readonly exitCode: number;
  /** One for each page: name, headline, file. */
  readonly lines: readonly string[];
  /** Ids of all findings. */
  readonly findings: readonly string[];
}

/** Synthesises both sides at once, judges, and writes the pages. @throws Error where a side does not synthesise */
export async function judge(
  { head, base, environments, out, ownRules = false }: Question,
  progress: (line: string) => void,
): Promise<Judgement> {
  const short = base.sha.slice(0, 7);
  progress(`synthesising ${short} (${base.name}) and the working tree`);
  const [before, after] = await Promise.all([
    environmentsOf(base.checkout, environments),
    environmentsOf(head, environments),
  ]);
  const acceptances = readAcceptances(base.checkout);
  const nothing: Environment = {};
  const reviews: Review[] = [
    ...[...new Set([...before.keys(), ...after.keys()])].map((name) =>
      review(name, before.get(name) ?? nothing, after.get(name) ?? nothing, acceptances),
    ),
    review(repositoryName, repository(base.checkout, ownRules), repository(head), acceptances),
  ];

  mkdirSync(out, { recursive: true });
  const ends = { base: base.sha.startsWith(base.name) ? short : `${short} (${base.name})`, head: headName(head) };
  const orders = reviews.map(({ environment }) => orderSection(before.get(environment), after.get(environment)));
  const lines = reviews.map((each, index) => {
    const file = join(out, `${each.environment}.md`);
    const text = page(each, ends) + (orders[index]?.text ?? '');
    writeFileSync(file, text);
    writeFileSync(join(out, `${each.environment}.html`), html(text, `${each.environment}: ${headline(each)}`));
    return `${each.environment.padEnd(16)} ${headline(each).padEnd(40)} ${file}`;
  });
  writeFileSync(join(out, 'summary.md'), summary(reviews, ends));
  return {
    exitCode: orders.some(({ refused }) => refused) ? 3 : exitCode(reviews),
    lines,
    findings: reviews.flatMap(({ findings }) => findings.map(({ id }) => id)),
  };
}

if (require.main === module) {
  judge(JSON.parse(process.argv[2] ?? '{}') as Question, (line) => process.stderr.write(`${line}\n`)).then(
    (judgement) => console.log(JSON.stringify(judgement)),
    (error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    },
  );
}
