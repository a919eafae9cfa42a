/** What an organisation has already: each setting by itself, synthesised, judged by all packs, and seen in the templates. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnvironment, parseEnvironments } from '../config/parse';
import type { EnvironmentConfigInput } from '../config/schema';
import { context, unjudged } from '../harness/context';
import { dev } from '../harness/environments/dev';
import { edited } from '../harness/environments/edited';
import { prod } from '../harness/environments/prod';
import { type Environment, readEnvironments, resourcesOf } from '../judges/assembly/environments';
import { reachModel } from '../judges/reach/model';
import { buildApp } from '../lib/app';
import { distributionHash, type Platform } from '../lib/collector/distribution/build';
import { isBuiltInRule } from '../lib/compliance/packs';
import { auditPolicy } from '../lib/compliance/policy';
import { findings } from '../tools/reach/judge';
import { known } from '../tools/reach/known';

/**
 * Its stages, by name, where every rule is content.
 *
 * @param validated also by CDK's built-in validation, which takes as long as all the rest
 */
function judged(input: EnvironmentConfigInput, { validated = false } = {}): Map<string, Environment> {
  const config = parseEnvironment(`config/${input.environment}.ts`, input);
  const app = buildApp([config], validated ? { context: context() } : unjudged());
  const { unacknowledged, stale, untrue } = auditPolicy(app);
  // Without the validation, nothing needs what answers it.
  const needless = stale.filter(({ id }) => validated || !isBuiltInRule(id));
  expect({ unacknowledged, needless, untrue }).toEqual({ unacknowledged: [], needless: [], untrue: [] });
  return readEnvironments(app.synth().directory);
}

const certificateAuthorityArn =
  'arn:aws:acm-pca:ap-east-1:222222222222:certificate-authority/00000000-0000-4000-8000-000000000001';

const keyOf = (last: number, account = '333333333333') =>
  `arn:aws:kms:ap-east-1:${account}:key/00000000-0000-4000-8000-00000000000${last}`;

const ofType = (environment: Environment | undefined, type: string) =>
  resourcesOf(environment ?? {})
    .map(({ resource }) => resource)
    .filter(({ Type }) => Type === type);

const all = (stages: ReadonlyMap<string, Environment>): string => JSON.stringify([...stages]);

test('a permissions boundary with placeholders is on every role of both sides', () => {
  const boundary = 'boundary-${AWS::AccountId}';
  const stages = judged(
    edited(dev, {
      'organisation.permissionsBoundary': boundary,
      'link.analysis.permissionsBoundary': 'cn-boundary',
    }),
  );
  for (const [name, policy] of [
    ['dev', 'policy/boundary-111111111111'],
    ['dev-mainland', 'policy/cn-boundary'],
  ] as const) {
    const roles = ofType(stages.get(name), 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThanOrEqual(3);
    for (const { Properties } of roles) expect(JSON.stringify(Properties?.PermissionsBoundary)).toContain(policy);
  }
});

test("a bootstrap of the organisation's own: software, endpoint, bootstrap version and roles are of its qualifier", () => {
  const stages = judged(
    edited(dev, { 'organisation.bootstrapQualifier': 'bank01', 'link.analysis.bootstrapQualifier': 'bank02' }),
  );
  expect(all(stages).includes('hnb659fds')).toBe(false);
  expect(JSON.stringify(ofType(stages.get('dev'), 'AWS::EC2::VPCEndpoint'))).toContain(
    'cdk-bank01-assets-111111111111-ap-east-1',
  );
  expect(JSON.stringify(stages.get('dev-mainland'))).toContain('cdk-bank02-assets-111111111112-cn-north-1');
});

test("all that is the organisation's at once: CDK's own validation has nothing to say, either", () => {
  const stages = judged(
    edited(dev, {
      'organisation.permissionsBoundary': 'boundary-${AWS::AccountId}',
      'organisation.bootstrapQualifier': 'bank01',
      'organisation.namePrefix': 'bank-trc-',
      'organisation.tags': { 'cost-centre': '4711' },
      'organisation.flowLogArchiveArn': 'arn:aws:s3:::log-archive/network',
      'link.transitGatewayId': 'tgw-0123456789abcdef0',
      'organisation.certificateAuthorityArn': certificateAuthorityArn,
      'organisation.keyArns': {
        logs: keyOf(1, dev.account),
        volumes: keyOf(2, dev.account),
        topics: keyOf(4, dev.account),
      },
      'store.keyArn': 'arn:aws:kms:ap-east-1:111111111111:key/00000000-0000-4000-8000-111111111199',
    }),
    { validated: true },
  );
  expect(stages.size).toBeGreaterThan(1);
});

test('an authority of the organisation signs, by one template, and the function may ask that one alone', () => {
  const stages = judged(edited(dev, { 'organisation.certificateAuthorityArn': certificateAuthorityArn }));
  const collect = { Collect: stages.get('dev')?.Collect } as Environment;
  const [certificates] = ofType(collect, 'Custom::HarbourlineTierCertificates');
  const { TemplateArn, ...rest } = certificates?.Properties?.Authority ?? {};
  expect(rest).toEqual({ CertificateAuthorityArn: certificateAuthorityArn });
  expect(JSON.stringify(TemplateArn)).toContain(':acm-pca:::template/EndEntityCertificate/V1');
  const [renewal] = ofType(collect, 'AWS::Events::Rule').filter((each) => JSON.stringify(each).includes('Renew'));
  expect(JSON.stringify(renewal?.Properties?.Targets)).toContain(certificateAuthorityArn);
  const asking = ofType(collect, 'AWS::IAM::ManagedPolicy')
    .flatMap(({ Properties }) => Properties?.PolicyDocument.Statement as { Action: unknown; Resource: unknown }[])
    .filter(({ Action }) => JSON.stringify(Action).includes('acm-pca:'));
  expect(asking.map(({ Resource }) => Resource)).toEqual([certificateAuthorityArn, certificateAuthorityArn]);
  expect(asking[0]).toHaveProperty('Condition', { StringEquals: { 'acm-pca:TemplateArn': TemplateArn } });
});

test('tags and an archive of flow logs', () => {
  const stages = judged(
    edited(dev, {
      'organisation.tags': { 'cost-centre': '4711' },
      'organisation.flowLogArchiveArn': 'arn:aws:s3:::log-archive/network',
    }),
  );
  for (const type of ['AWS::EC2::VPC', 'AWS::OpenSearchService::Domain', 'AWS::KMS::Key', 'AWS::Logs::LogGroup']) {
    for (const { Properties } of ofType(stages.get('dev'), type)) {
      expect(Properties?.Tags).toContainEqual({ Key: 'cost-centre', Value: '4711' });
    }
  }
  const groups = ofType(stages.get('dev'), 'AWS::AutoScaling::AutoScalingGroup');
  for (const { Properties } of groups) {
    expect(Properties?.Tags).toContainEqual({ Key: 'cost-centre', PropagateAtLaunch: true, Value: '4711' });
  }
  const destinations = ofType(stages.get('dev'), 'AWS::EC2::FlowLog').map(
    ({ Properties }) => Properties?.LogDestinationType,
  );
  expect(destinations.filter((type) => type === 's3')).toHaveLength(1);
  expect(destinations.length).toBeGreaterThan(1);
});

test('gateways that exist: none is made, and everything hangs on those', () => {
  const transitGatewayId = 'tgw-0123456789abcdef0';
  const gatewayId = '00000000-0000-4000-8000-000000000001';
  const stages = judged(
    edited(prod, { 'link.transitGatewayId': transitGatewayId, 'link.directConnect.gatewayId': gatewayId }),
  );
  const link = { Link: stages.get('prod')?.Link } as Environment;
  for (const type of ['AWS::EC2::TransitGateway', 'AWS::DirectConnect::DirectConnectGateway']) {
    expect(ofType(link, type)).toEqual([]);
  }
  const attached = ['VPCAttachment', 'Attachment', 'RouteTable'].flatMap((kind) =>
    ofType(link, `AWS::EC2::TransitGateway${kind}`),
  );
  for (const { Properties } of attached) expect(Properties?.TransitGatewayId).toBe(transitGatewayId);
  expect(attached.length).toBeGreaterThan(1);
  expect(ofType(link, 'AWS::EC2::VPNConnection').map(({ Properties }) => Properties?.TransitGatewayId)).toEqual([
    transitGatewayId,
  ]);
  expect(JSON.stringify(ofType(link, 'AWS::DirectConnect::TransitVirtualInterface'))).toContain(gatewayId);
});

test('a key that exists: the domain is encrypted with it, and none is made for it', () => {
  const id = '00000000-0000-4000-8000-111111111199';
  const stages = judged(edited(dev, { 'store.keyArn': `arn:aws:kms:ap-east-1:111111111111:key/${id}` }));
  const store = { Store: stages.get('dev')?.Store } as Environment;
  const [domain] = ofType(store, 'AWS::OpenSearchService::Domain');
  expect(domain?.Properties?.EncryptionAtRestOptions).toEqual({ Enabled: true, KmsKeyId: id });
  expect(ofType(store, 'AWS::KMS::Key')).toEqual([]);
});

/** A stage's keys, and what is encrypted with which. */
function encrypted(stacks: Environment | undefined) {
  const of = (type: string, property: string) => [
    ...new Set(ofType(stacks, type).map(({ Properties }) => JSON.stringify(Properties?.[property]))),
  ];
  const disks = ofType(stacks, 'AWS::EC2::LaunchTemplate').flatMap(({ Properties }) =>
    ((Properties?.LaunchTemplateData.BlockDeviceMappings ?? []) as { Ebs: { KmsKeyId?: string } }[]).map(
      ({ Ebs }) => Ebs.KmsKeyId,
    ),
  );
  return {
    logs: of('AWS::Logs::LogGroup', 'KmsKeyId'),
    secrets: of('AWS::SecretsManager::Secret', 'KmsKeyId'),
    topics: of('AWS::SNS::Topic', 'KmsMasterKeyId'),
    disks: [...new Set(disks.filter(Boolean))],
    bucket: JSON.stringify(ofType(stacks, 'AWS::S3::Bucket').map(({ Properties }) => Properties?.BucketEncryption)),
  };
}

test('keys that exist, for everything: the environment makes none, and each is used for its own', () => {
  const stages = judged(
    edited(prod, {
      'store.keyArn': keyOf(0),
      'organisation.keyArns': { logs: keyOf(1), volumes: keyOf(2), secrets: keyOf(3), topics: keyOf(4) },
    }),
  );
  const stacks = stages.get('prod');
  expect(ofType(stacks, 'AWS::KMS::Key')).toEqual([]);
  const { bucket, ...rest } = encrypted(stacks);
  expect(rest).toEqual({
    logs: [JSON.stringify(keyOf(1))],
    secrets: [JSON.stringify(keyOf(3))],
    topics: [JSON.stringify(keyOf(4))],
    disks: [keyOf(2)],
  });
  expect(bucket).toContain(keyOf(2));
});

test('whom the policy of a key must name is what ours would say, and stands in the documents', () => {
  const text = readFileSync(join(__dirname, '..', 'docs', 'adopt.md'), 'utf8');
  const section = text.slice(text.indexOf('### Keys of your own'), text.indexOf('### An authority of your own'));
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const stages = judged(edited(dev, {}));
  const said = ofType(stages.get('dev'), 'AWS::KMS::Key').flatMap(({ Properties }) =>
    ((Properties?.KeyPolicy.Statement ?? []) as { Principal: unknown; Action: string | string[] }[])
      .map(({ Principal, Action }) => ({
        who: /(?:logs\.[\w-]+|cloudwatch)\.amazonaws\.com|AWSServiceRoleForAutoScaling/.exec(
          JSON.stringify(Principal),
        )?.[0],
        what: [Action].flat(),
      }))
      .filter(({ who }) => who),
  );
  expect(new Set(said.map(({ who }) => who)).size).toBe(3);
  for (const { who, what } of said) {
    const row = rows.find((each) => each.includes(who as string));
    for (const action of what) expect(row).toContain(action);
  }
});

test('a VPC that exists: none is made, and every rule is content', () => {
  const vpcId = 'vpc-0123456789abcdef0';
  const stages = judged(edited(dev, { 'network.existing': { vpcId, cidrs: ['10.10.0.0/16', '10.77.0.0/20'] } }), {
    validated: true,
  });
  expect(ofType(stages.get('dev'), 'AWS::EC2::VPC')).toEqual([]);
  const subnets = ofType(stages.get('dev'), 'AWS::EC2::Subnet');
  expect(subnets).toHaveLength(12);
  for (const { Properties } of subnets) expect(Properties?.VpcId).toBe(vpcId);
});

/** What cannot have the prefix, or needs none: docs/adopt.md says the same. */
const withoutPrefix: Readonly<Record<string, string>> = {
  'AWS::Route53::HostedZone.Name': 'a name of DNS, which certificates have, too',
  'AWS::Route53::RecordSet.Name': 'a name of DNS, which certificates have, too',
  'AWS::ServiceDiscovery::Service.Name': 'within the namespace, which has it',
  'AWS::Logs::ResourcePolicy.PolicyName': 'no resource of IAM: it has no ARN',
  'AWS::SNS::Topic.DisplayName': 'what people see as the sender of a mail',
  'AWS::CloudWatch::Alarm.MetricName': 'of a metric',
  'AWS::EC2::VPCEndpoint.ServiceName': "of AWS's service",
};

test('a prefix of names: stacks have it, and each resource that is named in a template', () => {
  const prefix = 'bank-trc-';
  const input = edited(prod, { 'organisation.namePrefix': prefix });
  const app = buildApp([parseEnvironment('config/prod.ts', input)], unjudged());
  const assembly = app.synth();
  // Of what has no name CloudFormation makes one that begins with the stack's; of secrets with its own id.
  const { stacksRecursively: stacks } = assembly;
  expect(stacks.length).toBeGreaterThan(6);
  for (const { stackName } of stacks) expect(stackName).toMatch(/^bank-trc-prod(-[\w-]+)?-[A-Z]\w+$/);
  const stages = readEnvironments(assembly.directory);
  const resources = [...stages.values()].flatMap((stage) => resourcesOf(stage).map(({ resource }) => resource));
  const named = resources.flatMap(({ Type, Properties = {} }) =>
    Object.entries(Properties)
      .filter(([key, value]) => /Name$/.test(key) && !/^\{"(Ref|Fn::GetAtt)"/.test(JSON.stringify(value)))
      .filter(([key]) => Type.startsWith('AWS::') && !(`${Type}.${key}` in withoutPrefix))
      .map(([key, value]) => ({ of: `${Type}.${key}`, name: JSON.stringify(value) })),
  );
  expect(named.length).toBeGreaterThan(100);
  // Log groups that AWS delivers to, and the domain's, have AWS's folder in front; parameters a slash.
  const begins = /^(?:\{"Fn::Join":\["",\[)?"(?:\/aws\/(?:vendedlogs|OpenSearchService)\/|\/)?bank-trc-/;
  expect(named.filter(({ name }) => !begins.test(name))).toEqual([]);
  for (const { Properties } of resources.filter(({ Type }) => Type === 'AWS::SecretsManager::Secret'))
    expect(JSON.stringify(Properties?.Name)).toContain('bank-trc-prod-');
  // Nobody looks for anything under the name that it has without.
  expect(all(stages)).not.toMatch(/harbourline[-/]prod/);
});

test('no mainland at all: what looks for crossings looks for addresses that nobody has', () => {
  const stages = judged(edited(dev, { mainland: undefined, link: undefined }));
  expect([...stages.keys()].filter((name) => name.includes('mainland'))).toEqual([]);
  expect(all(stages)).toContain('192.0.2.0/24');
  expect(() => parseEnvironment('config/dev.ts', edited(dev, { mainland: undefined }))).toThrow('link.farEnd.prefixes');
});

test('two environments without a mainland have none in common', () => {
  const without = (config: EnvironmentConfigInput) => edited(config, { mainland: undefined, link: undefined });
  expect(
    parseEnvironments({ 'config/dev.ts': without(dev), 'config/prod.ts': without(prod) }).map(({ link }) => link),
  ).toEqual([undefined, undefined]);
});

test('a trial in one zone: nothing spans zones that are not there', () => {
  const stages = judged(
    edited(dev, { 'network.availabilityZones': ['ap-east-1b'], 'store.dataNodes.count': 2, link: undefined }),
  );
  const zones = ofType(stages.get('dev'), 'AWS::EC2::Subnet').map(({ Properties }) => Properties?.AvailabilityZone);
  expect(new Set(zones)).toEqual(new Set(['ap-east-1b']));
  const [domain] = ofType(stages.get('dev'), 'AWS::OpenSearchService::Domain');
  expect(domain?.Properties?.ClusterConfig).not.toHaveProperty('ZoneAwarenessConfig');
});

test('fleets of x86-64 beside those of Graviton: image, collector and sizes are of the processor of each', () => {
  const stages = judged(
    edited(dev, {
      'collect.sampler.instanceType': 'm7i.large',
      'link.relay.instanceType': 't3.small',
      'link.analysis.instanceType': 'm6i.large',
      'store.access': { session: { instanceType: 't3.nano' } },
    }),
  );
  const x86 = ['m6i.large', 'm7i.large', 't3.nano', 't3.small'];
  const seen = ['dev', 'dev-mainland'].flatMap((name) =>
    ofType(stages.get(name), 'AWS::EC2::LaunchTemplate').map(({ Properties }) => {
      const { InstanceType, ImageId, UserData } = Properties?.LaunchTemplateData ?? {};
      const userData = JSON.stringify(UserData ?? '');
      const fetches = (platform: Platform) => userData.includes(`${distributionHash(platform)}`);
      expect([InstanceType, JSON.stringify(ImageId)]).toEqual([
        InstanceType,
        expect.stringContaining(x86.includes(InstanceType) ? 'x8664' : 'arm64'),
      ]);
      // The host of sessions runs no collector.
      if (InstanceType !== 't3.nano') {
        expect([InstanceType, fetches('linux/amd64'), fetches('linux/arm64')]).toEqual([
          InstanceType,
          x86.includes(InstanceType),
          !x86.includes(InstanceType),
        ]);
      }
      return InstanceType;
    }),
  );
  expect(seen.sort()).toEqual([...x86, 't4g.medium'].sort());
  // What a role may fetch is what its instances fetch.
  const statements = JSON.stringify(ofType(stages.get('dev'), 'AWS::IAM::ManagedPolicy'));
  for (const platform of ['linux/amd64', 'linux/arm64'] as const)
    expect(statements).toContain(distributionHash(platform));
});

test('production on x86-64 alone: its image is pinned, and no other is asked for', () => {
  const x86 = {
    'collect.gateway.instanceType': 'm7i.large',
    'collect.sampler.instanceType': 'm7i.xlarge',
    'link.relay.instanceType': 'c7i.large',
    'store.access': { session: { instanceType: 't3.nano' } },
    'collect.imageId': undefined,
  };
  const parse = (more: object) => parseEnvironment('config/prod.ts', edited(prod, { ...x86, ...more }));
  expect(parse({ 'collect.x86ImageId': 'ami-0123456789abcdef1' }).collect.imageId).toBeUndefined();
  expect(() => parse({})).toThrow('collect.x86ImageId');
  expect(() => parse({ 'collect.imageId': 'ami-0123456789abcdef1' })).toThrow('nothing would start from it');
});

/** The same, in another home region: with secrets and services of its own. */
const inSingapore = (input: EnvironmentConfigInput): EnvironmentConfigInput =>
  JSON.parse(JSON.stringify({ ...input, region: 'ap-southeast-1' }).replaceAll('ap-east-1', 'ap-southeast-1'));

test('Singapore is the home region: all that is not in the mainland is there, and packets get where they should', () => {
  const input = inSingapore(dev);
  const stages = judged(input, { validated: true });
  expect(all(stages)).not.toContain('ap-east-1');
  for (const [name, stacks] of stages) {
    const region = name === 'dev-mainland' ? 'cn-north-1' : 'ap-southeast-1';
    for (const { place } of Object.values(stacks))
      expect([name, place]).toEqual([name, expect.stringContaining(region)]);
  }
  const zones = ofType(stages.get('dev'), 'AWS::EC2::Subnet').map(({ Properties }) => Properties?.AvailabilityZone);
  expect(new Set(zones)).toEqual(new Set(['ap-southeast-1a', 'ap-southeast-1b', 'ap-southeast-1c']));
  const config = parseEnvironment('config/dev.ts', input);
  expect(config.observe.metricsRegion).toBe('ap-southeast-1');
  expect(stages.has('dev-client-payments')).toBe(true);
  const unknown = findings(config, reachModel(stages, config)).filter(({ what }) => !(what in known));
  expect(unknown.map(({ detail }) => detail)).toEqual([]);
});

test.each([
  [
    'what another region has alone',
    dev,
    { 'store.dataNodes.instanceType': 'r7i.large.search' },
    'does not offer r7i in Hong Kong',
  ],
  ['what Singapore has, too', inSingapore(dev), { 'store.dataNodes.instanceType': 'r7i.large.search' }, undefined],
  [
    'a fleet that another region has alone',
    dev,
    { 'collect.gateway.instanceType': 'm8i.large' },
    'EC2 in Hong Kong has no m8i',
  ],
  ['a fleet that Singapore has, too', inSingapore(dev), { 'collect.gateway.instanceType': 'm8i.large' }, undefined],
  [
    'a zone of another region',
    inSingapore(dev),
    { 'network.availabilityZones': ['ap-east-1a'] },
    'no zone of ap-southeast-1',
  ],
  ['clients elsewhere', inSingapore(dev), { 'clients[0].region': 'ap-east-1' }, 'services send them from there'],
  ['secrets elsewhere', { ...dev, region: 'ap-southeast-1' as const }, {}, 'arn:aws:secretsmanager:ap-southeast-1:'],
  ['a region of which nothing is known', dev, { region: 'ap-northeast-1' }, 'Use one of: ap-east-1, ap-southeast-1.'],
])('%s', (_name, input, change, refused) => {
  const parse = () => parseEnvironment('config/dev.ts', edited(input, change));
  if (refused === undefined) parse();
  else expect(parse).toThrow(refused);
});

test.each([
  ['organisation.permissionsBoundary', 'b-${AWS::StackName}'],
  ['organisation.bootstrapQualifier', 'Bank-01'],
  ['organisation.tags', { 'aws:x': 'y' }],
  ['organisation.tags', { 'harbourline:environment': 'y' }],
  ['organisation.flowLogArchiveArn', 's3://log-archive'],
  ['organisation.keyArns.logs', keyOf(1, '222222222222')],
  ['organisation.namePrefix', 'Bank-'],
  ['organisation.namePrefix', 'bank-tracing-platform-of-hong-kong-'],
  ['organisation.keyArns.topics', 'alias/topics'],
  ['organisation.certificateAuthorityArn', 'arn:aws:acm:ap-east-1:333333333333:certificate/1'],
  ['organisation.certificateAuthorityArn', certificateAuthorityArn.replace('ap-east-1', 'ap-southeast-1')],
  ['network.existing.vpcId', 'vpc-1'],
  ['store.keyArn', 'arn:aws:kms:ap-east-1:333333333333:alias/traces'],
  ['store.keyArn', 'arn:aws:kms:ap-east-1:999999999999:key/00000000-0000-4000-8000-111111111199'],
  ['link.transitGatewayId', 'tgw-1'],
  ['link.directConnect.gatewayId', 'dxgw-1'],
])('%s = %j is refused where it stands', (path, value) => {
  expect(() => parseEnvironment('config/prod.ts', edited(prod, { [path]: value }))).toThrow(`config/prod.ts › ${path}`);
});

test('production keeps its three zones', () => {
  expect(() =>
    parseEnvironment('config/prod.ts', edited(prod, { 'network.availabilityZones': ['ap-east-1a'] })),
  ).toThrow('network.availabilityZones');
});
