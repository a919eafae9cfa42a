import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { HarbourlineChecks } from '../../lib/compliance/harbourline-checks';
import { rules } from '../../lib/compliance/rules';

type Properties = Record<string, any>;

function stackIn(region?: string): Stack {
  return new Stack(new App(), 'Stack', region ? { env: { region } } : {});
}

function findings(stack: Stack): string[] {
  return new HarbourlineChecks().validateScope(stack).violations.map(({ ruleName }) => ruleName.slice(12));
}

function judge(type: string, properties: Properties, region = 'ap-east-1'): string[] {
  const stack = stackIn(region);
  new CfnResource(stack, 'Resource', { type, properties });
  return findings(stack);
}

const template = (data: Properties = {}): [string, Properties] => [
  'AWS::EC2::LaunchTemplate',
  {
    LaunchTemplateData: {
      InstanceType: 'm7g.large',
      MetadataOptions: { HttpTokens: 'required' },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true } }],
      ...data,
    },
  },
];

const domain = (properties: Properties = {}): [string, Properties] => [
  'AWS::OpenSearchService::Domain',
  {
    AdvancedSecurityOptions: { Enabled: true },
    EncryptionAtRestOptions: { Enabled: true },
    NodeToNodeEncryptionOptions: { Enabled: true },
    DomainEndpointOptions: { EnforceHTTPS: true },
    ClusterConfig: {
      MultiAZWithStandbyEnabled: true,
      ZoneAwarenessEnabled: true,
      ZoneAwarenessConfig: { AvailabilityZoneCount: 3 },
      InstanceCount: 3,
      DedicatedMasterEnabled: true,
    },
    ...properties,
  },
];

const securityGroup = (direction: 'Ingress' | 'Egress', rule: Properties): [string, Properties] => [
  'AWS::EC2::SecurityGroup',
  { [`SecurityGroup${direction}`]: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, ...rule }] },
];

const dashboard = (body: unknown): [string, Properties] => [
  'AWS::CloudWatch::Dashboard',
  { DashboardBody: typeof body === 'string' ? body : JSON.stringify(body) },
];
const widget = (properties: Properties = {}, metrics = 1) => ({
  properties: { region: 'ap-east-1', metrics: Array.from({ length: metrics }, () => ['N', 'm']), ...properties },
});

/** Rule → red: what it is to find there; green: nothing. */
const fixtures: Record<string, { red: [string, [string, Properties]][]; green: [string, Properties][] }> = {
  InstanceType: {
    red: [
      ['m7i.large', template({ InstanceType: 'm7i.large' })],
      ['c7gn.large', template({ InstanceType: 'c7gn.large' })],
      [
        'm5.large',
        [
          'AWS::AutoScaling::AutoScalingGroup',
          { MixedInstancesPolicy: { LaunchTemplate: { Overrides: [{ InstanceType: 'm5.large' }] } } },
        ],
      ],
    ],
    green: [
      template(),
      template({ InstanceType: { Ref: 'Parameter' } }),
      ['AWS::SageMaker::NotebookInstance', { InstanceType: 'ml.t3.medium' }],
    ],
  },
  InstanceMetadata: {
    red: [
      ['HttpTokens', template({ MetadataOptions: undefined })],
      ['HttpTokens', template({ MetadataOptions: { HttpTokens: 'optional' } })],
    ],
    green: [template(), template({ MetadataOptions: { HttpEndpoint: 'disabled' } })],
  },
  VolumeEncryption: {
    red: [
      ['root', template({ BlockDeviceMappings: undefined })],
      ['/dev/xvda', template({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8 } }] })],
    ],
    green: [template()],
  },
  FineGrainedAccess: {
    red: [
      ['EncryptionAtRest', domain({ EncryptionAtRestOptions: undefined })],
      ['NodeToNodeEncryption', domain({ NodeToNodeEncryptionOptions: { Enabled: false } })],
      ['EnforceHTTPS', domain({ DomainEndpointOptions: {} })],
    ],
    green: [domain(), domain({ AdvancedSecurityOptions: undefined, EncryptionAtRestOptions: undefined })],
  },
  Standby: {
    red: [
      [
        'zones-2',
        domain({
          ClusterConfig: {
            MultiAZWithStandbyEnabled: true,
            ZoneAwarenessEnabled: true,
            InstanceCount: 3,
            DedicatedMasterEnabled: true,
          },
        }),
      ],
      ['data-nodes-4', domain({ ClusterConfig: { ...domain()[1].ClusterConfig, InstanceCount: 4 } })],
      ['managers', domain({ ClusterConfig: { ...domain()[1].ClusterConfig, DedicatedMasterEnabled: false } })],
    ],
    green: [domain(), domain({ ClusterConfig: { MultiAZWithStandbyEnabled: false, InstanceCount: 2 } })],
  },
  SearchNodeType: {
    red: [
      [
        'manager-m7gd.large.search',
        domain({ ClusterConfig: { DedicatedMasterEnabled: true, DedicatedMasterType: 'm7gd.large.search' } }),
      ],
      [
        'manager-m7g.huge.search',
        domain({ ClusterConfig: { DedicatedMasterEnabled: true, DedicatedMasterType: 'm7g.huge.search' } }),
      ],
      [
        'warm-r7g.large.search',
        domain({ ClusterConfig: { DedicatedMasterEnabled: true, WarmEnabled: true, WarmType: 'r7g.large.search' } }),
      ],
      ['warm-without-managers', domain({ ClusterConfig: { WarmEnabled: true, WarmType: 'ultrawarm1.medium.search' } })],
    ],
    green: [
      domain({
        ClusterConfig: {
          DedicatedMasterEnabled: true,
          DedicatedMasterType: 'm7g.large.search',
          WarmEnabled: true,
          WarmType: 'ultrawarm1.medium.search',
        },
      }),
    ],
  },
  EngineVersion: {
    red: [
      ['OpenSearch_9.9', domain({ EngineVersion: 'OpenSearch_9.9' })],
      ['Elasticsearch_7.10', domain({ EngineVersion: 'Elasticsearch_7.10' })],
    ],
    green: [domain({ EngineVersion: 'OpenSearch_3.3' }), domain({ EngineVersion: { Ref: 'Version' } })],
  },
  DomainSubnets: {
    red: [
      ['subnets-2-zones-3', domain({ VPCOptions: { SubnetIds: ['a', 'b'] } })],
      ['subnets-2-zones-1', domain({ ClusterConfig: {}, VPCOptions: { SubnetIds: ['a', 'b'] } })],
    ],
    green: [domain({ VPCOptions: { SubnetIds: ['a', 'b', 'c'] } })],
  },
  EndpointService: {
    red: [
      ['com.amazonaws.ap-east-1.osis', ['AWS::EC2::VPCEndpoint', { ServiceName: 'com.amazonaws.ap-east-1.osis' }]],
      ['com.amazonaws.us-east-1.logs', ['AWS::EC2::VPCEndpoint', { ServiceName: 'com.amazonaws.us-east-1.logs' }]],
      [
        'com.amazonaws.vpce.us-east-1.vpce-svc-1',
        ['AWS::EC2::VPCEndpoint', { ServiceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1' }],
      ],
    ],
    green: [
      ['AWS::EC2::VPCEndpoint', { ServiceName: 'com.amazonaws.ap-east-1.logs' }],
      ['AWS::EC2::VPCEndpoint', { ServiceName: 'com.amazonaws.vpce.ap-east-1.vpce-svc-1' }],
      [
        'AWS::EC2::VPCEndpoint',
        { ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.s3']] } },
      ],
    ],
  },
  PublicAddress: {
    red: [
      ['MapPublicIpOnLaunch', ['AWS::EC2::Subnet', { MapPublicIpOnLaunch: true }]],
      ['AssociatePublicIpAddress', template({ NetworkInterfaces: [{ AssociatePublicIpAddress: true }] })],
      ['InternetGateway', ['AWS::EC2::InternetGateway', {}]],
      ['NatGateway', ['AWS::EC2::NatGateway', {}]],
      ['EIP', ['AWS::EC2::EIP', {}]],
      ['Scheme', ['AWS::ElasticLoadBalancingV2::LoadBalancer', {}]],
    ],
    green: [
      ['AWS::EC2::Subnet', { MapPublicIpOnLaunch: false }],
      template({ NetworkInterfaces: [{ AssociatePublicIpAddress: false }] }),
      ['AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' }],
    ],
  },
  OpenSecurityGroup: {
    red: [
      ['ingress-0.0.0.0/0', securityGroup('Ingress', { CidrIp: '0.0.0.0/0' })],
      ['ingress-::/0', securityGroup('Ingress', { CidrIpv6: '::/0' })],
      ['egress-0.0.0.0/0', securityGroup('Egress', { CidrIp: '0.0.0.0/0' })],
      ['ingress-128.0.0.0/1', ['AWS::EC2::SecurityGroupIngress', { CidrIp: '128.0.0.0/1' }]],
      ['egress-::/0', ['AWS::EC2::SecurityGroupEgress', { CidrIpv6: '::/0' }]],
    ],
    green: [
      securityGroup('Ingress', { CidrIp: '10.0.0.0/8' }),
      securityGroup('Ingress', { CidrIpv6: 'fc00::/7' }),
      securityGroup('Egress', { SourcePrefixListId: 'pl-1' }),
      ['AWS::EC2::SecurityGroupIngress', { CidrIp: { 'Fn::GetAtt': ['Vpc', 'CidrBlock'] } }],
      ['AWS::EC2::Route', { DestinationCidrBlock: '0.0.0.0/0' }],
    ],
  },
  DashboardBody: {
    red: [
      ['not-JSON-with-widgets', dashboard('{"widgets":')],
      ['not-JSON-with-widgets', dashboard({})],
      ['widgets-501', dashboard({ widgets: Array.from({ length: 501 }, () => widget()) })],
      ['metrics-501-in-widget-0', dashboard({ widgets: [widget({}, 501)] })],
      ['metrics-2800', dashboard({ widgets: Array.from({ length: 7 }, () => widget({}, 400)) })],
      ['region-cn-north-1', dashboard({ widgets: [widget({ region: 'cn-north-1' })] })],
      ['region-cn-north-1', dashboard({ widgets: [widget({ metrics: [['N', 'm', { region: 'cn-north-1' }]] })] })],
    ],
    green: [
      dashboard({ widgets: [widget(), widget({ region: 'us-east-1' })] }),
      [
        'AWS::CloudWatch::Dashboard',
        {
          DashboardBody: {
            'Fn::Join': [
              '',
              [
                '{"widgets":[{"properties":{"region":"',
                { Ref: 'AWS::Region' },
                '","title":"',
                { Ref: 'Name' },
                '"}}]}',
              ],
            ],
          },
        },
      ],
    ],
  },
  ClearTextSecret: {
    red: [
      ['MasterUserPassword', ['AWS::RDS::DBInstance', { MasterUserPassword: 'hunter2' }]],
      ['SecretString', ['AWS::SecretsManager::Secret', { SecretString: 'hunter2' }]],
      [
        'VpnTunnelOptionsSpecifications.0.PreSharedKey',
        ['AWS::EC2::VPNConnection', { VpnTunnelOptionsSpecifications: [{ PreSharedKey: 'hunter2' }] }],
      ],
      [
        'Environment.Variables.STORE_PASSWORD',
        ['AWS::Lambda::Function', { Environment: { Variables: { STORE_PASSWORD: 'hunter2' } } }],
      ],
    ],
    green: [
      ['AWS::RDS::DBInstance', { MasterUserPassword: '{{resolve:secretsmanager:arn:SecretString:password}}' }],
      ['AWS::EC2::VPNConnection', { VpnTunnelOptionsSpecifications: [{ PreSharedKey: { Ref: 'Key' } }] }],
      ['AWS::SecretsManager::Secret', { GenerateSecretString: { PasswordLength: 40, GenerateStringKey: 'password' } }],
    ],
  },
};

test('every rule has fixtures', () => {
  expect(Object.keys(fixtures).sort()).toEqual(rules.map(({ id }) => id).sort());
});

describe.each(Object.entries(fixtures))('%s', (id, { red, green }) => {
  test.each(red)('finds %s', (finding, [type, properties]) => {
    expect(judge(type, properties)).toEqual([`${id}[${finding}]`]);
  });
  test.each(green)('is content with %s %#', (type, properties) => {
    expect(judge(type, properties)).toEqual([]);
  });
});

test('a Graviton family that Hong Kong lacks is well elsewhere', () => {
  expect(judge(...template({ InstanceType: 'c7gn.large' }), 'us-east-1')).toEqual([]);
});

test('a dashboard in the mainland asks the mainland', () => {
  const body = dashboard({ widgets: [widget({ region: 'cn-north-1' })] });
  expect(judge(...body, 'cn-northwest-1')).toEqual([]);
});

test('property overrides are seen', () => {
  const stack = stackIn();
  const resource = new CfnResource(stack, 'Resource', { type: 'AWS::EC2::Subnet', properties: {} });
  resource.addPropertyOverride('MapPublicIpOnLaunch', true);
  expect(findings(stack)).toEqual(['PublicAddress[MapPublicIpOnLaunch]']);
});
