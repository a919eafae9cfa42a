import { parse } from 'yaml';
import { parseEnvironments } from '../../config/parse';
import { askAll } from '../../tools/init/ask';
import { filesOf, packageName, variable, workflow } from '../../tools/init/files';
import { fileOf, flagOf, inputOf, problemsOf } from '../../tools/init/input';
import { Expression, literal } from '../../tools/init/literal';
import type { Answers, Whole } from '../../tools/init/settings';

const today = new Date('2026-11-29T00:00:00Z');

const trial: Answers = {
  account: '123456789012',
  cidr: '10.50.0.0/16',
  services: '10.60.0.0/16, 10.61.0.0/16',
  mainland: '10.70.0.0/16',
};

const linked: Answers = {
  ...trial,
  'far-end': '203.0.113.10',
  'far-end-asn': '65010',
  'far-end-prefixes': '10.70.1.0/24',
  probes: '10.70.255.1,10.70.255.2',
  receiver: '10.70.1.10',
  'receiver-name': 'receiver.cn.example.internal',
  'relay-secret': 'arn:aws:secretsmanager:ap-east-1:123456789012:secret:relay-a1B2c3',
  'relay-key': 'arn:aws:kms:ap-east-1:123456789012:key/00000000-0000-4000-8000-123456789012',
  ticket: 'NET-1200',
  'internet-reason': 'A trial without production data until the leased line is there, NET-1200 to June 2027',
};

const production: Answers = {
  ...linked,
  cidr: '10.51.0.0/16',
  services: '10.62.0.0/16',
  image: 'ami-0123456789abcdef0',
  page: 'on-call@example.com',
  'far-end': '10.70.254.1',
  'dx-connection': 'dxcon-fg1proda',
  'dx-vlan': '302',
  'dx-second-connection': 'dxcon-fg1prodb',
  'dx-second-vlan': '302',
  'dx-second-peer': '169.254.33.0/30',
  'dx-peer': '169.254.32.0/30',
  'dx-tunnel-cidr': '10.52.0.0/24',
};

const whole = (...environments: string[]): Whole => ({
  environments,
  production: environments.filter((name) => name === 'prod'),
  repositoryUrl: 'https://git.example.com/tracing/blob/main',
  team: 'platform',
});

const inputsOf = (all: Record<string, Answers>) => {
  const names = whole(...Object.keys(all));
  return new Map(
    Object.entries(all).map(([name, answers], index) => [name, inputOf(name, index, answers, names, today)]),
  );
};

test.each([
  ['a trial without a link', { dev: trial }],
  ['a trial with a link', { dev: linked }],
  ['a trial and production, both with a link', { dev: linked, prod: production }],
  ['three of other names', { 'uat-2': trial, sit: { ...trial, cidr: '10.53.0.0/16' } }],
])('what is asked for %s is all that the rules want', (_, all) => {
  expect(problemsOf(inputsOf(all))).toEqual([]);
});

test('all that is wrong or missing is told at once, by the flag that sets it', () => {
  const problems = problemsOf(inputsOf({ dev: { ...trial, account: '12', cidr: '10.50.0.0/8' }, prod: {} }));
  const flags = problems.map((problem) => `${problem.file} ${flagOf(problem, problem.file === fileOf('prod'))}`);
  expect(new Set(flags)).toEqual(
    new Set([
      'config/dev.ts account',
      'config/dev.ts cidr',
      'config/prod.ts account',
      'config/prod.ts cidr',
      'config/prod.ts services',
      'config/prod.ts image',
      'config/prod.ts page',
    ]),
  );
});

test('a wrong answer is asked again before the next question, and says why', async () => {
  const asked: string[] = [];
  const said: string[] = [];
  const answers = ['12', '123456789012', '10.50.0.0/16', '10.50.9.0/24', '10.60.0.0/16', '10.70.0.0/16'];
  const found = await askAll(
    new Map(),
    whole('dev'),
    async (question) => {
      asked.push(question.slice(0, question.indexOf(':', 5)));
      return answers.shift() ?? '';
    },
    (line) => said.push(line),
    today,
  );
  expect(asked.slice(0, 2)).toEqual(['dev: AWS account, twelve digits', 'dev: AWS account, twelve digits']);
  expect(said.join('\n')).toMatch(/not an AWS account[\s\S]*shares addresses with network\.cidr/);
  expect(asked.slice(3, 5)).toEqual([
    'dev: Prefixes of the VPCs whose services send spans (by commas)',
    'dev: Prefixes of the VPCs whose services send spans (by commas)',
  ]);
  expect(found.get('dev')).toEqual({ ...trial, services: '10.60.0.0/16' });
});

test('the files say what was answered', () => {
  const inputs = inputsOf({ dev: linked, prod: production });
  const files = filesOf('tracing', inputs, whole('dev', 'prod'), '0.1.0');
  for (const [name, input] of inputs) {
    const text = files.get(fileOf(name)) ?? '';
    const written = new Function(
      'defineEnvironment',
      'allowlist',
      `return ${/defineEnvironment\(\{[\s\S]*\}\)/.exec(text)?.[0]}`,
    )(
      (value: unknown) => value,
      (file: string) => ({ file, text: files.get(file) }),
    );
    expect(written).toEqual(input);
    expect(parseEnvironments({ [fileOf(name)]: written })).toHaveLength(1);
  }
  expect(files.get('harbourline.config.ts')).toContain("'config/dev.ts': dev, 'config/prod.ts': prod");
});

test.each([
  ['uat-2', 'uat_2'],
  ['uat2', 'uat2'],
  ['new', 'new_'],
  ['default', 'default_'],
  ['allowlist', 'allowlist_'],
  ['await', 'await_'],
])('an environment %s is %s in its file', (name, identifier) => {
  expect(variable(name)).toBe(identifier);
});

test.each([
  ['Tracing', 'tracing'],
  ['Our Traces (HK)', 'our-traces-hk'],
  ['.hidden', 'hidden'],
  ['追踪', 'tracing'],
])('a folder %s is the package %s', (folder, name) => {
  expect(packageName(folder)).toBe(name);
});

test('a trial without a mainland', () => {
  const { mainland: _, ...alone } = trial;
  expect(problemsOf(inputsOf({ dev: alone, sit: { ...alone, cidr: '10.53.0.0/16' } }))).toEqual([]);
});

test('workflows call the package, and name the environments', () => {
  const files = filesOf('tracing', inputsOf({ dev: trial }), whole('dev'), '0.1.0');
  for (const [path, text] of files) {
    if (!path.endsWith('.yml') && !path.endsWith('.yaml')) continue;
    expect(text).not.toMatch(/npm run|lib\/collector/);
    if (path.startsWith('.github')) expect(parse(text)).toBeInstanceOf(Object);
  }
  expect(
    parse(files.get('.github/workflows/deploy.yml') ?? '').on.workflow_dispatch.inputs.environment.options,
  ).toEqual(['dev']);
  expect(files.get('.github/workflows/deploy.yml')).toContain('npx harbourline preflight --env "$ENVIRONMENT"');
  expect(workflow('      - run: npm run smoke -- --env x\n', [])).toBe('      - run: npx harbourline smoke --env x\n');
});

test('literals are TypeScript as people write it', () => {
  expect(literal({ a: 20_000, 'hk-cn': "it's", list: [1, 2], of: new Expression('f()'), gone: undefined })).toBe(
    "{ a: 20_000, 'hk-cn': 'it\\'s', list: [1, 2], of: f() }",
  );
});
