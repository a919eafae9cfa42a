import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { scripts } from '../../package.json';
import { environmentNames } from '../support/app';

const github = join(__dirname, '..', '..', '.github');
const files = readdirSync(github, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yml'));
const texts = files.map((file) => [file, readFileSync(join(github, file), 'utf8')] as const);

test('actionlint is content', () => {
  const workflows = files.filter((file) => file.startsWith('workflows/')).map((file) => join(github, file));
  // With a cold module cache go says on stderr what it downloads.
  const { status, stdout, stderr } = spawnSync(
    'go',
    ['tool', 'actionlint', '-shellcheck=', '-pyflakes=', ...workflows],
    {
      cwd: join(__dirname, '..', '..', 'tools', 'workflows'),
      encoding: 'utf8',
    },
  );
  expect({ status, stdout, ...(status !== 0 && { stderr }) }).toEqual({ status: 0, stdout: '' });
}, 600_000);

// A tag can be moved to other code; a commit cannot.
test.each(texts)('%s: every action is ours, or pinned by commit with its version beside it', (_, text) => {
  const uses = [...text.matchAll(/uses: (.+)/g)].map(([, action]) => action);
  for (const action of uses) expect(action).toMatch(/^\.\/\.github\/|^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test.each(texts)('%s: every command is one of package.json', (_, text) => {
  for (const [line, name] of text.matchAll(/npm run ([\w:-]+).*/g)) {
    if (!line.includes('--if-present')) expect(Object.keys(scripts)).toContain(name);
  }
});

// Text of a pull request that stands in a script is run with it.
test.each(texts)('%s: no expression inside a script', (_, text) => {
  const jobs = Object.values<any>(parse(text).jobs ?? { action: parse(text).runs });
  for (const { run } of jobs.flatMap(({ steps = [] }) => steps)) expect(run ?? '').not.toContain('${{');
});

test('write permissions and credentials: where they are needed, and not where code of a pull request runs', () => {
  const pullRequest = texts.find(([file]) => file.endsWith('pull-request.yml'))?.[1] ?? '';
  expect(parse(pullRequest).permissions).toEqual({ contents: 'read' });
  expect(parse(pullRequest).jobs.check.permissions).toBeUndefined();
  expect(pullRequest).not.toMatch(/id-token|pull_request_target|secrets\./);
});

test('environments to choose from are those of the configuration', () => {
  const deploy = parse(readFileSync(join(github, 'workflows/deploy.yml'), 'utf8'));
  expect([...deploy.on.workflow_dispatch.inputs.environment.options].sort()).toEqual([...environmentNames].sort());
  const nightly = parse(readFileSync(join(github, 'workflows/nightly.yml'), 'utf8'));
  expect([...nightly.jobs.drift.strategy.matrix.environment].sort()).toEqual([...environmentNames].sort());
});
