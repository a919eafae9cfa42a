/** `npm run review:grades`: see `--help`. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import type { Environment } from '../review/changes';
import { environmentsOf } from '../review/commits';
import { type Finding, open, type Review, review } from '../review/findings';
import { repository, repositoryName } from '../review/repository';
import { root } from '../shell/scripts';
import { graded } from './cases';
import { apply, type Grade, type Graded } from './graded';

const help = `Makes small changes of the sources, each alone, and looks whether change review grades each as it must.

npm run review:grades -- [options] [WORDS…]
  WORDS    only cases whose name holds one of these
  --jobs N synthesised at once (default 2)
  --show   all findings, too
  --list   names and grades, and nothing is run
  --help   this text

Every case is synthesised by its own sources: some five seconds each. Exit code 1 where a grade is another.
`;

const environment = 'prod';

/** A copy of a tree's files, for as long as something is done with it. */
async function inCopy<T>(tree: string, use: (checkout: string) => Promise<T>): Promise<T> {
  const checkout = mkdtempSync(join(tmpdir(), 'harbourline-grade-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--', ':!python', ':!review/*.json'], { cwd: root });
  try {
    for (const file of `${listed}`.split('\0').filter(Boolean)) {
      mkdirSync(dirname(join(checkout, file)), { recursive: true });
      copyFileSync(join(tree, file), join(checkout, file));
    }
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    return await use(checkout);
  } finally {
    rmSync(checkout, { recursive: true, force: true });
  }
}

/** Environments, and the repository as one, by name. */
async function states(checkout: string): Promise<Map<string, Environment>> {
  return (await environmentsOf(checkout, [environment])).set(repositoryName, repository(checkout));
}

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
  `       ${rule.severity} ${rule.id}: ${what.length > 300 ? `${what.slice(0, 299)}…` : what} (${at.slice(0, 3).join(', ')})`;

command(help, async () => {
  const { positionals, values } = parseArgs({
    options: {
      jobs: { type: 'string', default: '2' },
      show: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const wanted = graded.filter(
    ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
  );
  if (values.list) {
    for (const { name, grade } of wanted) console.log(`${grade.padEnd(8)} ${name}`);
    return 0;
  }
  // Of the first copy, so that nobody who works meanwhile changes what is compared.
  const wrong = await inCopy(root, async (base) => {
    const before = await states(base);
    const queue = [...wanted];
    let wrong = 0;
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const each = next;
        const reviews = await inCopy(base, async (checkout) => {
          apply(checkout, each);
          const now = await states(checkout);
          return [...now].map(([name, state]) => review(name, before.get(name) ?? {}, state));
        });
        const found = problems(each, reviews);
        if (found.length > 0) wrong++;
        console.log(`${found.length > 0 ? 'WRONG' : 'ok   '}  ${each.grade.padEnd(8)} ${each.name}`);
        for (const problem of found) console.log(`       ${problem}`);
        if (values.show || found.length > 0) {
          for (const finding of reviews.flatMap(({ findings }) => findings)) console.log(line(finding));
        }
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, worker));
    return wrong;
  });
  console.log(`${wanted.length - wrong} of ${wanted.length} are graded as they must be`);
  return wrong > 0 ? 1 : 0;
});
