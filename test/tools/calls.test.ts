/** Every AWS call of ours is allowed by all policies together, and what must be refused is. */
import type { EnvironmentConfig } from '../../config/schema';
import { loadEnvironments } from '../../harness/deployment';
import { type Environment, readEnvironments } from '../../judges/assembly/environments';
import { byPeople, calls, inTheMainland, notChosen } from '../../tools/calls/calls';
import { judgeCalls, judgeRefusals } from '../../tools/calls/judge';
import { callsInSources } from '../../tools/calls/scan';
import { worldOf } from '../../tools/calls/world';
import { configOf, freshApp } from '../support/app';

const stacksOf = (config: EnvironmentConfig, context = {}): Environment =>
  readEnvironments(freshApp([config], context).synth().directory).get(config.environment) ?? {};

test('each call in a source is judged, and each that is judged stands in a source', () => {
  const judged = [...calls.flatMap(({ sources }) => sources), ...byPeople, ...inTheMainland, ...notChosen].sort();
  expect(callsInSources()).toEqual(judged);
});

const dev = configOf('dev');
const assetsKeyArn = 'arn:aws:kms:ap-east-1:111111111111:key/11111111-1111-4111-8111-111111111111';

describe.each<[string, EnvironmentConfig, object]>([
  ...loadEnvironments().map((config): [string, EnvironmentConfig, object] => [config.environment, config, {}]),
  [
    'a bootstrap with a qualifier and a key of its own',
    { ...dev, assetsKeyArn },
    { '@aws-cdk/core:bootstrapQualifier': 'bank01' },
  ],
])('%s', (_name, config, context) => {
  test('allows what our code does, and refuses what it must not', async () => {
    const world = worldOf(config, stacksOf(config, context));
    const { asked, refused } = await judgeCalls(world);
    expect(refused).toEqual([]);
    expect(asked).toBeGreaterThan(150);
    const { tried, allowed } = await judgeRefusals(world);
    expect(allowed).toEqual([]);
    expect(tried).toBeGreaterThan(20);
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
