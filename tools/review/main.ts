/** `npm run review`: see `--help`. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { refused } from '../../config/refused';
import { deploymentRoot } from '../../harness/deployment';
import { loader } from '../../harness/program';
import { command, needed } from '../command';
import { accept, acceptedFile } from './accepted';
import { commit, firstParent, inWorktree } from './commits';
import { type Judgement, judge, judgeOf, type Question } from './judge';
import { reviewRules } from './rules';

const help = `Compares what two commits would deploy, and writes a page for each environment and one for the repository: danger first.

npm run review -- --base REF [options]
  --base REF       commit to compare with: a branch, a tag, a hash (default: the first parent, where HEAD is a merge)
  --env NAME       only this environment; again for more
  --head FOLDER    checkout to review (default: this one). For CI: run the base's own copy of this command on the change
  --out FOLDER     where the pages go, .md and .html, and summary.md of all (default cdk.out/review)
  --accept ID      finding to accept, as a page shows it; again for more
  --reason TEXT    why; written to ${acceptedFile}, which is committed, and counts once it is in the base
  --rules          lists what is looked for, and where that is written
  --help           this text

The other side is the working tree, uncommitted changes included. No credentials are needed, nothing is deployed.
Who judges is the base: its rules and its accepted findings. A change of either is a finding itself.

Exit code: 0 nothing but notes · 1 could not be judged · 2 cautions, or something that no rule knows · 3 dangers.
Accepted findings do not count.
`;

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Asks the rules of another checkout, in a process of their own. */
function ask(judgeFile: string, question: Question): Promise<Judgement> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [...loader(), judgeFile, JSON.stringify(question)], {
      cwd: question.base.checkout,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', failed);
    child.on('exit', (status) => {
      if (status === 0) done(JSON.parse(text) as Judgement);
      else
        failed(
          refused(
            'HL-REVIEW-006',
            "The base's own rules could not judge this, and say why above: fix that, then run this again.",
          ),
        );
    });
  });
}

command(help, async () => {
  const { values } = parseArgs({
    options: {
      base: { type: 'string' },
      env: { type: 'string', multiple: true, default: [] },
      head: { type: 'string' },
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
  if (values.accept.length > 0 !== (values.reason !== undefined)) {
    throw refused('HL-REVIEW-004', '--accept and --reason go together, what is accepted and why: add the other one.');
  }
  const head = values.head ? resolve(values.head) : deploymentRoot();
  const named = needed('base', values.base ?? firstParent(head));
  const base = commit(head, named);

  const judgement = await inWorktree(head, base, progress, (checkout) => {
    const question: Question = {
      head,
      base: { checkout, sha: base, name: named },
      environments: values.env,
      out: resolve(head, values.out),
    };
    const judgeFile = judgeOf(checkout);
    if (judgeFile) return ask(judgeFile, question);
    progress('the base has no rules that can be asked: those of the change judge it');
    return judge({ ...question, ownRules: true }, progress);
  });
  for (const line of judgement.lines) console.log(line);
  for (const id of values.accept) {
    if (!judgement.findings.includes(id)) {
      throw refused('HL-REVIEW-005', `--accept ${id}: this change has no such finding. Use an id of its pages.`);
    }
    accept(head, { id, reason: values.reason ?? '' });
    progress(`${acceptedFile}: ${id}. It counts once it is in the base.`);
  }
  return judgement.exitCode;
});
