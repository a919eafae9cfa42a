/**
 * Grades cases in a checkout of its own, one after the other, in one process: AWS's libraries are loaded once, and a program is
 * bundled again only where one of its sources is another. Started by main.ts.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildOptions, BuildResult } from 'esbuild';
import type { Environment } from '../review/changes';
import { readAssembly } from '../review/commits';
import { type Finding, open, type Review, review } from '../review/findings';
import { repository, repositoryName } from '../review/repository';
import { graded } from './cases';
import { apply, type Grade, type Graded } from './graded';

/** What a worker says of a case. */
export interface Verdict {
  readonly name: string;
  readonly problems: readonly string[];
  readonly findings: readonly string[];
}

const environment = 'prod';
const [checkout = ''] = process.argv.slice(2);
const synthesiser = require.resolve('../review/synthesise');

/** Programs by their options, with the text of each source that they were made of. */
const bundles = new Map<string, { result: BuildResult; sources: ReadonlyMap<string, string> }>();

const esbuild = require('esbuild') as { buildSync: (options: BuildOptions) => BuildResult };
const module_ = require.cache[require.resolve('esbuild')];
if (module_) module_.exports = { ...esbuild, buildSync: bundled };

function bundled(options: BuildOptions): BuildResult {
  const key = JSON.stringify(options);
  const known = bundles.get(key);
  const path = (file: string): string => join(options.absWorkingDir ?? checkout, file);
  if (known && [...known.sources].every(([file, text]) => readFileSync(path(file), 'utf8') === text))
    return known.result;
  const result = esbuild.buildSync({ ...options, metafile: true });
  // What packages hold does not change meanwhile.
  const own = Object.keys(result.metafile?.inputs ?? {}).filter((file) => !file.includes('node_modules'));
  bundles.set(key, { result, sources: new Map(own.map((file) => [file, readFileSync(path(file), 'utf8')])) });
  return result;
}

/** Synthesises the checkout as it stands, by its own sources. */
function synthesised(): Map<string, Environment> {
  const assembly = mkdtempSync(join(tmpdir(), 'harbourline-review-'));
  for (const name of Object.keys(require.cache)) {
    if (name === synthesiser || (name.startsWith(checkout) && !name.includes('node_modules')))
      delete require.cache[name];
  }
  Object.assign(process.env, { CDK_OUTDIR: assembly, CDK_VALIDATION: 'false' });
  process.argv = [...process.argv.slice(0, 2), environment];
  try {
    require(synthesiser);
    return readAssembly(assembly);
  } finally {
    // An app that the CLI runs writes its assembly again when the process ends.
    process.removeAllListeners('beforeExit');
    rmSync(assembly, { recursive: true, force: true });
  }
}

/** Nothing of these is synthesised. */
const isBeside = (file: string): boolean => /^(\.github|\.ci|deployment|docs|tools|test|[^/]+$)/.test(file);

const gradeOf = (reviews: readonly Review[]): Grade =>
  (['danger', 'caution', 'note'] as const).find((severity) =>
    reviews.some((each) => open(each, severity).length > 0),
  ) ?? 'nothing';

/** What is wrong with the findings of a case; none where all is right. */
function problems({ grade, finds = {}, silent = [] }: Graded, reviews: readonly Review[]): string[] {
  const findings = reviews.flatMap((each) => each.findings);
  const found = gradeOf(reviews);
  return [
    ...(found === grade ? [] : [`is graded ${found}, not ${grade}`]),
    ...Object.entries(finds)
      .filter(([id, part]) => !findings.some(({ rule, what }) => rule.id === id && what.includes(part)))
      .map(([id, part]) => `${id} does not say “${part}”`),
    ...silent.filter((id) => findings.some(({ rule }) => rule.id === id)).map((id) => `${id} is no finding of it`),
  ];
}

const line = ({ rule, what, at }: Finding): string =>
  `${rule.severity} ${rule.id}: ${what.length > 300 ? `${what.slice(0, 299)}…` : what} (${at.slice(0, 3).join(', ')})`;

process.chdir(checkout);
const base = synthesised();
const repositoryBefore = repository(checkout);

function verdictOf(each: Graded): Verdict {
  const texts = new Map(each.edits.map(({ file }) => [file, readFileSync(join(checkout, file), 'utf8')]));
  try {
    apply(checkout, each);
    const now = each.edits.every(({ file }) => isBeside(file)) ? base : synthesised();
    const reviews = [
      ...[...now].map(([name, state]) => review(name, base.get(name) ?? {}, state)),
      review(repositoryName, repositoryBefore, repository(checkout)),
    ];
    return {
      name: each.name,
      problems: problems(each, reviews),
      findings: reviews.flatMap(({ findings }) => findings.map(line)),
    };
  } catch (error) {
    return { name: each.name, problems: [`does not synthesise: ${(error as Error).message}`], findings: [] };
  } finally {
    for (const [file, text] of texts) writeFileSync(join(checkout, file), text);
  }
}

process.on('message', (name: string) => {
  const each = graded.find((one) => one.name === name);
  if (each) process.send?.(verdictOf(each));
});
process.send?.('ready');
