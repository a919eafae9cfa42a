/** Answers of AWS as a ready account gives them, and doubles of the clients that give them. */
import type { Aws } from '../../../tools/preflight/check';

type Respond = (input: any) => unknown;
/** Client → command → what it answers. A function looks at what it is asked, and throws where that is wrong. */
export type Answers = Record<keyof Aws, Record<string, Respond>>;

export class AwsError extends Error {
  constructor(name: string, message = 'as recorded') {
    super(message);
    this.name = name;
  }
}

/** Clients that answer as recorded. A command that a client does not know, or that is asked wrongly, fails. */
export function doubles(answers: Answers): { aws: Aws; asked: string[] } {
  const asked: string[] = [];
  const client = (name: keyof Aws) => {
    const ask = async (operation: string, input: unknown) => {
      asked.push(`${name}:${operation}`);
      const respond = answers[name][operation];
      if (!respond) throw new Error(`${name} has no recorded answer to ${operation}.`);
      return respond(input);
    };
    const send = (command: { constructor: { name: string }; input: unknown }) =>
      ask(command.constructor.name.replace(/Command$/, ''), command.input);
    return { ask, send };
  };
  const names = Object.keys(answers) as (keyof Aws)[];
  return { aws: Object.fromEntries(names.map((name) => [name, client(name)])) as unknown as Aws, asked };
}

const zones = ['ap-east-1a', 'ap-east-1b', 'ap-east-1c'];
export const valuesOf = (input: any, filter: string): string[] => {
  const found = input.Filters?.find(({ Name }: { Name: string }) => Name === filter);
  if (!found) throw new Error(`asked without the filter ${filter}`);
  return found.Values;
};

/** An account in which prod can be deployed. */
export const ready = (): Answers => ({
  sts: { GetCallerIdentity: () => ({ Account: '333333333333' }) },
  account: {
    GetRegionOptStatus: ({ RegionName }) => {
      expect(RegionName).toBe('ap-east-1');
      return { RegionOptStatus: 'ENABLED' };
    },
  },
  iam: {
    GetRole: ({ RoleName }) => ({ Role: { RoleName } }),
    GetPolicy: ({ PolicyArn }) => ({ Policy: { Arn: PolicyArn } }),
  },
  privateCa: {
    DescribeCertificateAuthority: () => ({
      CertificateAuthority: { Status: 'ACTIVE', NotAfter: Date.now() / 1000 + 200 * 86_400 },
    }),
  },
  route53: { ListHostedZonesByVPC: () => ({ HostedZoneSummaries: [] }) },
  sns: {
    GetTopicAttributes: () => ({
      Attributes: { Policy: '{"Id":"__default_policy_ID","Sid":"__default_statement_ID"}' },
    }),
  },
  ssm: {
    GetParameter: ({ Name }) => {
      if (Name.startsWith('/harbourline/')) throw new AwsError('ParameterNotFound');
      expect(Name).toMatch(/^\/(cdk-bootstrap|aws\/service)\//);
      return { Parameter: { Value: '24' } };
    },
  },
  logs: { DescribeResourcePolicies: () => ({ resourcePolicies: [] }), DescribeLogGroups: () => ({ logGroups: [] }) },
  cloudFormation: {
    // The store stands already, and with it its gateway: nothing else does.
    DescribeStacks: ({ StackName }) => {
      if (!['prod-Store', 'prod-Link'].includes(StackName)) throw new AwsError('ValidationError');
      return { Stacks: [{ StackStatus: 'UPDATE_COMPLETE' }] };
    },
    CreateChangeSet: ({ ChangeSetType, TemplateBody }) => {
      expect(ChangeSetType).toBe('CREATE');
      const { Resources } = JSON.parse(TemplateBody);
      for (const { Type, Condition } of Object.values<any>(Resources)) {
        expect([Type, Condition]).toEqual([Type, Type.endsWith('WaitConditionHandle') ? undefined : 'Never']);
      }
      return {};
    },
    DescribeChangeSet: () => ({ Status: 'CREATE_COMPLETE' }),
    DeleteStack: ({ StackName }) => {
      expect(StackName).toBe('harbourline-preflight-prod');
      return {};
    },
  },
  kms: {
    DescribeKey: () => ({ KeyMetadata: { KeyState: 'Enabled', KeySpec: 'SYMMETRIC_DEFAULT' } }),
    GetKeyPolicy: () => ({ Policy: '{"Principal":{"Service":"logs.ap-east-1.amazonaws.com"}}' }),
  },
  s3: {
    HeadBucket: ({ Bucket }) => {
      if (Bucket !== 'log-archive') throw new AwsError('NotFound');
      throw new AwsError('Forbidden');
    },
    GetBucketEncryption: ({ Bucket }) => {
      expect(Bucket).toBe('cdk-hnb659fds-assets-333333333333-ap-east-1');
      return { ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: {} }] } };
    },
  },
  secrets: {
    DescribeSecret: () => ({}),
    GetSecretValue: () => {
      const pem = (kind: string) => `-----BEGIN ${kind}-----\nAA\n-----END ${kind}-----`;
      const [certificate, key] = [pem('CERTIFICATE'), pem('PRIVATE KEY')];
      return { SecretString: JSON.stringify({ certificate, key, authority: certificate }) };
    },
  },
  quotas: {
    GetServiceQuota: ({ ServiceCode, QuotaCode }) => ({
      Quota: {
        Value: (
          {
            'ec2/L-1216C47A': 128,
            'ec2/L-A2478D36': 5,
            'vpc/L-F678F1CE': 5,
            'vpc/L-29B6F2EB': 50,
            'vpc/L-2AEEBF1A': 20,
            'vpc/L-0EA8095F': 60,
          } as Record<string, number>
        )[`${ServiceCode}/${QuotaCode}`],
      },
    }),
  },
  directConnect: {
    DescribeConnections: ({ connectionId }) => ({
      connections: [{ connectionId, connectionState: 'available', location: 'EQHK1', bandwidth: '1Gbps' }],
    }),
    DescribeDirectConnectGateways: ({ directConnectGatewayId }) => ({
      directConnectGateways: [
        {
          directConnectGatewayId,
          directConnectGatewayState: 'available',
          amazonSideAsn: 64_513,
          ownerAccount: '333333333333',
        },
      ],
    }),
  },
  ec2: {
    DescribeAvailabilityZones: () => ({
      AvailabilityZones: zones.map((ZoneName) => ({ ZoneName, State: 'available' })),
    }),
    DescribeTransitGateways: () => ({
      TransitGateways: [
        {
          TransitGatewayId: 'tgw-1',
          OwnerId: '333333333333',
          State: 'available',
          Tags: [{ Key: 'harbourline:environment', Value: 'prod' }],
          Options: {
            AmazonSideAsn: 64_512,
            DefaultRouteTableAssociation: 'disable',
            DefaultRouteTablePropagation: 'disable',
            TransitGatewayCidrBlocks: ['10.42.0.0/24'],
          },
        },
      ],
    }),
    DescribeTransitGatewayAttachments: ({ TransitGatewayAttachmentIds: [id] }) => ({
      TransitGatewayAttachments: [{ TransitGatewayAttachmentId: id, TransitGatewayId: 'tgw-1', State: 'available' }],
    }),
    DescribeVpcs: ({ Filters }) => ({
      Vpcs: Filters
        ? [
            {
              VpcId: Filters[0].Values[0],
              OwnerId: '333333333333',
              State: 'available',
              DhcpOptionsId: 'dopt-1',
              CidrBlock: '10.12.0.0/16',
              CidrBlockAssociationSet: [{ CidrBlock: '10.12.0.0/16', CidrBlockState: { State: 'associated' } }],
            },
          ]
        : [{ VpcId: 'vpc-default' }],
    }),
    DescribeVpcAttribute: ({ Attribute }) =>
      Attribute === 'enableDnsSupport'
        ? { EnableDnsSupport: { Value: true } }
        : { EnableDnsHostnames: { Value: true } },
    DescribeDhcpOptions: () => ({
      DhcpOptions: [{ DhcpConfigurations: [{ Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] }] }],
    }),
    DescribeSubnets: (input) => ({
      Subnets: [
        {
          SubnetId: 'subnet-ours',
          VpcId: valuesOf(input, 'vpc-id')[0],
          CidrBlock: '10.12.0.0/24',
          Tags: [{ Key: 'harbourline:environment', Value: 'prod' }],
        },
        { SubnetId: 'subnet-of-owner', VpcId: valuesOf(input, 'vpc-id')[0], CidrBlock: '10.64.0.0/28' },
      ],
    }),
    DescribeNetworkInterfaces: () => ({
      NetworkInterfaces: [
        { NetworkInterfaceId: 'eni-1', SubnetId: 'subnet-ours', InterfaceType: 'interface' },
        { NetworkInterfaceId: 'eni-2', SubnetId: 'subnet-of-owner', InterfaceType: 'transit_gateway' },
      ],
    }),
    DescribeVpcEndpoints: () => ({
      VpcEndpoints: [
        {
          VpcEndpointId: 'vpce-ours',
          ServiceName: 'com.amazonaws.ap-east-1.logs',
          PrivateDnsEnabled: true,
          Tags: [{ Key: 'harbourline:environment', Value: 'prod' }],
        },
        { VpcEndpointId: 'vpce-1', ServiceName: 'com.amazonaws.ap-east-1.ssm', PrivateDnsEnabled: false },
        { VpcEndpointId: 'vpce-2', ServiceName: 'com.amazonaws.ap-east-1.sts', PrivateDnsEnabled: true },
      ],
    }),
    DescribeTransitGatewayVpcAttachments: () => ({
      TransitGatewayVpcAttachments: [
        { TransitGatewayAttachmentId: 'tgw-attach-1', TransitGatewayId: 'tgw-2', State: 'available' },
        { TransitGatewayAttachmentId: 'tgw-attach-2', TransitGatewayId: 'tgw-1', State: 'deleted' },
      ],
    }),
    DescribeVpcPeeringConnections: () => ({ VpcPeeringConnections: [{ Status: { Code: 'active' } }] }),
    DescribeRouteTables: (input) => ({
      RouteTables: valuesOf(input, 'route-table-id').map((RouteTableId) => ({ RouteTableId, VpcId: 'vpc-1' })),
    }),
    DescribeVpcEndpointServices: (input) => ({
      ServiceDetails: valuesOf(input, 'service-name').map((ServiceName) => ({ ServiceName, AvailabilityZones: zones })),
    }),
    DescribeInstanceTypeOfferings: (input) => {
      expect(input.LocationType).toBe('availability-zone');
      return {
        InstanceTypeOfferings: valuesOf(input, 'instance-type').flatMap((InstanceType) =>
          zones.map((Location) => ({ InstanceType, Location })),
        ),
      };
    },
    DescribeInstanceTypes: ({ InstanceTypes }) => ({
      InstanceTypes: InstanceTypes.map((InstanceType: string) => ({
        InstanceType,
        VCpuInfo: { DefaultVCpus: InstanceType.endsWith('.xlarge') ? 4 : 2 },
      })),
    }),
    DescribeImages: (input) => ({
      Images: [{ ImageId: valuesOf(input, 'image-id')[0], State: 'available', Architecture: 'arm64', Name: 'al2023' }],
    }),
  },
  openSearch: {
    // Two pages: the second is asked for by the token of the first.
    ListVersions: ({ NextToken }) =>
      NextToken === undefined ? { Versions: ['OpenSearch_3.5'], NextToken: 'more' } : { Versions: ['OpenSearch_3.3'] },
    ListInstanceTypeDetails: ({ EngineVersion }) => {
      expect(EngineVersion).toBe('OpenSearch_3.3');
      return {
        InstanceTypeDetails: ['r7g.xlarge.search', 'm7g.large.search'].map((InstanceType) => ({
          InstanceType,
          EncryptionEnabled: true,
          AdvancedSecurityEnabled: true,
        })),
      };
    },
    DescribeDomain: ({ DomainName }) => {
      expect(DomainName).toBe('harbourline-prod');
      return { DomainStatus: { Processing: false, EngineVersion: 'OpenSearch_3.3' } };
    },
    UpdateDomainConfig: (input) => {
      // Anything but a dry run would change production.
      expect(input).toMatchObject({
        DomainName: 'harbourline-prod',
        DryRun: true,
        ClusterConfig: { InstanceCount: 6 },
      });
      expect(JSON.stringify(input)).not.toMatch(/"Ref"|Fn::/);
      return { DryRunResults: { DeploymentType: 'DynamicUpdate' } };
    },
  },
});
