import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { scripts } from '../../package.json';
import { environmentNames } from '../support/app';

const github = join(__dirname, '..', '..', '.github');
const files = readdirSync(github, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /^(workflows|actions)\/.*\.yml$/.test(file),
);
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
  const mainland = parse(readFileSync(join(github, 'workflows/deploy-mainland.yml'), 'utf8'));
  expect([...mainland.on.workflow_dispatch.inputs.environment.options].sort()).toEqual([...environmentNames].sort());
  const nightly = parse(readFileSync(join(github, 'workflows/nightly.yml'), 'utf8'));
  expect([...nightly.jobs.drift.strategy.matrix.environment].sort()).toEqual([...environmentNames].sort());
});

describe('deployments', () => {
  const text = (name: string): string => readFileSync(join(github, 'workflows', name), 'utf8');
  const deployments = ['deploy.yml', 'deploy-mainland.yml', 'deploy-stack.yml'];

  test.each(deployments)('%s: of main only', (name) => {
    expect(text(name)).toContain('refs/heads/main');
  });

  const withCredentials = texts.flatMap(([file, workflow]) =>
    Object.entries<any>(parse(workflow).jobs ?? {})
      .filter(([, job]) => job.permissions?.['id-token'] === 'write')
      .map(([job, { steps = [] }]) => [`${file}, job ${job}`, steps] as const),
  );

  test.each(withCredentials)(
    '%s: where credentials are, packages run nothing when they are installed',
    (_job, steps) => {
      const installs = steps.flatMap(({ run = '' }: { run?: string }) => run.match(/npm ci.*/g) ?? []);
      for (const line of installs) expect(line).toContain('--ignore-scripts');
    },
  );

  test('what was approved is what is executed: by its ARN, after its digest was compared', () => {
    const { execute, prepare } = parse(text('deploy-stack.yml')).jobs;
    const script: string = execute.steps.at(-1).run;
    expect(script.indexOf('sha256sum --check')).toBeGreaterThan(0);
    expect(script.indexOf('execute-change-set --change-set-name "$ARN"')).toBeGreaterThan(script.indexOf('sha256sum'));
    expect(execute.environment).not.toEqual(prepare.environment);
    expect(Object.keys(prepare.outputs)).toEqual(expect.arrayContaining(['arn', 'digest']));
  });

  // The script as GitHub runs it, with an AWS CLI that answers as told.
  test.each([
    ['another error', 'An error occurred (AccessDenied)', 'prod-Store (no changes)', 1, ''],
    ['a change set that is gone', 'An error occurred (ChangeSetNotFound)', 'prod-Store: creating change set', 1, ''],
    ['no changes', 'An error occurred (ChangeSetNotFound)', 'prod-Store (no changes)', 0, 'changes=false'],
  ])('describe-change-set: %s', (_, error, log, status, output) => {
    const folder = mkdtempSync(join(tmpdir(), 'harbourline-workflow-'));
    const { prepare } = parse(text('deploy-stack.yml')).jobs;
    const script = prepare.steps.find(({ id }: { id?: string }) => id === 'show').run;
    mkdirSync(join(folder, 'evidence'));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'evidence/cdk.log'), log);
    writeFileSync(join(folder, 'bin/aws'), `#!/bin/sh\necho "${error}" >&2\nexit 254\n`, { mode: 0o755 });
    const result = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: folder,
      env: {
        PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
        STACK: 'prod/Store',
        CHANGE_SET: 'run-1-1',
        GITHUB_OUTPUT: join(folder, 'output'),
        GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      },
    });
    expect(result.status).toBe(status);
    expect(readFileSync(join(folder, 'output'), 'utf8')).toContain(output);
    rmSync(folder, { recursive: true });
  });
});

describe('roles of the pipeline', () => {
  const template = parse(readFileSync(join(github, '../deployment/pipeline-roles.yaml'), 'utf8'), {
    customTags: [
      ...['!If', '!Equals', '!Not'].map((tag) => ({ tag, collection: 'seq' as const })),
      ...['!Sub', '!Ref', '!GetAtt'].map((tag) => ({ tag, resolve: (text: string) => text })),
    ],
  });
  const statements = (role: string): any[] => template.Resources[role].Properties.Policies[0].PolicyDocument.Statement;

  test('who plans cannot execute, nor take a role that could; who executes cannot plan', () => {
    const denied = statements('PlanRole')
      .filter(({ Effect }) => Effect === 'Deny')
      .flatMap(({ Action, Resource }) => [Action].flat().map((action: string) => `${action} ${Resource}`));
    expect(denied).toContain('cloudformation:ExecuteChangeSet *');
    expect(denied.some((line) => /^sts:AssumeRole .*-deploy-role-\*$/.test(line))).toBe(true);
    expect(JSON.stringify(statements('ExecuteRole'))).not.toContain('CreateChangeSet');
  });

  test('each is taken from one environment of one repository', () => {
    for (const role of ['PlanRole', 'ExecuteRole', 'SmokeRole']) {
      const [trust] = template.Resources[role].Properties.AssumeRolePolicyDocument.Statement;
      expect(trust.Condition.StringEquals['token.actions.githubusercontent.com:sub']).toMatch(
        /^repo:\$\{Repository\}:environment:\$\{Environment\}(-plan|-smoke)?$/,
      );
    }
  });
});
