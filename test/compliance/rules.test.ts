import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { stringify } from 'yaml';
import { HarbourlineChecks } from '../../lib/compliance/harbourline-checks';
import { rules } from '../../lib/compliance/rules';
import { cloudConfig, paths } from '../../lib/contract/instance';

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

const tunnel = (changes: Properties = {}): Properties => ({
  TunnelInsideCidr: '169.254.10.0/30',
  IKEVersions: [{ Value: 'ikev2' }],
  Phase1EncryptionAlgorithms: [{ Value: 'AES256-GCM-16' }],
  Phase1IntegrityAlgorithms: [{ Value: 'SHA2-384' }],
  Phase1DHGroupNumbers: [{ Value: 20 }],
  Phase1LifetimeSeconds: 28_800,
  Phase2EncryptionAlgorithms: [{ Value: 'AES256-GCM-16' }],
  Phase2IntegrityAlgorithms: [{ Value: 'SHA2-384' }],
  Phase2DHGroupNumbers: [{ Value: 20 }],
  Phase2LifetimeSeconds: 3_600,
  DPDTimeoutAction: 'restart',
  LogOptions: { CloudwatchLogOptions: { LogEnabled: true, BgpLogEnabled: true } },
  ...changes,
});
/** A VPN connection whose first tunnel is as given. */
const vpn = (first: Properties = {}, connection: Properties = {}): [string, Properties] => [
  'AWS::EC2::VPNConnection',
  {
    TransitGatewayId: 'tgw-1',
    PreSharedKeyStorage: 'SecretsManager',
    VpnTunnelOptionsSpecifications: [tunnel(first), tunnel({ TunnelInsideCidr: '169.254.11.0/30' })],
    ...connection,
  },
];

/** An instance of a tier with these pipelines in its collector. */
const collectorOf = (tier: string, pipelines: Properties): [string, Properties] =>
  template({
    UserData: {
      'Fn::Base64': {
        'Fn::Join': [
          '',
          [
            `${cloudConfig({
              packages: [],
              commands: [],
              files: [
                { path: paths.scriptsEnvironment, content: `TIER=${tier}\n` },
                { path: paths.configuration, content: stringify({ service: { pipelines } }) },
              ],
            })}# `,
            { Ref: 'Something' },
          ],
        ],
      },
    },
  });
const aggregates = { processors: ['harbourline_aggregates'], exporters: ['otlp_http/mainland'] };

/** Rule → red: what it is to find there; green: nothing. */
const fixtures: Record<string, { red: [string, [string, Properties]][]; green: [string, Properties][] }> = {
  InstanceType: {
    red: [
      ['m8i.large', template({ InstanceType: 'm8i.large' })],
      ['m7i.medium', template({ InstanceType: 'm7i.medium' })],
      ['c7gn.large', template({ InstanceType: 'c7gn.large' })],
      [
        'm4.large',
        [
          'AWS::AutoScaling::AutoScalingGroup',
          { MixedInstancesPolicy: { LaunchTemplate: { Overrides: [{ InstanceType: 'm4.large' }] } } },
        ],
      ],
    ],
    green: [
      template(),
      template({ InstanceType: 'm7i.large' }),
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
  UnseenContent: {
    red: [
      [
        'AWS-CloudFormation-Stack',
        ['AWS::CloudFormation::Stack', { TemplateURL: 'https://bucket.s3.amazonaws.com/t' }],
      ],
      ['Acme-Tracing-Store-MODULE', ['Acme::Tracing::Store::MODULE', {}]],
      [
        'Fn-If',
        ['AWS::S3::Bucket', { BucketEncryption: { 'Fn::If': ['Cheap', { Ref: 'AWS::NoValue' }, { Rules: [] }] } }],
      ],
      [
        'Fn-Transform',
        [
          'AWS::S3::Bucket',
          { Tags: { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://b/t' } } } },
        ],
      ],
    ],
    green: [['AWS::S3::Bucket', { BucketName: { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] } }]],
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
      ['Options.PreSharedKey', ['AWS::EC2::SomethingWithATunnel', { Options: { PreSharedKey: 'hunter2' } }]],
      [
        'Environment.Variables.STORE_PASSWORD',
        ['AWS::Lambda::Function', { Environment: { Variables: { STORE_PASSWORD: 'hunter2' } } }],
      ],
    ],
    green: [
      ['AWS::RDS::DBInstance', { MasterUserPassword: '{{resolve:secretsmanager:arn:SecretString:password}}' }],
      ['AWS::EC2::SomethingWithATunnel', { Options: { PreSharedKey: { Ref: 'Key' } } }],
      ['AWS::SecretsManager::Secret', { GenerateSecretString: { PasswordLength: 40, GenerateStringKey: 'password' } }],
    ],
  },
  VpnCipher: {
    red: [
      ['1.Phase1EncryptionAlgorithms', vpn({ Phase1EncryptionAlgorithms: [{ Value: 'AES128' }] })],
      [
        '1.Phase2EncryptionAlgorithms',
        vpn({ Phase2EncryptionAlgorithms: [{ Value: 'AES256-GCM-16' }, { Value: 'AES256' }] }),
      ],
      ['1.Phase1IntegrityAlgorithms', vpn({ Phase1IntegrityAlgorithms: [{ Value: 'SHA1' }] })],
      ['1.Phase2IntegrityAlgorithms', vpn({ Phase2IntegrityAlgorithms: [] })],
      ['1.Phase1DHGroupNumbers', vpn({ Phase1DHGroupNumbers: [{ Value: 2 }] })],
      ['1.Phase2DHGroupNumbers', vpn({ Phase2DHGroupNumbers: undefined })],
      ['1.Phase1LifetimeSeconds', vpn({ Phase1LifetimeSeconds: undefined })],
      ['1.Phase2LifetimeSeconds', vpn({ Phase2LifetimeSeconds: 28_800 })],
    ],
    green: [vpn(), vpn({ Phase1IntegrityAlgorithms: [{ Value: 'SHA2-512' }], Phase1DHGroupNumbers: [{ Value: 21 }] })],
  },
  VpnIkeVersion: {
    red: [
      ['1.IKEVersions', vpn({ IKEVersions: [{ Value: 'ikev1' }, { Value: 'ikev2' }] })],
      ['1.IKEVersions', vpn({ IKEVersions: undefined })],
    ],
    green: [vpn()],
  },
  VpnKey: {
    red: [
      ['1.PreSharedKey', vpn({ PreSharedKey: { Ref: 'Key' } })],
      ['PreSharedKeyStorage', vpn({}, { PreSharedKeyStorage: undefined })],
      ['PreSharedKeyStorage', vpn({}, { PreSharedKeyStorage: 'Standard' })],
    ],
    green: [vpn()],
  },
  VpnSecondTunnel: {
    red: [
      ['missing-1', vpn({}, { VpnTunnelOptionsSpecifications: [tunnel()] })],
      ['missing-2', vpn({}, { VpnTunnelOptionsSpecifications: undefined })],
    ],
    green: [vpn()],
  },
  VpnLogs: {
    red: [
      ['1.LogEnabled', vpn({ LogOptions: { CloudwatchLogOptions: { BgpLogEnabled: true } } })],
      ['1.BgpLogEnabled', vpn({ LogOptions: { CloudwatchLogOptions: { LogEnabled: true } } })],
    ],
    green: [vpn()],
  },
  VpnDeadPeer: {
    red: [['1.DPDTimeoutAction', vpn({ DPDTimeoutAction: 'clear' })]],
    green: [vpn()],
  },
  VpnInsideCidr: {
    red: [
      ['169.254.5.0/30', vpn({ TunnelInsideCidr: '169.254.5.0/30' })],
      ['169.254.169.252/30', vpn({ TunnelInsideCidr: '169.254.169.252/30' })],
      ['169.254.11.0/30', vpn({ TunnelInsideCidr: '169.254.11.0/30' })],
      ['undefined', vpn({ TunnelInsideCidr: undefined })],
    ],
    green: [vpn(), vpn({ TunnelInsideCidr: '169.254.6.0/30' })],
  },
  VpnGateway: {
    red: [
      ['gateway', vpn({}, { TransitGatewayId: undefined })],
      ['gateway', vpn({}, { VpnGatewayId: 'vgw-1' })],
      ['TransportTransitGatewayAttachmentId', vpn({}, { OutsideIpAddressType: 'PrivateIpv4' })],
    ],
    green: [vpn({}, { OutsideIpAddressType: 'PrivateIpv4', TransportTransitGatewayAttachmentId: 'tgw-attach-1' })],
  },
  OpenPrefix: {
    red: [
      ['0.0.0.0/0', ['AWS::EC2::PrefixList', { Entries: [{ Cidr: '10.20.8.10/32' }, { Cidr: '0.0.0.0/0' }] }]],
      ['128.0.0.0/1', ['AWS::EC2::PrefixList', { Entries: [{ Cidr: '128.0.0.0/1' }] }]],
      [
        '0.0.0.0/0',
        [
          'AWS::DirectConnect::DirectConnectGatewayAssociation',
          { AllowedPrefixesToDirectConnectGateway: ['10.10.6.0/28', '0.0.0.0/0'] },
        ],
      ],
    ],
    green: [
      ['AWS::EC2::PrefixList', { Entries: [{ Cidr: '10.20.8.10/32' }] }],
      ['AWS::EC2::PrefixList', { Entries: [{ Cidr: { Ref: 'Prefix' } }] }],
    ],
  },
  LinkDefaultRoute: {
    red: [
      ['0.0.0.0/0', ['AWS::EC2::TransitGatewayRoute', { DestinationCidrBlock: '0.0.0.0/0' }]],
      ['0.0.0.0/0', ['AWS::EC2::Route', { DestinationCidrBlock: '0.0.0.0/0', TransitGatewayId: 'tgw-1' }]],
    ],
    green: [
      ['AWS::EC2::TransitGatewayRoute', { DestinationCidrBlock: '10.10.6.0/28' }],
      ['AWS::EC2::Route', { DestinationPrefixListId: 'pl-1', TransitGatewayId: 'tgw-1' }],
    ],
  },
  LinkPipelines: {
    red: [
      ['traces', collectorOf('relay', { traces: { exporters: ['otlp_http/mainland'] } })],
      ['logs/all', collectorOf('receiver', { 'logs/all': { exporters: ['awsemf'] } })],
      ['metrics-unfiltered', collectorOf('relay', { metrics: { ...aggregates, processors: ['memory_limiter'] } })],
    ],
    green: [
      collectorOf('relay', { 'metrics/aggregates': aggregates, 'metrics/own': { exporters: ['awsemf'] } }),
      collectorOf('gateway', { traces: { exporters: ['load_balancing'] } }),
      template({ UserData: { 'Fn::Base64': '#!/bin/bash' } }),
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
