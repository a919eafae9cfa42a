/** `npm run review`: see `--help`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { accept, acceptedFile, readAcceptances } from './accepted';
import { commit, environmentsAt, environmentsOf, headName } from './commits';
import { exitCode, type Review, review } from './findings';
import { headline, page, summary } from './page';
import { reviewRules } from './rules';

const root = resolve(__dirname, '../..');

const help = `Compares what two commits would deploy, and writes one page for each environment: danger first.

npm run review -- --base REF [options]
  --base REF       commit to compare with: a branch, a tag, a hash
  --out FOLDER     where the pages go, and summary.md of all (default cdk.out/review)
  --accept ID      finding to accept, as a page shows it; again for more
  --reason TEXT    why; written to ${acceptedFile}, which is committed
  --rules          lists what is looked for, and where that is written
  --help           this text

The other side is the working tree. No credentials are needed, nothing is deployed.

Exit code: 0 nothing but notes · 1 could not be judged · 2 cautions · 3 dangers. Accepted findings do not count.
`;

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

command(help, () => {
  const { values } = parseArgs({
    options: {
      base: { type: 'string' },
      out: { type: 'string', default: 'cdk.out/review' },
      accept: { type: 'string', multiple: true, default: [] },
      reason: { type: 'string' },
      rules: { type: 'boolean', default: false },
    },
  });
  if (values.rules) {
    for (const { id, severity, source } of reviewRules) console.log(`${severity.padEnd(8)} ${id.padEnd(32)} ${source}`);
    return 0;
  }
  if (!values.base) throw new Error(`--base is missing: which commit is the change made to?\n\n${help}`);
  if (values.accept.length > 0 !== (values.reason !== undefined)) {
    throw new Error('--accept and --reason go together: what is accepted, and why.');
  }
  const base = commit(root, values.base);
  progress(`synthesising ${base.slice(0, 7)} (${values.base})`);
  const before = environmentsAt(root, base, progress);
  progress('synthesising the working tree');
  const after = environmentsOf(root);

  const judge = (): Review[] =>
    [...new Set([...before.keys(), ...after.keys()])].map((name) =>
      review(name, before.get(name) ?? {}, after.get(name) ?? {}, readAcceptances(root)),
    );
  let reviews = judge();
  for (const id of values.accept) {
    if (!reviews.some(({ findings }) => findings.some((finding) => finding.id === id))) {
      throw new Error(`--accept ${id}: this change has no such finding. Its pages list them.`);
    }
    accept(root, { id, reason: values.reason ?? '' });
    progress(`${acceptedFile}: ${id}`);
  }
  if (values.accept.length > 0) reviews = judge();

  const folder = resolve(root, values.out);
  mkdirSync(folder, { recursive: true });
  const ends = { base: `${base.slice(0, 7)} (${values.base})`, head: headName(root) };
  for (const each of reviews) {
    const file = join(folder, `${each.environment}.md`);
    writeFileSync(file, page(each, ends));
    console.log(`${each.environment.padEnd(10)} ${headline(each).padEnd(36)} ${file}`);
  }
  writeFileSync(join(folder, 'summary.md'), summary(reviews, ends));
  return exitCode(reviews);
});
