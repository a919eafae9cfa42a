/** What a first deployment needs of the templates: an order that does not hang on luck, and nothing left of a failed one. */

import type { Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readEnvironments } from '../judges/assembly/environments';
import { configOf, environmentNames, freshApp, templateOf } from './support/app';

type Resources = Record<string, { Type: string; Properties?: any; DependsOn?: string | string[] }>;

/** Logical ids that must be there before one is made: by reference, by DependsOn, and what those need in turn. */
function before(resources: Resources, id: string, known = new Set<string>()): Set<string> {
  const own = resources[id];
  const text = JSON.stringify(own);
  const references = [
    ...[...text.matchAll(/"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"/g)].map(([, ref, attribute]) => ref ?? attribute ?? ''),
    ...[own?.DependsOn ?? []].flat(),
  ];
  for (const each of references) {
    if (!(each in resources) || known.has(each)) continue;
    known.add(each);
    before(resources, each, known);
  }
  return known;
}

const resourcesOf = (environment: string, stack: string) =>
  templateOf(environment, stack).toJSON().Resources as Resources;
const idsOf = (resources: Resources, type: string): string[] =>
  Object.keys(resources).filter((id) => resources[id]?.Type === type);

/** The types of what `id` waits for. */
const waitsFor = (resources: Resources, id: string): string[] =>
  [...before(resources, id)].map((each) => resources[each]?.Type ?? '');

describe.each(environmentNames)('%s', (environment) => {
  test.each(['Collect', 'Link'])(
    'fleets of %s wait for their certificates and for the policy of their role',
    (stack) => {
      const resources = resourcesOf(environment, stack);
      const groups = idsOf(resources, 'AWS::AutoScaling::AutoScalingGroup');
      expect(groups.length).toBeGreaterThan(0);
      for (const id of groups) {
        const needed = waitsFor(resources, id);
        expect([id, needed]).toEqual([id, expect.arrayContaining(['AWS::IAM::ManagedPolicy'])]);
        // Relays' certificates are issued by Collect, which comes first.
        if (stack === 'Collect')
          expect([id, needed]).toEqual([id, expect.arrayContaining(['Custom::HarbourlineTierCertificates'])]);
      }
    },
  );

  test.each(['Collect', 'Link'])('%s is there when its instances are: the wait comes after every fleet', (stack) => {
    const resources = resourcesOf(environment, stack);
    const [settled = ''] = idsOf(resources, 'Custom::HarbourlineSettled');
    const needed = before(resources, settled);
    for (const id of idsOf(resources, 'AWS::AutoScaling::AutoScalingGroup')) expect(needed).toContain(id);
    for (const id of idsOf(resources, 'AWS::ElasticLoadBalancingV2::Listener')) expect(needed).toContain(id);
  });

  test('the domain waits for the policy of its logs, tunnels for that of theirs', () => {
    const store = resourcesOf(environment, 'Store');
    const [domain = ''] = idsOf(store, 'AWS::OpenSearchService::Domain');
    expect(waitsFor(store, domain)).toContain('AWS::Logs::ResourcePolicy');
    const link = resourcesOf(environment, 'Link');
    for (const id of idsOf(link, 'AWS::EC2::VPNConnection')) {
      expect(waitsFor(link, id)).toContain('AWS::Logs::ResourcePolicy');
    }
  });

  test('nothing is protected before it works, and what stays when its stack goes has a name of that stack alone', () => {
    for (const stack of ['Network', 'Store', 'Collect', 'Link', 'Observe']) {
      for (const [id, resource] of Object.entries(resourcesOf(environment, stack))) {
        const { Type, Properties = {}, DeletionPolicy } = resource as any;
        const attributes = JSON.stringify(Properties.LoadBalancerAttributes ?? []);
        expect([id, attributes]).toEqual([id, expect.not.stringContaining('deletion_protection')]);
        if (Type !== 'AWS::Logs::LogGroup' || !Properties.LogGroupName || DeletionPolicy === 'Delete') continue;
        expect([id, JSON.stringify(Properties.LogGroupName)]).toEqual([id, expect.stringContaining('AWS::StackId')]);
      }
    }
  });
});

test('the mainland waits for the policy of its receivers, and is there when they are', () => {
  const app = freshApp([configOf('prod')]);
  const resources = Template.fromStack(
    (app.node.findChild('prod-mainland') as Stage).node.findChild('Analysis') as Stack,
  ).toJSON().Resources as Resources;
  const [group = ''] = idsOf(resources, 'AWS::AutoScaling::AutoScalingGroup');
  expect(waitsFor(resources, group)).toContain('AWS::IAM::ManagedPolicy');
  const [settled = ''] = idsOf(resources, 'Custom::HarbourlineSettled');
  expect(before(resources, settled)).toContain(group);
});

describe('an account of an organisation', () => {
  const dev = configOf('dev');
  const assetsKeyArn = 'arn:aws:kms:ap-east-1:111111111111:key/11111111-1111-4111-8111-111111111111';
  const synthesised = (context: Record<string, unknown>, config = dev) =>
    JSON.stringify([...readEnvironments(freshApp([config], context).synth().directory)]);

  test('with a bootstrap of its own: instances fetch from the bucket that the endpoint admits', () => {
    const text = synthesised({ '@aws-cdk/core:bootstrapQualifier': 'bank01' });
    expect(text).toContain('cdk-bank01-assets-111111111111-ap-east-1');
    expect(text).not.toContain('hnb659fds');
  });

  test('with a key of its own on that bucket: every role that fetches may decrypt, through S3 only', () => {
    const policies = Object.values(
      readEnvironments(freshApp([{ ...dev, assetsKeyArn }]).synth().directory).get('dev') ?? {},
    )
      .flatMap(({ resources }) => Object.values(resources))
      .filter(
        ({ Type, Properties }) => Type === 'AWS::IAM::ManagedPolicy' && /"Sid":"Fetch/.test(JSON.stringify(Properties)),
      );
    expect(policies.length).toBeGreaterThanOrEqual(4);
    for (const { Properties } of policies) {
      expect(Properties?.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({
          Action: 'kms:Decrypt',
          Resource: assetsKeyArn,
          Condition: { StringEquals: { 'kms:ViaService': 's3.ap-east-1.amazonaws.com' } },
        }),
      );
    }
  });

  test('with a permissions boundary that names the account', () => {
    const text = synthesised({ '@aws-cdk/core:permissionsBoundary': { name: 'b-${AWS::AccountId}' } });
    expect(text).toContain('policy/b-111111111111');
  });
});
