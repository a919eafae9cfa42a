/** Every AWS call of ours is allowed by all policies together, and what must be refused is. */
import type { EnvironmentConfig } from '../../config/schema';
import { loadEnvironments } from '../../harness/deployment';
import { synthesiseApp } from '../../harness/synthesise';
import { type Environment, readEnvironments } from '../../judges/assembly/environments';
import { byPeople, calls } from '../../tools/calls/calls';
import { judgeCalls, judgeRefusals } from '../../tools/calls/judge';
import { callsInSources } from '../../tools/calls/scan';
import { type World, worldOf, worldsOf } from '../../tools/calls/world';
import { configOf, freshApp } from '../support/app';

const stagesOf = (config: EnvironmentConfig, context?: object): Map<string, Environment> =>
  readEnvironments((context ? freshApp([config], { ...context }).synth() : synthesiseApp([config]).assembly).directory);
const stacksOf = (config: EnvironmentConfig): Environment => stagesOf(config).get(config.environment) ?? {};

test('each call in a source is judged, and each that is judged stands in a source', () => {
  const judged = [...calls.flatMap(({ sources }) => sources), ...byPeople].sort();
  expect(callsInSources()).toEqual(judged);
});

const dev = configOf('dev');
const certificateAuthorityArn =
  'arn:aws:acm-pca:ap-east-1:222222222222:certificate-authority/00000000-0000-4000-8000-000000000001';
const keyOf = (last: number) => `arn:aws:kms:ap-east-1:111111111111:key/11111111-1111-4111-8111-11111111111${last}`;
const assetsKeyArn = 'arn:aws:kms:ap-east-1:111111111111:key/11111111-1111-4111-8111-111111111111';

describe.each<[string, EnvironmentConfig, object | undefined]>([
  ...loadEnvironments().map((config): [string, EnvironmentConfig, undefined] => [
    config.environment,
    config,
    undefined,
  ]),
  [
    'a bootstrap with a qualifier and a key of its own, keys and an authority of the organisation',
    {
      ...dev,
      assetsKeyArn,
      organisation: {
        ...dev.organisation,
        namePrefix: 'bank-trc-',
        certificateAuthorityArn,
        keyArns: { volumes: keyOf(2), secrets: keyOf(3) },
      },
    },
    { '@aws-cdk/core:bootstrapQualifier': 'bank01' },
  ],
])('%s', (name, config, context) => {
  let worlds: World[];
  beforeAll(() => {
    worlds = worldsOf(config, stagesOf(config, context));
  });

  test('allows what our code does, and refuses what it must not', async () => {
    const [world] = worlds as [World];
    const { asked, refused } = await judgeCalls(world);
    expect(refused).toEqual([]);
    expect(asked).toBeGreaterThan(150);
    const { tried, allowed } = await judgeRefusals(world);
    expect(allowed).toEqual([]);
    expect(tried).toBeGreaterThan(20);
  });

  test('allows what it does in other accounts: of the mainland, of clients', async () => {
    const others = worlds.slice(1);
    expect(others.map(({ stage }) => stage.kind)).toEqual(name === 'staging' ? ['mainland'] : ['mainland', 'client']);
    for (const world of others) {
      const { asked, refused } = await judgeCalls(world);
      expect(refused).toEqual([]);
      expect(asked).toBeGreaterThan(5);
    }
  });
});

describe("operators' endpoints", () => {
  const endpoint = {
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: ['subnet-0123456789abcdef0'],
    prefixes: ['10.60.0.0/24'],
  };
  const withEndpoint = (account?: string): EnvironmentConfig => ({
    ...dev,
    clients: [],
    store: {
      ...dev.store,
      access: { ...dev.store.access, via: 'endpoint', endpoint: account ? { ...endpoint, account } : endpoint },
    },
  });
  const asked = async (config: EnvironmentConfig, kind: 'environment' | 'operators') => {
    const world = worldsOf(config, stagesOf(config)).find(({ stage }) => stage.kind === kind)!;
    const { refused } = await judgeCalls(world);
    return { roles: world.roles.map(({ at }) => at), refused };
  };

  test('in the own account', async () => {
    const { roles, refused } = await asked(withEndpoint(), 'environment');
    expect(roles).toContainEqual(expect.stringMatching(/^Access\/\w*FunctionRole/));
    expect(refused).toEqual([]);
  });

  test.each(['environment', 'operators'] as const)('in an account of theirs: %s', async (kind) => {
    const { roles, refused } = await asked(withEndpoint('111111111114'), kind);
    expect(roles).toContainEqual(expect.stringMatching(/^(Access|Operators)\/\w*FunctionRole/));
    expect(refused).toEqual([]);
  });
});

describe('a permissions boundary', () => {
  const bounded: EnvironmentConfig = { ...dev, organisation: { ...dev.organisation, permissionsBoundary: 'boundary' } };
  let stages: Map<string, Environment>;
  beforeAll(() => {
    stages = stagesOf(bounded);
  });
  const everything = { Effect: 'Allow', Action: '*', Resource: '*' } as const;

  test('that nobody told is no pass', async () => {
    const { asked, refused } = await judgeCalls(worldsOf(bounded, stages)[0]!);
    expect(refused.length).toBeGreaterThan(asked / 2);
    expect(refused[0]?.why).toMatch(/^not judged: nothing says what the boundary .*boundary allows$/);
  });

  test('that allows everything takes nothing away; one that denies does', async () => {
    expect((await judgeCalls(worldsOf(bounded, stages, [everything])[0]!)).refused).toEqual([]);
    const narrow = [everything, { Effect: 'Deny', Action: 'secretsmanager:*', Resource: '*' } as const];
    const { refused } = await judgeCalls(worldsOf(bounded, stages, narrow)[0]!);
    expect(new Set(refused.map(({ request }) => request.action))).toEqual(
      new Set(['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue']),
    );
  });

  test('limits a role whose own policy says more', async () => {
    const { refused } = await judgeCalls(
      worldsOf(bounded, stages, [{ Effect: 'Allow', Action: ['s3:*', 'kms:*'], Resource: '*' }])[0]!,
    );
    expect(refused.some(({ request }) => request.action.startsWith('s3:'))).toBe(false);
    expect(refused.some(({ request }) => request.action === 'logs:PutLogEvents')).toBe(true);
  });
});

describe('a policy that lacks something is found', () => {
  let stacks: Environment;
  beforeAll(() => {
    stacks = stacksOf(dev);
  });
  type Resources = Record<string, { Properties: any }>;
  const refusedAfter = async (stack: string, change: (resources: Resources) => void): Promise<string[]> => {
    const changed = structuredClone(stacks);
    change(changed[stack]?.resources as unknown as Resources);
    const { refused } = await judgeCalls(worldOf(dev, changed));
    return [...new Set(refused.map(({ request }) => request.action))];
  };
  const statements = (resources: Resources, id: RegExp): { Sid?: string; Action: unknown }[] =>
    Object.entries(resources).find(([each]) => id.test(each))?.[1].Properties.PolicyDocument.Statement;
  const without = (resources: Resources, id: RegExp, sid: string): void => {
    const all = statements(resources, id);
    all.splice(
      all.findIndex(({ Sid }) => Sid === sid),
      1,
    );
  };

  test.each<[string, string, (resources: Resources) => void, string[]]>([
    [
      'of a role',
      'Collect',
      (all) => without(all, /^GatewaysFleetPolicy/, 'FindPeers'),
      ['servicediscovery:DiscoverInstances'],
    ],
    ['for a key', 'Collect', (all) => without(all, /^SamplersFleetPolicy/, 'KeyOfOwnCertificate'), ['kms:Decrypt']],
    [
      'of an endpoint',
      'Network',
      (all) => without(all, /^VpcS3/, 'RemaindersOfDrainedInstances'),
      ['s3:PutObject', 's3:ListBucket', 's3:GetObject', 's3:DeleteObject'],
    ],
    [
      'of the domain',
      'Store',
      (all) => {
        const [id = ''] = Object.keys(all).filter((each) => /^TracesDomain/.test(each));
        all[id]!.Properties.AccessPolicies.Statement[0].Action = ['es:ESHttpGet'];
      },
      ['es:ESHttpPost', 'es:ESHttpHead', 'es:ESHttpPut', 'es:ESHttpPatch', 'es:ESHttpDelete'],
    ],
    [
      'an endpoint',
      'Network',
      (all) => {
        const [id = ''] = Object.keys(all).filter((each) => /^VpcLogs/.test(each));
        delete all[id];
      },
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
    ],
  ])('%s', async (_what, stack, change, expected) => {
    expect(await refusedAfter(stack, change)).toEqual(expected);
  });

  test("of a secret, for a client's nodes", async () => {
    const stages = stagesOf(dev);
    const collect = stages.get('dev')?.Collect?.resources as unknown as Resources;
    for (const { Properties } of Object.values(collect).filter((each) => 'ResourcePolicy' in (each.Properties ?? {})))
      Properties.ResourcePolicy.Statement = [];
    const client = worldsOf(dev, stages).find(({ stage }) => stage.kind === 'client')!;
    const { refused } = await judgeCalls(client);
    expect(refused.map(({ request }) => request.action)).toEqual(['secretsmanager:GetSecretValue']);
  });

  test('and one that allows too much', async () => {
    const changed = structuredClone(stacks);
    statements(changed.Collect?.resources as unknown as Resources, /^SamplersFleetPolicy/).push({
      Effect: 'Allow',
      Action: ['logs:*', 'sts:AssumeRole'],
      Resource: '*',
    } as never);
    const { allowed } = await judgeRefusals(worldOf(dev, changed));
    expect(allowed.map(({ request }) => request.action)).toEqual(['logs:DeleteLogGroup', 'logs:GetLogEvents']);
  });
});
