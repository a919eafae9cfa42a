import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ConfigError, type Problem } from '../../config/errors';
import { parseEnvironment, parseEnvironments } from '../../config/parse';
import { exampleEnvironments } from '../../harness/environments';
import { dev } from '../../harness/environments/dev';
import { edited } from '../../harness/environments/edited';
import { prod } from '../../harness/environments/prod';
import { staging } from '../../harness/environments/staging';

function problems(files: Record<string, unknown>): readonly Problem[] {
  try {
    parseEnvironments(files);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
}

test('a loss that no path can exceed is no limit', () => {
  const found = problems({ 'config/prod.ts': edited(prod, { 'link.probe.lossPercent': 100 }) });
  expect(found).toMatchObject([{ path: 'link.probe.lossPercent' }]);
});

describe('committed environments', () => {
  test('are accepted, with defaults in place', () => {
    const environments = exampleEnvironments();
    expect(environments.map(({ environment, production }) => [environment, production])).toEqual([
      ['dev', false],
      ['staging', false],
      ['prod', true],
    ]);
    expect(environments[0]).toMatchObject({
      region: 'ap-east-1',
      network: { availabilityZones: ['ap-east-1a', 'ap-east-1b', 'ap-east-1c'] },
      sampling: { floorPercent: 10, ceilingPercent: 30, slowThresholdMs: 2000, decisionWaitSeconds: 10 },
      store: { retentionDays: 14, replicas: 1, standby: false, refreshIntervalSeconds: 10 },
      observe: {
        metricsRegion: 'ap-east-1',
        logRetentionDays: 90,
        notify: { page: {}, inform: {} },
        runbook: 'docs/runbook.md',
      },
    });
  });
});

/** What is changed in which environment → where the problem must be found, and what the remedy must contain. */
const broken: [title: string, base: object, changes: Record<string, unknown>, path: string, fix: RegExp][] = [
  ['a missing account', dev, { account: undefined }, 'account', /text in quotes/],
  ['an account as a number', dev, { account: 111111111111 }, 'account', /text in quotes/],
  ['an account of eleven digits', dev, { account: '11111111111' }, 'account', /twelve digits/],
  ['an unknown setting', dev, { 'store.retention': 14 }, 'store.retention', /retentionDays/],
  ['a missing section', dev, { sampling: undefined }, 'sampling', /section in braces/],
  ['a name that AWS refuses', dev, { environment: 'Dev_1' }, 'environment', /lower-case/],
  ['a name too long for a domain', dev, { environment: 'development-east-1' }, 'environment', /16/],
  ['another region', dev, { region: 'eu-west-1' }, 'region', /ap-east-1.*ap-southeast-1/],
  ['a CIDR with host bits', dev, { 'network.cidr': '10.10.0.5/16' }, 'network.cidr', /10\.10\.0\.0\/16/],
  ['no CIDR at all', dev, { 'network.cidr': '10.10.0/16' }, 'network.cidr', /four numbers/],
  ['a CIDR too narrow', dev, { 'network.cidr': '10.10.0.0/24' }, 'network.cidr', /\/16 to \/22/],
  [
    'a VPC without an id',
    dev,
    { 'network.existing': { vpcId: 'vpc-1', cidrs: ['10.10.0.0/16'] } },
    'network.existing.vpcId',
    /17 hexadecimal/,
  ],
  [
    'a VPC without addresses',
    dev,
    { 'network.existing': { vpcId: 'vpc-0123456789abcdef0', cidrs: [] } },
    'network.existing.cidrs',
    /at least 1/,
  ],
  [
    'a VPC that AWS does not make',
    dev,
    { 'network.existing': { vpcId: 'vpc-0123456789abcdef0', cidrs: ['10.0.0.0/15'] } },
    'network.existing.cidrs[0]',
    /\/16 to \/28/,
  ],
  [
    'a block beyond the VPC',
    dev,
    { 'network.existing': { vpcId: 'vpc-0123456789abcdef0', cidrs: ['10.10.0.0/17', '10.77.0.0/20'] } },
    'network.cidr',
    /block of the VPC/,
  ],
  [
    'services within the VPC',
    dev,
    { 'network.existing': { vpcId: 'vpc-0123456789abcdef0', cidrs: ['10.10.0.0/16', '10.30.4.0/22'] } },
    'network.serviceVpcPrefixes[0]',
    /own addresses/,
  ],
  [
    "a client's VPC",
    dev,
    { 'network.existing': { vpcId: 'vpc-00123456789abcde0', cidrs: ['10.10.0.0/16'] } },
    'clients[0].vpcs[0].vpcId',
    /VPC of its own/,
  ],
  [
    'more collectors than subnets of a /22 hold when a zone is lost',
    dev,
    {
      'network.cidr': '10.10.0.0/22',
      'network.availabilityZones': ['ap-east-1a', 'ap-east-1b'],
      'store.dataNodes.count': 2,
      'collect.gateway.maxInstances': 50,
      'collect.sampler.maxInstances': 51,
    },
    'network.cidr',
    /\/21 or wider/,
  ],
  [
    'more nodes than the subnet of a /22 holds during a blue/green deployment',
    dev,
    {
      'network.cidr': '10.10.0.0/22',
      'network.availabilityZones': ['ap-east-1a'],
      'store.dataNodes.count': 42,
      link: undefined,
    },
    'network.cidr',
    /\/21 or wider/,
  ],
  ['a public CIDR', dev, { 'network.cidr': '52.0.0.0/16' }, 'network.cidr', /10\.0\.0\.0\/8/],
  ['overlapping CIDRs', dev, { 'mainland.prefixes[0]': '10.10.128.0/20' }, 'mainland.prefixes[0]', /own addresses/],
  [
    'a service VPC in our VPC',
    dev,
    { 'network.serviceVpcPrefixes[0]': '10.10.0.0/16' },
    'network.serviceVpcPrefixes[0]',
    /own addresses/,
  ],
  ['the whole internet as mainland', dev, { 'mainland.prefixes[0]': '0.0.0.0/0' }, 'mainland.prefixes[0]', /Name/],
  ['loopback as mainland', dev, { 'mainland.prefixes[0]': '127.0.0.0/16' }, 'mainland.prefixes[0]', /hosts can have/],
  ['no mainland prefix', dev, { 'mainland.prefixes': [] }, 'mainland.prefixes', /at least 1/],
  ['a suffix without a dot', dev, { 'mainland.hostSuffixes': ['cn.example'] }, 'mainland.hostSuffixes[0]', /dot/],
  ['no zone', dev, { 'network.availabilityZones': [] }, 'network.availabilityZones', /at least 1/],
  [
    'a zone twice',
    dev,
    { 'network.availabilityZones': ['ap-east-1a', 'ap-east-1b', 'ap-east-1a'] },
    'network.availabilityZones',
    /once/,
  ],
  [
    'production in two zones',
    prod,
    { 'network.availabilityZones': ['ap-east-1a', 'ap-east-1b'], 'store.standby': false },
    'network.availabilityZones',
    /all three/,
  ],
  [
    'an EC2 family that Hong Kong lacks',
    dev,
    { 'collect.gateway.instanceType': 'c7gn.large' },
    'collect.gateway.instanceType',
    /c7g/,
  ],
  [
    'an x86-64 family that Hong Kong lacks',
    dev,
    { 'collect.sampler.instanceType': 'm8i.large' },
    'collect.sampler.instanceType',
    /m7i/,
  ],
  [
    'a size that x86-64 lacks',
    dev,
    { 'collect.gateway.instanceType': 'm7i.medium' },
    'collect.gateway.instanceType',
    /Use a size of: large, xlarge/,
  ],
  [
    'production on x86-64 with an image for arm64 alone',
    prod,
    { 'collect.gateway.instanceType': 'm7i.large' },
    'collect.x86ImageId',
    /kernel-default-x86_64/,
  ],
  [
    'an image that nothing starts from',
    prod,
    { 'collect.x86ImageId': 'ami-0123456789abcdef1' },
    'collect.x86ImageId',
    /write it as imageId/,
  ],
  [
    'a sampler without memory',
    dev,
    { 'collect.sampler.instanceType': 'c7g.medium' },
    'collect.sampler.instanceType',
    /c7g\.large/,
  ],
  [
    'burstable machines in production',
    prod,
    { 'collect.sampler.instanceType': 't4g.xlarge' },
    'collect.sampler.instanceType',
    /fixed performance/,
  ],
  [
    'a gateway without memory',
    dev,
    { 'collect.gateway.instanceType': 't4g.micro' },
    'collect.gateway.instanceType',
    /t4g\.small/,
  ],
  [
    'a pseudonym of a secret',
    dev,
    { 'redaction.pseudonymKeys': ['customer.hkid'] },
    'redaction.pseudonymKeys[0]',
    /enduser\.id/,
  ],
  [
    'forwarding without TLS',
    dev,
    {
      'collect.forward.zipkin': {
        endpoint: 'http://zipkin.example.internal:9411/api/v2/spans',
        prefix: '10.40.0.0/24',
      },
    },
    'collect.forward.zipkin.endpoint',
    /https:/,
  ],
  [
    'forwarding to an address beyond the prefix',
    dev,
    { 'collect.forward.otlp': { endpoint: 'https://10.41.0.10:4318', prefix: '10.40.0.0/24' } },
    'collect.forward.otlp.endpoint',
    /prefix/,
  ],
  ['an agent without a limit', dev, { 'agent.egressKilobits': 0 }, 'agent.egressKilobits', /64/],
  ['one gateway', dev, { 'collect.gateway.minInstances': 1 }, 'collect.gateway.minInstances', /2 or more/],
  ['two gateways in production', prod, { 'collect.gateway.minInstances': 2 }, 'collect.gateway.minInstances', /3/],
  ['fewer at most than at least', dev, { 'collect.gateway.minInstances': 5 }, 'collect.gateway.maxInstances', /5/],
  ['a fleet size as text', dev, { 'collect.sampler.minInstances': '2' }, 'collect.sampler.minInstances', /number/],
  [
    'fewer samplers at most than at least',
    dev,
    { 'collect.sampler.minInstances': 4 },
    'collect.sampler.maxInstances',
    /4/,
  ],
  [
    'a market that opens at no time',
    prod,
    { 'collect.gateway.tradingHours.opens': '9 am' },
    'collect.gateway.tradingHours.opens',
    /09:00/,
  ],
  [
    'more gateways for the market than may be',
    prod,
    { 'collect.gateway.tradingHours.minInstances': 20 },
    'collect.gateway.tradingHours.minInstances',
    /12/,
  ],
  ['production without a pinned image', prod, { 'collect.imageId': undefined }, 'collect.imageId', /ssm get-parameter/],
  ['a floor under the band', dev, { 'sampling.floorPercent': 5 }, 'sampling.floorPercent', /10 or more/],
  ['a ceiling over the band', dev, { 'sampling.ceilingPercent': 50 }, 'sampling.ceilingPercent', /30 or less/],
  ['an empty band', dev, { 'sampling.floorPercent': 30 }, 'sampling.ceilingPercent', /lower the floor/],
  ['a wait without an end', dev, { 'sampling.decisionWaitSeconds': 600 }, 'sampling.decisionWaitSeconds', /60/],
  ['an engine that nobody tried', dev, { 'store.engineVersion': 'OpenSearch_1.3' }, 'store.engineVersion', /3\.3/],
  [
    'an OpenSearch family that Hong Kong lacks',
    dev,
    { 'store.dataNodes.instanceType': 'or1.large.search' },
    'store.dataNodes.instanceType',
    /r7g/,
  ],
  [
    'an OpenSearch size that Hong Kong lacks',
    dev,
    { 'store.dataNodes.instanceType': 'r7g.24xlarge.search' },
    'store.dataNodes.instanceType',
    /16xlarge/,
  ],
  [
    'data nodes that take no EBS',
    dev,
    { 'store.dataNodes.instanceType': 'i4i.large.search' },
    'store.dataNodes.instanceType',
    /r7g/,
  ],
  ['data nodes not a multiple of the zones', dev, { 'store.dataNodes.count': 4 }, 'store.dataNodes.count', /3 or 6/],
  ['more copies than nodes', dev, { 'store.replicas': 3 }, 'store.replicas', /2 or fewer/],
  ['four managers', prod, { 'store.managerNodes.count': 4 }, 'store.managerNodes.count', /3 or 5/],
  ['production without managers', prod, { 'store.managerNodes': undefined }, 'store.managerNodes', /managerNodes:/],
  [
    'standby without three zones',
    staging,
    {
      'store.standby': true,
      'store.replicas': 2,
      'store.dataNodes.count': 4,
      'network.availabilityZones': ['ap-east-1a', 'ap-east-1b'],
    },
    'network.availabilityZones',
    /three zones/,
  ],
  ['standby without managers', dev, { 'store.standby': true, 'store.replicas': 2 }, 'store.managerNodes', /standby/],
  ['standby with one replica', staging, { 'store.standby': true }, 'store.replicas', /Use 2/],
  [
    'a trial node in production',
    prod,
    { 'store.dataNodes.instanceType': 't3.medium.search' },
    'store.dataNodes.instanceType',
    /r7g/,
  ],
  [
    'nodes on S3 that refresh too often',
    dev,
    { 'store.dataNodes.instanceType': 'or2.large.search', 'store.refreshIntervalSeconds': 5 },
    'store.refreshIntervalSeconds',
    /10 or more/,
  ],
  ['a week of traces in production', prod, { 'store.retentionDays': 7 }, 'store.retentionDays', /14/],
  ['anybody as reader', dev, { 'store.readerRoleArns': ['*'] }, 'store.readerRoleArns[0]', /whole ARN/],
  [
    'a reader of another partition',
    dev,
    { 'store.readerRoleArns': ['arn:aws-cn:iam::111111111111:role/reader'] },
    'store.readerRoleArns[0]',
    /partition aws/,
  ],
  [
    'metrics of another partition',
    dev,
    { 'observe.metricsRegion': 'cn-north-1' },
    'observe.metricsRegion',
    /ap-east-1/,
  ],
  ['metrics of another region', dev, { 'observe.metricsRegion': 'eu-west-1' }, 'observe.metricsRegion', /ap-east-1/],
  ['a retention that CloudWatch refuses', dev, { 'observe.logRetentionDays': 100 }, 'observe.logRetentionDays', /90/],
  ['audit logs for a quarter', prod, { 'observe.logRetentionDays': 90 }, 'observe.logRetentionDays', /365/],
  ['production that notifies nobody', prod, { 'observe.notify': {} }, 'observe.notify.page', /email or topicArn/],
  ['an address that is none', prod, { 'observe.notify.page.email': 'nobody' }, 'observe.notify.page.email', /e-mail/],
  [
    'a topic of another region',
    dev,
    { 'observe.notify.page': { topicArn: 'arn:aws:sns:us-east-1:111111111111:alarms' } },
    'observe.notify.page.topicArn',
    /ap-east-1/,
  ],
  [
    'an address that would never be subscribed',
    dev,
    { 'observe.notify.inform': { email: 'a@example.com', topicArn: 'arn:aws:sns:ap-east-1:111111111111:alarms' } },
    'observe.notify.inform',
    /not both/,
  ],
  [
    'an objective for Hong Kong below that of its calls over the border',
    dev,
    { 'observe.objectives.p99Ms.none': 300 },
    'observe.objectives.p99Ms.none',
    /500 or more/,
  ],
  ['a key that is none', prod, { 'redaction.allowedKeys': ['a b'] }, 'redaction.allowedKeys[0]', /digits/],
  ['prod that is not production', prod, { production: false }, 'production', /Leave it out/],
  [
    'an objective left out',
    dev,
    { 'observe.objectives.p99Ms.none': undefined },
    'observe.objectives.p99Ms.none',
    /number/,
  ],
  [
    'a store that its declared load would fill',
    prod,
    { 'store.load': { spansPerSecond: 10_000, bytesPerSpan: 4_000 } },
    'store.dataNodes.volumeGiB',
    /npm run size/,
  ],
  [
    'a day of spans that is too large for its shards',
    prod,
    { 'store.shards': 1, 'store.load': { spansPerSecond: 20_000 } },
    'store.shards',
    /^Use \d+\.$/,
  ],
  [
    'nodes that are too small for the peak',
    prod,
    { 'store.load': { spansPerSecond: 10_000, peak: 40 } },
    'store.dataNodes.instanceType',
    /larger size/,
  ],
  [
    'a grant to nobody',
    prod,
    { 'store.grants': [{ role: 'investigator', until: '2026-12-31', reason: 'INC-1234' }] },
    'store.grants[0]',
    /roleArn or group/,
  ],
  [
    'a grant without an end',
    prod,
    { 'store.grants': [{ role: 'investigator', roleArn: 'arn:aws:iam::333333333333:role/a', reason: 'INC-1234' }] },
    'store.grants[0].until',
    /./,
  ],
  [
    'a grant to a role of another partition',
    prod,
    {
      'store.grants': [
        {
          role: 'administrator',
          roleArn: 'arn:aws-cn:iam::333333333333:role/a',
          until: '2026-12-31',
          reason: 'INC-1234',
        },
      ],
    },
    'store.grants[0].roleArn',
    /partition aws/,
  ],
  [
    'a grant to a reader, who would see masks all the same',
    prod,
    {
      'store.grants': [
        {
          role: 'investigator',
          roleArn: 'arn:aws:iam::333333333333:role/trace-readers',
          until: '2026-12-31',
          reason: 'INC-1234',
        },
      ],
    },
    'store.grants[0]',
    /of its own/,
  ],
  [
    'a hold that was approved by whoever asked for it',
    prod,
    {
      'store.holds': [
        {
          ticket: 'CASE-7',
          service: 'payment',
          reason: 'An enquiry',
          until: '2027-01-31',
          requestedBy: 'ann@example.com',
          approvedBy: 'Ann@example.com',
        },
      ],
    },
    'store.holds[0].approvedBy',
    /another person/,
  ],
  [
    'an erasure that holds the id itself',
    prod,
    {
      'store.erasures': [
        {
          ticket: 'ERASE-1',
          digest: 'user-00217',
          reason: 'A request',
          until: '2027-01-31',
          requestedBy: 'ann',
          approvedBy: 'bo',
        },
      ],
    },
    'store.erasures[0].digest',
    /sha256sum/,
  ],
  ['groups that no provider names', prod, { 'store.readerGroups': ['analysts'] }, 'store.saml', /Set store.saml/],
];

describe('a broken configuration', () => {
  test.each(broken)('%s is refused at its place', (_, base, changes, path, fix) => {
    const found = problems({ 'config/x.ts': edited(base, changes) });
    const here = found.filter((problem) => problem.path === path);
    expect(found.map((problem) => problem.path)).toContain(path);
    expect(here[0]?.file).toBe('config/x.ts');
    expect(here.map((problem) => problem.fix).join('\n')).toMatch(fix);
    expect(here[0]?.why.length).toBeGreaterThan(15);
  });

  test('gets every problem at once, malformed values and broken conditions alike', () => {
    const changes = {
      account: undefined,
      'network.cidr': '10.12.0.5/16',
      'collect.gateway.volumeGiB': '100',
      'collect.gateway.instanceType': 'c7gn.large',
      'store.dataNodes.count': 4,
      'store.retentionDays': 7,
      'store.retension': 7,
      'observe.metricsRegion': 'cn-north-1',
    };
    expect(() => parseEnvironment('config/prod.ts', edited(prod, changes))).toThrowErrorMatchingSnapshot();
  });

  test('is not judged by values that stand in for malformed ones', () => {
    const found = problems({ 'config/x.ts': edited(prod, { 'network.availabilityZones': 'ap-east-1a' }) });
    expect(found.map(({ path }) => path)).toEqual(['network.availabilityZones']);
  });

  test.each([undefined, null, 7, 'dev', []])('is refused where %p stands for an environment', (input) => {
    expect(problems({ 'config/x.ts': input })).toHaveLength(1);
  });
});

describe('environments together', () => {
  test('must not share addresses: all are routed over one link', () => {
    const second = edited(staging, { 'network.cidr': '10.30.0.0/16' });
    const [problem, ...others] = problems({ 'config/dev.ts': dev, 'config/staging.ts': second });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ file: 'config/staging.ts', path: 'network.cidr', value: '10.30.0.0/16' });
    expect(problem?.why).toContain('config/dev.ts › network.serviceVpcPrefixes[0] (10.30.0.0/16)');
  });

  test('must not share a VPC: its DNS firewall is of one of them', () => {
    const existing = { vpcId: 'vpc-0123456789abcdef0', cidrs: ['10.10.0.0/16'] };
    const [one, second] = [dev, staging].map((base, index) =>
      edited(base, { 'network.existing': existing, 'network.cidr': `10.10.${index * 16}.0/20` }),
    );
    expect(problems({ 'config/dev.ts': one, 'config/staging.ts': second })).toMatchObject([
      { code: 'HL-BETWEEN-009', file: 'config/staging.ts', path: 'network.existing.cidrs[0]' },
    ]);
  });

  test('may share the mainland hosts that they call', () => {
    const second = edited(staging, { 'mainland.prefixes': ['10.20.0.0/16'], link: undefined });
    expect(problems({ 'config/dev.ts': dev, 'config/staging.ts': second })).toEqual([]);
  });

  test('must not share a name', () => {
    const second = edited(staging, { environment: 'dev' });
    expect(problems({ 'config/dev.ts': dev, 'config/staging.ts': second }).map(({ path }) => path)).toEqual([
      'environment',
    ]);
  });

  test.each([
    ['the mainland of another', 'dev-mainland', dev],
    ["another's client", 'dev-client-payments', dev],
  ])('must not have the name of %s', (_, environment, other) => {
    const second = edited(staging, { environment });
    expect(problems({ 'config/dev.ts': other, 'config/second.ts': second })).toMatchObject(
      environment.length > 16
        ? [{ path: 'environment', why: expect.stringContaining('names') }]
        : [{ path: 'environment', why: expect.stringContaining(`config/dev.ts has a stage of the same name`) }],
    );
  });

  test('must not share an address of the receiver in one VPC', () => {
    const { link } = dev as { link: { analysis: object; receiver: { address: string } } };
    const vpc = { vpcId: (link.analysis as { vpcId: string }).vpcId, vpcCidr: '10.20.8.0/24' };
    const second = edited(prod, {
      'link.receiver.address': link.receiver.address,
      'link.analysis.vpcId': vpc.vpcId,
      'link.analysis.vpcCidr': vpc.vpcCidr,
    });
    expect(problems({ 'config/dev.ts': dev, 'config/prod.ts': second })).toContainEqual(
      expect.objectContaining({
        file: 'config/prod.ts',
        path: 'link.receiver.address',
        why: expect.stringContaining('dev'),
      }),
    );
  });

  test('report the problems of every file', () => {
    const files = {
      'config/dev.ts': edited(dev, { account: '1' }),
      'config/prod.ts': edited(prod, { account: '1' }),
    };
    expect(problems(files).map(({ file }) => file)).toEqual(['config/dev.ts', 'config/prod.ts']);
  });
});

test('the app shows the list and no stack, and synthesises nothing', () => {
  const root = join(__dirname, '..', '..');
  const program = `
    const { defineDeployment, synthesise } = require('./index');
    const dev = { ...require('./harness/environments/dev').dev, account: 1 };
    process.env.CDK_OUTDIR = '/nonexistent';
    synthesise(defineDeployment({ environments: { 'config/dev.ts': dev } }));`;
  const { stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', '-e', program], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr.trim().split('\n')).toEqual([
    'One problem in the configuration. Nothing was synthesised.',
    '',
    'config/dev.ts › account = 1',
    '  It is not a text in quotes.',
    '  Fix: Write a text in quotes. (HL-SHAPE-006)',
  ]);
});
