/** Preflight of a client's stage and of the operators', with credentials of their accounts. */
import { privateName } from '../../../config/entrance';
import type { EnvironmentConfig } from '../../../config/schema';
import { stagesOf } from '../../../config/stages';
import { unjudged } from '../../../harness/context';
import { buildApp } from '../../../lib/app';
import type { Check, Plan } from '../../../tools/preflight/check';
import { clientChecks, operatorsChecks } from '../../../tools/preflight/checks/other-accounts';
import { type Line, preflight } from '../../../tools/preflight/preflight';
import { configOf } from '../../support/app';
import { type Answers, AwsError, doubles, ready, valuesOf } from './recorded';

const operators = {
  account: '333333333336',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  prefixes: ['10.62.0.0/24'],
};
const base = configOf('prod');
const config: EnvironmentConfig = {
  ...base,
  store: { ...base.store, access: { ...base.store.access, via: 'endpoint', endpoint: operators } },
};
const bucket = (account: string) => `cdk-hnb659fds-assets-${account}-ap-east-1`;

/** Its templates need not be there: what is asked of them is the bootstrap. */
function planOf(kind: 'client' | 'operators'): Plan {
  const stage = stagesOf(config).find((each) => each.kind === kind);
  if (!stage) throw new Error(`prod has no ${kind}.`);
  const template = {
    Parameters: {
      Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
    },
  };
  const resources = {
    Node: { Type: 'AWS::IAM::Role', Properties: { PermissionsBoundary: `arn:aws:iam::${stage.account}:policy/b` } },
    Text: { Type: 'AWS::SSM::Parameter', Properties: { Value: `s3://${bucket(stage.account)}/x` } },
  };
  return { config, stage, environment: { Stack: { template, resources, terminationProtection: false } } };
}

const client = base.clients[0]!;
const vpc = client.vpcs[0]!;
const zoneOf = (id: string) => `ap-east-1${'abc'[Number(id.at(-1))]}`;

function answersOf(account: string, vpcId: string, block: string): Answers {
  const answers = ready();
  answers.sts.GetCallerIdentity = () => ({ Account: account });
  answers.s3.GetBucketEncryption = ({ Bucket }) => {
    expect(Bucket).toBe(bucket(account));
    return { ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: {} }] } };
  };
  answers.cloudFormation.DescribeStacks = () => {
    throw new AwsError('ValidationError');
  };
  answers.ec2.DescribeVpcs = (input) => ({
    Vpcs: valuesOf(input, 'vpc-id').map((VpcId) => ({ VpcId, CidrBlock: block })),
  });
  answers.ec2.DescribeSubnets = (input) => ({
    Subnets: valuesOf(input, 'subnet-id').map((SubnetId) => ({
      SubnetId,
      VpcId: vpcId,
      AvailabilityZone: zoneOf(SubnetId),
    })),
  });
  answers.ec2.DescribeVpcAttribute = ({ Attribute }) => ({
    [Attribute === 'enableDnsSupport' ? 'EnableDnsSupport' : 'EnableDnsHostnames']: { Value: true },
  });
  return answers;
}

async function judge(kind: 'client' | 'operators', change: (answers: Answers) => void = () => {}) {
  const answers =
    kind === 'client'
      ? answersOf(client.account, vpc.vpcId, '10.32.0.0/16')
      : answersOf(operators.account, operators.vpcId, '10.62.0.0/16');
  change(answers);
  const { aws, asked } = doubles(answers);
  const checks: readonly Check[] = kind === 'client' ? clientChecks : operatorsChecks;
  return { lines: await preflight(checks, aws, planOf(kind), () => {}), asked, checks };
}

const bad = (lines: readonly Line[]) =>
  lines.filter(({ ok }) => ok !== true).map(({ check, found }) => `${check}: ${found}`);

test('stages have the names that the app gives them', () => {
  const app = buildApp([config], unjudged({ 'aws:cdk:bundling-stacks': [] }));
  const names = app.node.children.map(({ node }) => node.id).filter((id) => id.startsWith('prod'));
  expect(names.sort()).toEqual(
    stagesOf(config)
      .map(({ name }) => name)
      .sort(),
  );
});

test.each(['client', 'operators'] as const)('a ready account of a %s: every check is answered', async (kind) => {
  const { lines, checks } = await judge(kind);
  expect(bad(lines)).toEqual([]);
  expect([...new Set(lines.map(({ check }) => check))]).toEqual(checks.map(({ name }) => name));
});

const fail = (name: string) => () => {
  throw new AwsError(name);
};

test.each<[string, 'client' | 'operators', (answers: Answers) => void, (string | RegExp)[]]>([
  [
    "the environment's credentials",
    'client',
    (a) => {
      a.sts.GetCallerIdentity = () => ({ Account: '333333333333' });
    },
    ['account: 333333333333'],
  ],
  [
    'a region that is off',
    'client',
    (a) => {
      a.account.GetRegionOptStatus = () => ({ RegionOptStatus: 'DISABLED' });
    },
    ['region: DISABLED'],
  ],
  ...(['client', 'operators'] as const).map((kind): [string, typeof kind, (answers: Answers) => void, string[]] => [
    `a bucket with a key of its own, of a ${kind}`,
    kind,
    (a) => {
      a.s3.GetBucketEncryption = () => ({
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { KMSMasterKeyID: 'arn:aws:kms:key' } }],
        },
      });
    },
    // Nothing of the operators' fetches from it.
    kind === 'client' ? ['bootstrap: key: arn:aws:kms:key'] : [],
  ]),
  [
    'a service that does not let it in',
    'client',
    (a) => {
      a.ec2.DescribeVpcEndpointServices = fail('InvalidServiceName');
    },
    ['client: endpoint service: not there, or this account is none of its principals'],
  ],
  [
    'a service that is not in a zone',
    'client',
    (a) => {
      a.ec2.DescribeVpcEndpointServices = () => ({
        ServiceDetails: [{ AvailabilityZones: ['ap-east-1a', 'ap-east-1b'] }],
      });
    },
    ['client: endpoint service: not in ap-east-1c'],
  ],
  [
    'a VPC that is not there',
    'client',
    (a) => {
      a.ec2.DescribeVpcs = () => ({ Vpcs: [] });
      a.ec2.DescribeVpcAttribute = fail('InvalidVpcID.NotFound');
    },
    ['client: network: not there'],
  ],
  [
    'a private zone of the same name, on the second page',
    'client',
    (a) => {
      a.route53.ListHostedZonesByVPC = ({ VPCId, VPCRegion, NextToken }) => {
        expect([VPCId, VPCRegion]).toEqual([vpc.vpcId, 'ap-east-1']);
        const [Name, HostedZoneId] = NextToken ? [`${privateName(config)}.`, 'Z1'] : ['internal.example.', 'Z0'];
        return { HostedZoneSummaries: [{ Name, HostedZoneId }], ...(NextToken ? {} : { NextToken: 'second' }) };
      };
    },
    ['client: private zone: there is one: Z1'],
  ],
  [
    'a VPC of other addresses, without names',
    'client',
    (a) => {
      a.ec2.DescribeVpcs = () => ({ Vpcs: [{ CidrBlock: '10.99.0.0/16' }] });
      a.ec2.DescribeVpcAttribute = () => ({});
    },
    ['client: network: not of vpc-02123456789abcde0: 10.32.4.0/24', 'client: network: off', 'client: network: off'],
  ],
  [
    'two subnets of one zone',
    'client',
    (a) => {
      a.ec2.DescribeSubnets = (input) => ({
        Subnets: valuesOf(input, 'subnet-id').map((SubnetId) => ({
          SubnetId,
          VpcId: vpc.vpcId,
          AvailabilityZone: 'ap-east-1a',
        })),
      });
    },
    ['client: network: ap-east-1a, ap-east-1a, ap-east-1a'],
  ],
  [
    'a node role that does not exist',
    'client',
    (a) => {
      a.iam.GetRole = fail('NoSuchEntityException');
    },
    ['client: node roles: missing'],
  ],
  [
    "the stage of the client's former name",
    'client',
    (a) => {
      a.ssm.GetParameter = () => ({ Parameter: { Value: '24' } });
    },
    ['leftovers: taken, and the stack of this stage does not have it'],
  ],
  [
    'a subnet of another VPC',
    'operators',
    (a) => {
      a.ec2.DescribeSubnets = () => ({ Subnets: [] });
    },
    [expect.stringMatching(/^operators: network: not of vpc-/)],
  ],
])('%s', async (_, kind, change, found) => {
  const { lines } = await judge(kind, change);
  expect(bad(lines)).toEqual(found);
  for (const line of lines) if (line.ok !== true) expect(line.remedy).toMatch(/\S/);
});
