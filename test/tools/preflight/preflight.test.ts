import { stagesOf } from '../../../config/stages';
import type { Plan } from '../../../tools/preflight/check';
import { checks } from '../../../tools/preflight/checks';
import { exitCode, type Line, NoCredentials, preflight, table } from '../../../tools/preflight/preflight';
import { committed } from '../../review/support';
import { configOf } from '../../support/app';
import { type Answers, AwsError, doubles, ready, valuesOf } from './recorded';

const withLine = (plan: Plan): Plan => ({
  ...plan,
  environment: {
    ...plan.environment,
    Link: {
      template: {},
      terminationProtection: false,
      resources: {
        Line: { Type: 'AWS::DirectConnect::TransitVirtualInterface', Properties: { ConnectionId: 'dxcon-1' } },
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: { PermissionsBoundary: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/b' } },
        },
      },
    },
  },
});

/** Production with gateways of the organisation, so that every check has something to ask. */
function adopting(): Plan['config'] {
  const config = configOf('prod');
  const { link } = config;
  if (!link?.directConnect) throw new Error('The example of production has a leased line.');
  const directConnect = { ...link.directConnect, gatewayId: '00000000-0000-4000-8000-000000000001' };
  const topicArn = 'arn:aws:sns:ap-east-1:333333333333:page';
  return {
    ...config,
    organisation: {
      ...config.organisation,
      flowLogArchiveArn: 'arn:aws:s3:::log-archive/harbourline',
      keyArns: {
        logs: 'arn:aws:kms:ap-east-1:333333333333:key/00000000-0000-4000-8000-000000000001',
        secrets: 'arn:aws:kms:ap-east-1:333333333333:key/00000000-0000-4000-8000-000000000002',
      },
      certificateAuthorityArn:
        'arn:aws:acm-pca:ap-east-1:333333333333:certificate-authority/00000000-0000-4000-8000-000000000001',
    },
    observe: { ...config.observe, notify: { ...config.observe.notify, page: { targets: [pager], topicArn } } },
    collect: { ...config.collect, entrance: { ...config.collect.entrance, via: 'routed', routed: byPeering } },
    link: { ...link, transitGatewayId: 'tgw-1', directConnect },
  };
}

const pager = {
  kind: 'https',
  secretArn: 'arn:aws:secretsmanager:ap-east-1:333333333333:secret:pager-a1B2c3',
} as const;
const existing = { vpcId: 'vpc-0123456789abcdef0', cidrs: ['10.12.0.0/16'] };
const byPeering = { peeringId: 'pcx-1', prefixes: ['10.32.0.0/16'], routeTableIds: ['rtb-1'] };

function plan(existing?: Plan['config']['network']['existing']): Plan {
  const adopted = adopting();
  const config = { ...adopted, network: { ...adopted.network, existing } };
  return withLine({ config, environment: committed(), stage: stagesOf(config)[0]! });
}

async function judge(
  change: (answers: Answers) => void = () => {},
  planned = plan(),
): Promise<{ lines: Line[]; asked: string[] }> {
  const answers = ready();
  change(answers);
  const { aws, asked } = doubles(answers);
  return { lines: await preflight(checks, aws, planned, () => {}), asked };
}

const bad = (lines: readonly Line[]) =>
  lines.filter(({ ok }) => ok !== true).map(({ check, found }) => `${check}: ${found}`);

test('a ready account: every check is answered, by exactly the calls that it names', async () => {
  const { lines, asked } = await judge(() => {}, plan(existing));
  expect(bad(lines)).toEqual([]);
  expect(exitCode(lines)).toBe(0);
  expect([...new Set(lines.map(({ check }) => check))]).toEqual(checks.map(({ name }) => name));
  // IAM allows these two calls of S3 by other words.
  const words: Record<string, string> = { HeadBucket: 'ListBucket', GetBucketEncryption: 'GetEncryptionConfiguration' };
  const operations = new Set(asked.map((each) => each.split(':')[1] ?? '').map((each) => words[each] ?? each));
  const named = new Set(checks.flatMap(({ asks }) => asks.map((each) => each.split(':')[1])));
  // prod pins its image: the parameter of the newest one is not asked for, that of the bootstrap is.
  expect([...operations].sort()).toEqual([...named].sort());
});

const fail = (name: string) => () => {
  throw new AwsError(name);
};

describe('a VPC that exists', () => {
  /** Answers of a call, with something else in the first that they hold. */
  const otherwise =
    (call: string, list: string, change: object) =>
    ({ ec2 }: Answers): void => {
      const recorded = ec2[call]!;
      ec2[call] = (input) => {
        const answer: any = recorded(input);
        if (call === 'DescribeVpcs' && !input.Filters) return answer;
        return {
          ...answer,
          [list]: answer[list].map((each: object, at: number) => (at === 0 ? { ...each, ...change } : each)),
        };
      };
    };
  const with_ =
    (call: string, list: string, item: object) =>
    ({ ec2 }: Answers): void => {
      const recorded = ec2[call]!;
      ec2[call] = (input) => {
        const answer: any = recorded(input);
        return { ...answer, [list]: [...answer[list], item] };
      };
    };
  const attached = { TransitGatewayAttachmentId: 'tgw-attach-9', TransitGatewayId: 'tgw-1', State: 'available' };
  const block = (CidrBlock: string, State = 'associated') => ({ CidrBlock, CidrBlockState: { State } });

  test.each<[string, (answers: Answers) => void, string]>([
    [
      'is of an account that shares it',
      otherwise('DescribeVpcs', 'Vpcs', { OwnerId: '999999999999' }),
      'of account 999999999999, which shares it: its owner alone makes subnets, route tables, ACLs and endpoints',
    ],
    ['is not ready', otherwise('DescribeVpcs', 'Vpcs', { State: 'pending' }), 'pending'],
    [
      'has more addresses',
      otherwise('DescribeVpcs', 'Vpcs', {
        CidrBlockAssociationSet: [block('10.12.0.0/16'), block('10.99.0.0/20'), block('10.98.0.0/20', 'disassociated')],
      }),
      'its addresses are 10.12.0.0/16, 10.99.0.0/20',
    ],
    [
      'has no names of its own',
      (a) => {
        a.ec2.DescribeVpcAttribute = () => ({
          EnableDnsSupport: { Value: true },
          EnableDnsHostnames: { Value: false },
        });
      },
      'off: enableDnsHostnames',
    ],
    [
      "asks the bank's name servers",
      (a) => {
        a.ec2.DescribeDhcpOptions = () => ({
          DhcpOptions: [{ DhcpConfigurations: [{ Key: 'domain-name-servers', Values: [{ Value: '10.1.1.1' }] }] }],
        });
      },
      '10.1.1.1',
    ],
    [
      'has a subnet in the block',
      with_('DescribeSubnets', 'Subnets', { SubnetId: 'subnet-9', CidrBlock: '10.12.9.0/24' }),
      'subnet-9 has 10.12.9.0/24',
    ],
    [
      'has somebody else in it',
      with_('DescribeNetworkInterfaces', 'NetworkInterfaces', {
        NetworkInterfaceId: 'eni-9',
        SubnetId: 'subnet-of-owner',
        InterfaceType: 'lambda',
      }),
      'eni-9 in subnet-of-owner',
    ],
    [
      'has an endpoint of a name that is ours',
      with_('DescribeVpcEndpoints', 'VpcEndpoints', {
        VpcEndpointId: 'vpce-9',
        ServiceName: 'com.amazonaws.ap-east-1.logs',
        PrivateDnsEnabled: true,
      }),
      'vpce-9 has com.amazonaws.ap-east-1.logs',
    ],
    [
      'is attached already',
      with_('DescribeTransitGatewayVpcAttachments', 'TransitGatewayVpcAttachments', attached),
      'tgw-attach-9 of tgw-1',
    ],
  ])('that %s is found', async (_what, change, found) => {
    const { lines } = await judge(change, plan(existing));
    expect(bad(lines)).toEqual([`VPC that exists: ${found}`]);
  });

  test('that is not there, is said once', async () => {
    const gone = (a: Answers) => {
      a.ec2.DescribeVpcs = ({ Filters }) => ({ Vpcs: Filters ? [] : [{}] });
    };
    expect(bad((await judge(gone, plan(existing))).lines)).toEqual(['VPC that exists: not there']);
  });

  test('that has no set of DHCP options of its own asks AWS', async () => {
    const { lines, asked } = await judge(
      otherwise('DescribeVpcs', 'Vpcs', { DhcpOptionsId: 'default' }),
      plan(existing),
    );
    expect(bad(lines)).toEqual([]);
    expect(asked).not.toContain('ec2:DescribeDhcpOptions');
  });

  test('that shares addresses with another is found; that it has them itself is right', async () => {
    const other = (a: Answers) => {
      const recorded = a.ec2.DescribeVpcs!;
      const vpcs = [
        { VpcId: existing.vpcId, CidrBlock: '10.12.0.0/16' },
        { VpcId: 'vpc-9', CidrBlock: '10.77.1.0/24' },
      ];
      a.ec2.DescribeVpcs = (input) => (input.Filters ? recorded(input) : { Vpcs: vpcs });
    };
    const { lines } = await judge(other, plan({ ...existing, cidrs: ['10.12.0.0/16', '10.77.0.0/20'] }));
    expect(bad(lines)).toEqual([
      'addresses: vpc-9 has 10.77.1.0/24',
      'VPC that exists: its addresses are 10.12.0.0/16',
    ]);
  });

  test('is none to make: the last of the quota is enough', async () => {
    const full = (a: Answers) => {
      const recorded = a.ec2.DescribeVpcs!;
      a.ec2.DescribeVpcs = (input) => (input.Filters ? recorded(input) : { Vpcs: [{}, {}, {}, {}, {}] });
    };
    expect(bad((await judge(full, plan(existing))).lines)).toEqual([]);
  });
});

test.each<[string, (answers: Answers) => void, string[], number]>([
  [
    'credentials of another account',
    (a) => {
      a.sts.GetCallerIdentity = () => ({ Account: '999999999999' });
    },
    ['account: 999999999999'],
    1,
  ],
  [
    'a region that is off',
    (a) => {
      a.account.GetRegionOptStatus = () => ({ RegionOptStatus: 'DISABLED' });
    },
    ['region: DISABLED'],
    1,
  ],
  [
    'a zone that is away',
    (a) => {
      a.ec2.DescribeAvailabilityZones = () => ({ AvailabilityZones: [{ ZoneName: 'ap-east-1a', State: 'available' }] });
    },
    ['region: ap-east-1b, ap-east-1c not available'],
    1,
  ],
  [
    'no service-linked role',
    (a) => {
      a.iam.GetRole = fail('NoSuchEntityException');
    },
    ['service-linked roles: missing', 'service-linked roles: missing', 'store: readers: missing'],
    1,
  ],
  [
    'no bootstrap',
    (a) => {
      a.ssm.GetParameter = fail('ParameterNotFound');
    },
    ['bootstrap: missing', 'bootstrap: missing', 'bootstrap: missing', 'bootstrap: missing'],
    1,
  ],
  [
    'an old bootstrap',
    (a) => {
      const { GetParameter } = a.ssm;
      a.ssm.GetParameter = (input) => ({ ...(GetParameter?.(input) as object), Parameter: { Value: '5' } });
    },
    ['bootstrap: version 5'],
    1,
  ],
  [
    'an endpoint service less',
    (a) => {
      a.ec2.DescribeVpcEndpointServices = () => ({ ServiceDetails: [] });
    },
    ['endpoint services: not in ap-east-1'],
    1,
  ],
  [
    'no VPC left',
    (a) => {
      a.ec2.DescribeVpcs = () => ({ Vpcs: [{}, {}, {}, {}, {}] });
    },
    ['quota: network and logs: 6 of 5'],
    1,
  ],
  [
    'no log policy left',
    (a) => {
      a.logs.DescribeResourcePolicies = () => ({ resourcePolicies: Array(10).fill({ policyDocument: '{}' }) });
    },
    ['quota: network and logs: 12 of 10'],
    1,
  ],
  [
    'a zone without the type',
    (a) => {
      a.ec2.DescribeInstanceTypeOfferings = (input) => ({
        InstanceTypeOfferings: valuesOf(input, 'instance-type').flatMap((InstanceType) =>
          ['ap-east-1a', 'ap-east-1b'].map((Location) => ({ InstanceType, Location })),
        ),
      });
    },
    ['instance types: not in ap-east-1c', 'instance types: not in ap-east-1c'],
    1,
  ],
  [
    'too few processors',
    (a) => {
      const { GetServiceQuota } = a.quotas;
      a.quotas.GetServiceQuota = (input) =>
        input.ServiceCode === 'ec2' ? { Quota: { Value: 32 } } : GetServiceQuota!(input);
    },
    ['quota: processors: quota 32, shared with all else in the account'],
    1,
  ],
  [
    'an image that is gone',
    (a) => {
      a.ec2.DescribeImages = () => ({ Images: [] });
    },
    ['image: not there, or not shared with this account'],
    1,
  ],
  [
    'an image of another processor',
    (a) => {
      a.ec2.DescribeImages = () => ({ Images: [{ State: 'available', Architecture: 'x86_64' }] });
    },
    ['image: architecture x86_64'],
    1,
  ],
  [
    'a deprecated image',
    (a) => {
      a.ec2.DescribeImages = () => ({
        Images: [{ State: 'available', Architecture: 'arm64', DeprecationTime: '2020-01-01T00:00:00Z' }],
      });
    },
    ['image: deprecated on 2020-01-01'],
    1,
  ],
  [
    'an engine that is gone',
    (a) => {
      a.openSearch.ListVersions = () => ({ Versions: ['OpenSearch_3.5', 'Elasticsearch_7.10'] });
    },
    ['store: engine: offered are OpenSearch_3.5'],
    1,
  ],
  [
    'a node type that is gone',
    (a) => {
      a.openSearch.ListInstanceTypeDetails = () => ({ InstanceTypeDetails: [{ InstanceType: 'r7g.xlarge.search' }] });
    },
    ['store: node types: not offered'],
    1,
  ],
  [
    'a store that is busy',
    (a) => {
      a.openSearch.DescribeDomain = () => ({ DomainStatus: { Processing: true } });
    },
    ['store: dry run: a change is under way'],
    1,
  ],
  [
    'a line that is down',
    (a) => {
      a.directConnect.DescribeConnections = () => ({
        connections: [{ connectionState: 'down', location: 'EQHK1', bandwidth: '1Gbps' }],
      });
    },
    ['leased line: down, EQHK1, 1Gbps'],
    1,
  ],
  [
    'a reader that does not exist',
    (a) => {
      const { GetRole } = a.iam;
      a.iam.GetRole = (input) =>
        input.RoleName === 'trace-readers' ? fail('NoSuchEntityException')() : GetRole?.(input);
    },
    ['store: readers: missing'],
    1,
  ],
  [
    'an attachment of another gateway',
    (a) => {
      a.ec2.DescribeTransitGatewayAttachments = () => ({
        TransitGatewayAttachments: [{ TransitGatewayId: 'tgw-9', State: 'available' }],
      });
    },
    ['link: attachments: of another gateway, tgw-9'],
    1,
  ],
  [
    'an attachment before its gateway',
    (a) => {
      a.ec2.DescribeTransitGateways = () => ({ TransitGateways: [] });
    },
    [
      'link: gateways of the organisation: not there',
      'link: attachments: the gateway is not there yet: nothing can be attached to it',
    ],
    1,
  ],
  [
    'gateways of the organisation with other defaults',
    (a) => {
      a.ec2.DescribeTransitGateways = () => ({
        TransitGateways: [
          {
            TransitGatewayId: 'tgw-1',
            OwnerId: '333333333333',
            State: 'available',
            Options: {
              AmazonSideAsn: 64_999,
              DefaultRouteTableAssociation: 'enable',
              DefaultRouteTablePropagation: 'enable',
            },
          },
        ],
      });
      a.directConnect.DescribeDirectConnectGateways = () => ({ directConnectGateways: [] });
    },
    [
      expect.stringMatching(
        /^link: gateways of the organisation: its default association is on.*; its default propagation is on.*; its ASN is 64999; 10\.42\.0\.0\/24 is not among its CIDR blocks$/,
      ),
      'link: gateways of the organisation: not there',
    ],
    1,
  ],
  [
    'gateways that another account shares',
    (a) => {
      a.ec2.DescribeTransitGateways = () => ({
        TransitGateways: [
          {
            TransitGatewayId: 'tgw-1',
            OwnerId: '999999999999',
            State: 'available',
            Options: {
              AmazonSideAsn: 64_512,
              DefaultRouteTableAssociation: 'disable',
              DefaultRouteTablePropagation: 'disable',
              TransitGatewayCidrBlocks: ['10.42.0.0/24'],
            },
          },
        ],
      });
      a.directConnect.DescribeDirectConnectGateways = () => ({
        directConnectGateways: [
          { directConnectGatewayState: 'available', amazonSideAsn: 64_513, ownerAccount: '999999999999' },
        ],
      });
    },
    [
      'link: gateways of the organisation: of account 999999999999, which shares it: owners alone make VPNs, route tables, associations and routes of a gateway',
      'link: gateways of the organisation: of account 999999999999: an association with it is a proposal that its owner accepts',
    ],
    1,
  ],
  [
    'a name that is taken',
    (a) => {
      a.s3.HeadBucket = () => ({});
    },
    ['leftovers: taken, and no stack of this environment has it'],
    1,
  ],
  [
    'a first creation that failed',
    (a) => {
      a.cloudFormation.DescribeStacks = ({ StackName }) => ({
        Stacks: [{ StackStatus: StackName === 'prod-Store' ? 'ROLLBACK_COMPLETE' : 'CREATE_COMPLETE' }],
      });
    },
    ['leftovers: ROLLBACK_COMPLETE'],
    1,
  ],
  [
    'the addresses of another VPC',
    (a) => {
      a.ec2.DescribeVpcs = () => ({ Vpcs: [{ VpcId: 'vpc-9', CidrBlock: '10.12.128.0/20' }] });
    },
    ['addresses: vpc-9 has 10.12.128.0/20'],
    1,
  ],
  [
    'a bootstrap with a key of its own',
    (a) => {
      a.s3.GetBucketEncryption = () => ({
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { KMSMasterKeyID: 'arn:aws:kms:key' } }],
        },
      });
    },
    ['bootstrap: key: arn:aws:kms:key'],
    1,
  ],
  [
    'a bootstrap of another qualifier',
    (a) => {
      a.s3.GetBucketEncryption = fail('NoSuchBucket');
    },
    ['bootstrap: key: not there'],
    1,
  ],
  [
    'a type that the region lacks',
    (a) => {
      a.cloudFormation.CreateChangeSet = () => {
        throw new AwsError('ValidationError', 'Template format error: Unrecognized resource types: [AWS::New::Thing]');
      };
    },
    ['resource types: Template format error: Unrecognized resource types: [AWS::New::Thing]'],
    1,
  ],
  [
    'no certificate of the link',
    (a) => {
      a.secrets.GetSecretValue = fail('ResourceNotFoundException');
      a.kms.DescribeKey = () => ({ KeyMetadata: { KeyState: 'PendingDeletion', KeySpec: 'SYMMETRIC_DEFAULT' } });
    },
    ['keys of the organisation: PendingDeletion', 'link: certificate: not there', 'link: certificate: PendingDeletion'],
    1,
  ],
  [
    'a certificate in another form',
    (a) => {
      a.secrets.GetSecretValue = () => ({ SecretString: '{"certificate":"-----BEGIN CERTIFICATE-----"}' });
    },
    ['link: certificate: no PEM at: key, authority'],
    1,
  ],
  [
    'a boundary that does not exist',
    (a) => {
      a.iam.GetPolicy = fail('NoSuchEntityException');
    },
    ['permissions boundary: missing'],
    1,
  ],
  [
    'keys that log groups and secrets cannot be encrypted with',
    (a) => {
      const link = a.kms.DescribeKey as (input: unknown) => unknown;
      a.kms.DescribeKey = (input) =>
        input.KeyId.endsWith('0002')
          ? { KeyMetadata: { KeyState: 'PendingDeletion', KeySpec: 'RSA_2048' } }
          : link(input);
      a.kms.GetKeyPolicy = () => ({ Policy: '{}' });
    },
    [
      'keys of the organisation: its policy does not name logs.ap-east-1.amazonaws.com',
      'keys of the organisation: PendingDeletion; of kind RSA_2048',
    ],
    1,
  ],
  [
    'an authority that nobody shared',
    (a) => {
      a.privateCa.DescribeCertificateAuthority = fail('ResourceNotFoundException');
    },
    ['authority of the certificates: not there'],
    1,
  ],
  [
    'an authority for short-lived certificates that ends soon',
    (a) => {
      a.privateCa.DescribeCertificateAuthority = () => ({
        CertificateAuthority: {
          Status: 'ACTIVE',
          UsageMode: 'SHORT_LIVED_CERTIFICATE',
          NotAfter: Date.now() / 1000 + 100.5 * 86_400,
        },
      });
    },
    ['authority of the certificates: it signs for seven days at most; it ends in 100 days, certificates in 120'],
    1,
  ],
  [
    'a log archive that is gone',
    (a) => {
      a.s3.HeadBucket = fail('NotFound');
    },
    ['log archive: not there'],
    1,
  ],
  [
    'a peering that nobody accepted, and a route table of another account',
    (a) => {
      a.ec2.DescribeVpcPeeringConnections = () => ({
        VpcPeeringConnections: [{ Status: { Code: 'pending-acceptance' } }],
      });
      a.ec2.DescribeRouteTables = () => ({ RouteTables: [] });
    },
    ['entrance: pending-acceptance', 'entrance: not of this account: rtb-1'],
    1,
  ],
  [
    'a pager without topic and secret',
    (a) => {
      a.sns.GetTopicAttributes = fail('NotFoundException');
      a.secrets.DescribeSecret = fail('ResourceNotFoundException');
    },
    ['notify: not there'],
    1,
  ],
  [
    'a question that may not be asked',
    (a) => {
      a.openSearch.UpdateDomainConfig = fail('AccessDeniedException');
    },
    ['store: dry run: not allowed to ask (AccessDeniedException)'],
    2,
  ],
  [
    'an answer that does not come',
    (a) => {
      a.quotas.GetServiceQuota = fail('ThrottlingException');
    },
    [
      'quota: network and logs: ThrottlingException: as recorded',
      'quota: link: ThrottlingException: as recorded',
      'quota: processors: ThrottlingException: as recorded',
    ],
    2,
  ],
])('%s', async (name, change, found, code) => {
  const { lines } = await judge(change);
  // How many of a kind there are is the templates' business.
  expect([...new Set(bad(lines))]).toEqual([...new Set(found)]);
  expect(exitCode(lines)).toBe(code);
  for (const line of lines) if (line.ok !== true) expect(line.remedy).toMatch(/\S/);
  if (name.startsWith('credentials')) expect(lines).toHaveLength(1);
});

test('an image of each processor is asked for by its own setting', async () => {
  const { config } = plan();
  const collect = { ...config.collect, x86ImageId: 'ami-0123456789abcdef1' };
  const lines = await preflight(checks, doubles(ready()).aws, { ...plan(), config: { ...config, collect } }, () => {});
  // The double has images for arm64 alone.
  expect(bad(lines)).toEqual(['image: architecture arm64']);
  expect(lines.find(({ ok }) => ok === false)?.remedy).toContain('al2023-ami-kernel-6.1-x86_64');
});

test('a blue/green change and an upgrade are said, and are no failure', async () => {
  const { lines } = await judge((answers) => {
    answers.openSearch.DescribeDomain = () => ({ DomainStatus: { EngineVersion: 'OpenSearch_3.1' } });
    answers.openSearch.UpdateDomainConfig = () => ({ DryRunResults: { DeploymentType: 'Blue/Green' } });
  });
  expect(exitCode(lines)).toBe(0);
  expect(lines.map(({ found }) => found)).toEqual(
    expect.arrayContaining([
      'OpenSearch_3.1 → OpenSearch_3.3: cannot be undone',
      'Blue/Green: hours, twice the nodes meanwhile',
    ]),
  );
});

test('a first domain with SAML is refused before it is made', async () => {
  const answers = ready();
  answers.openSearch.DescribeDomain = fail('ResourceNotFoundException');
  const { config } = plan();
  const store = {
    ...config.store,
    saml: { entityId: 'urn:idp', metadata: '<E/>', groupsKey: 'groups', sessionMinutes: 60 },
  };
  const lines = await preflight(checks, doubles(answers).aws, { ...plan(), config: { ...config, store } }, () => {});
  expect(bad(lines)).toEqual([
    expect.stringMatching(/^store: dry run: not there yet, and no domain is made with SAML/),
  ]);
});

test('a domain that is not there yet is not asked about', async () => {
  const { lines, asked } = await judge((answers) => {
    answers.openSearch.DescribeDomain = fail('ResourceNotFoundException');
  });
  expect(bad(lines)).toEqual([]);
  expect(asked).not.toContain('openSearch:UpdateDomainConfig');
});

test.each(['CredentialsProviderError', 'ExpiredTokenException', 'UnrecognizedClientException'])(
  '%s ends it at once',
  async (name) => {
    await expect(
      judge((answers) => {
        answers.sts.GetCallerIdentity = fail(name);
      }),
    ).rejects.toThrow(NoCredentials);
  },
);

test('the table says what is wrong and how to fix it', async () => {
  const { lines } = await judge((answers) => {
    answers.iam.GetRole = fail('NoSuchEntityException');
  });
  const text = table(lines);
  expect(text).toMatch(/^FAIL {2}service-linked roles +AWSServiceRoleForAutoScaling +missing$/m);
  expect(text).toMatch(/^ +→ aws iam create-service-linked-role --aws-service-name autoscaling\.amazonaws\.com$/m);
});
