/** `npm run review:grades`: see `--help`. */
import { execFileSync, fork } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { root } from '../shell/scripts';
import { graded } from './cases';
import type { Graded } from './graded';
import type { Verdict } from './worker';

const help = `Makes small changes of the sources, each alone, and looks whether change review grades each as it must.

npm run review:grades -- [options] [WORDS…]
  WORDS       only cases whose name holds one of these
  --jobs N    synthesised at once (default 2)
  --part I/N  the I-th of N parts, for machines that have other things to do
  --show      all findings, too
  --list      names and grades, and nothing is run
  --help      this text

Every case is synthesised by its own sources: some three seconds each. Exit code 1 where a grade is another.
`;

/** A copy of the working tree's files: nobody who works meanwhile changes what is compared. */
function copyOf(files: readonly string[]): string {
  const checkout = realpathSync(mkdtempSync(join(tmpdir(), 'harbourline-grade-')));
  for (const file of files) {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    copyFileSync(join(root, file), join(checkout, file));
  }
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  return checkout;
}

/** One worker in a checkout of its own: takes case after case, until none is left. */
function work(checkout: string, queue: Graded[], say: (each: Graded, verdict: Verdict) => void): Promise<void> {
  return new Promise((done, failed) => {
    const worker = fork(join(__dirname, 'worker.ts'), [checkout], { execArgv: ['--import', 'tsx'] });
    let current: Graded | undefined;
    const next = (): void => {
      current = queue.shift();
      if (current) worker.send(current.name);
      else worker.kill();
    };
    worker.on('message', (message: Verdict | 'ready') => {
      if (message !== 'ready' && current) say(current, message);
      next();
    });
    worker.on('error', failed);
    worker.on('exit', (code) => {
      if (current || code) failed(new Error(`A worker ended at: ${current?.name ?? 'the start'}`));
      else done();
    });
  });
}

command(help, async () => {
  const { positionals, values } = parseArgs({
    options: {
      jobs: { type: 'string', default: '2' },
      part: { type: 'string', default: '1/1' },
      show: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const [part = 0, parts = 0] = values.part.split('/').map(Number);
  if (!(part >= 1 && part <= parts)) throw new Error(`--part ${values.part}: write which of how many, such as 2/5.`);
  const size = Math.ceil(graded.length / parts);
  const wanted = graded
    .slice((part - 1) * size, part * size)
    .filter(({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)));
  if (values.list) {
    for (const { name, grade } of wanted) console.log(`${grade.padEnd(8)} ${name}`);
    return 0;
  }
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--', ':!python/examples', ':!python/*/tests', ':!review/*.json'],
    { cwd: root },
  );
  const files = `${listed}`.split('\0').filter((file) => file && existsSync(join(root, file)));
  const queue = [...wanted];
  let wrong = 0;
  const say = (each: Graded, { problems, findings }: Verdict): void => {
    if (problems.length > 0) wrong++;
    console.log(`${problems.length > 0 ? 'WRONG' : 'ok   '}  ${each.grade.padEnd(8)} ${each.name}`);
    for (const text of [...problems, ...(values.show || problems.length > 0 ? findings : [])])
      console.log(`       ${text}`);
  };
  const checkouts = Array.from({ length: Math.max(1, Number(values.jobs)) }, () => copyOf(files));
  try {
    await Promise.all(checkouts.map((checkout) => work(checkout, queue, say)));
  } finally {
    for (const checkout of checkouts) rmSync(checkout, { recursive: true, force: true });
  }
  console.log(`${wanted.length - wrong} of ${wanted.length} are graded as they must be`);
  return wrong > 0 ? 1 : 0;
});
