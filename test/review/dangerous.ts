import type { DangerousCase, Draft } from './support';

const vpn = (draft: Draft): void => {
  draft.add('Network', 'Peer', 'AWS::EC2::CustomerGateway', {
    BgpAsn: 65010,
    IpAddress: '203.0.113.10',
    Type: 'ipsec.1',
  });
  draft.add('Network', 'Tunnels', 'AWS::EC2::VPNConnection', {
    CustomerGatewayId: { Ref: 'Peer' },
    PreSharedKeyStorage: 'SecretsManager',
    Type: 'ipsec.1',
    VpnTunnelOptionsSpecifications: [
      { IKEVersions: [{ Value: 'ikev2' }], LogOptions: { CloudwatchLogOptions: { LogEnabled: true } } },
    ],
  });
};
const accessList = (draft: Draft): void => {
  draft.add('Network', 'Refusal', 'AWS::EC2::NetworkAclEntry', {
    NetworkAclId: { Ref: 'Acl' },
    RuleNumber: 10,
    RuleAction: 'deny',
    Protocol: -1,
    CidrBlock: '10.99.0.0/16',
  });
  draft.add('Network', 'Listed', 'AWS::EC2::PrefixList', {
    PrefixListName: 'mainland',
    AddressFamily: 'IPv4',
    MaxEntries: 4,
    Entries: [{ Cidr: '10.22.1.0/24' }],
  });
};
const writer = (draft: Draft) =>
  draft.properties('Store', 'AWS::IAM::ManagedPolicy', 'AccessBootstrap').PolicyDocument.Statement[0];
const alarm = (draft: Draft, name: RegExp): [string, any] => {
  const found = Object.entries(draft.stacks.Observe!.resources).find(
    ([, { Type, Properties }]) => Type === 'AWS::CloudWatch::Alarm' && name.test(Properties.AlarmName),
  );
  return found as [string, any];
};

/** Changes that a reviewer must not miss. */
export const dangerous: readonly DangerousCase[] = [
  {
    name: 'the domain gets another name',
    edit: (draft) => {
      draft.domain.DomainName = 'harbourline-production';
    },
    finds: { 'stateful-replaced': 'by DomainName' },
  },
  {
    name: 'the domain leaves its stack',
    edit: (draft) => {
      draft.remove('Store', 'AWS::OpenSearchService::Domain');
    },
    finds: { 'stateful-removed': 'unmanaged' },
  },
  {
    name: 'the logical id of the key of the store changes',
    edit: (draft) => {
      const key = draft.id('Store', 'AWS::KMS::Key');
      draft.stacks.Store!.resources.OtherKey = draft.remove('Store', 'AWS::KMS::Key', key);
      draft.domain.EncryptionAtRestOptions.KmsKeyId = { 'Fn::GetAtt': ['OtherKey', 'Arn'] };
    },
    finds: {
      'stateful-removed': 'AWS::KMS::Key',
      'open-search-replaced': 'key of encryption at rest',
      'iam-widens': 'kms:*',
    },
  },
  {
    name: 'a stateful resource may be deleted',
    edit: (draft) => {
      draft.resource('Store', 'AWS::OpenSearchService::Domain').DeletionPolicy = 'Delete';
    },
    finds: { 'deletion-policy': 'DeletionPolicy: Retain → Delete' },
  },
  {
    name: 'termination protection is switched off',
    edit: (draft) => {
      draft.stacks.Store!.terminationProtection = false;
    },
    finds: { 'termination-protection': 'on → off' },
  },
  {
    name: 'the load balancer is replaced',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::ElasticLoadBalancingV2::LoadBalancer').Name = 'gateways';
    },
    finds: { replaced: 'LoadBalancer is replaced by Name' },
  },
  {
    name: 'other data nodes',
    edit: (draft) => {
      draft.domain.ClusterConfig.InstanceType = 'r8g.xlarge.search';
    },
    finds: { 'open-search-blue-green': 'data node type: r7g.xlarge.search → r8g.xlarge.search' },
  },
  {
    name: 'no dedicated managers',
    edit: (draft) => {
      draft.domain.ClusterConfig.DedicatedMasterEnabled = false;
    },
    finds: { 'open-search-blue-green': 'dedicated managers: true → false' },
  },
  {
    name: 'fewer nodes of a store without managers',
    given: (draft) => {
      draft.domain.ClusterConfig.DedicatedMasterEnabled = false;
    },
    edit: (draft) => {
      draft.domain.ClusterConfig.InstanceCount = 3;
    },
    finds: {
      'open-search-blue-green': 'data node count: 6 → 3',
      'open-search-shrinks': 'data node count: 6 → 3',
    },
  },
  {
    name: 'the store leaves the VPC',
    edit: (draft) => {
      delete draft.domain.VPCOptions;
    },
    finds: { 'open-search-replaced': 'in a VPC: true → false', 'open-search-blue-green': 'subnets' },
  },
  {
    name: 'the VPC on machines of its own',
    edit: (draft) => {
      draft.properties('Network', 'AWS::EC2::VPC').InstanceTenancy = 'dedicated';
    },
    finds: { 'stateful-may-be-replaced': 'by InstanceTenancy' },
  },
  {
    name: 'the gateway of the leased line is removed',
    given: (draft) => {
      draft.add('Network', 'Line', 'AWS::DirectConnect::DirectConnectGatewayAssociation', {
        AllowedPrefixesToDirectConnectGateway: ['10.12.1.0/28'],
      });
    },
    edit: (draft) => {
      draft.remove('Network', 'AWS::DirectConnect::DirectConnectGatewayAssociation');
    },
    finds: { 'link-goes': 'is removed' },
  },
  {
    name: 'smaller volumes of the store',
    edit: (draft) => {
      draft.domain.EBSOptions.VolumeSize = 500;
    },
    finds: { 'open-search-blue-green': 'volume size: 1000 → 500', 'open-search-shrinks': 'volume size' },
  },
  {
    name: 'a new engine',
    edit: (draft) => {
      draft.domain.EngineVersion = 'OpenSearch_3.5';
    },
    finds: { 'open-search-upgrade': 'upgraded in place', 'open-search-blue-green': 'engine version' },
  },
  {
    name: 'a new engine where upgrades are not allowed',
    edit: (draft) => {
      draft.domain.EngineVersion = 'OpenSearch_3.5';
      delete draft.resource('Store', 'AWS::OpenSearchService::Domain').UpdatePolicy;
    },
    finds: {
      'open-search-upgrade': 'REPLACED',
      'open-search-upgrade-not-allowed': 'true → false',
      'open-search-blue-green': 'engine version',
    },
  },
  {
    name: 'the store moves to other subnets',
    edit: (draft) => {
      draft.domain.VPCOptions.SubnetIds.pop();
      draft.domain.VPCOptions.SubnetIds.push('subnet-1');
    },
    finds: { 'open-search-blue-green': 'subnets' },
  },
  {
    name: 'standby is given up',
    edit: (draft) => {
      draft.domain.ClusterConfig.MultiAZWithStandbyEnabled = false;
    },
    finds: { 'open-search-blue-green': 'Multi-AZ with Standby: true → false' },
  },
  {
    name: 'a tunnel is set up otherwise',
    given: vpn,
    edit: (draft) => {
      draft.properties('Network', 'AWS::EC2::VPNConnection').VpnTunnelOptionsSpecifications[0].DPDTimeoutSeconds = 30;
    },
    finds: { 'vpn-tunnel': 'by VpnTunnelOptionsSpecifications' },
  },
  {
    name: 'the peer has another address',
    given: vpn,
    edit: (draft) => {
      draft.properties('Network', 'AWS::EC2::CustomerGateway').IpAddress = '203.0.113.11';
    },
    finds: { 'vpn-tunnel': 'CustomerGateway is replaced by IpAddress' },
  },
  {
    name: 'tunnel keys no longer in Secrets Manager',
    given: vpn,
    edit: (draft) => {
      draft.properties('Network', 'AWS::EC2::VPNConnection').PreSharedKeyStorage = 'Standard';
    },
    finds: { 'vpn-tunnel': 'PreSharedKeyStorage', 'encryption-weakens': 'SecretsManager → Standard' },
  },
  {
    name: 'a tunnel no longer logs',
    given: vpn,
    edit: (draft) => {
      draft.properties(
        'Network',
        'AWS::EC2::VPNConnection',
      ).VpnTunnelOptionsSpecifications[0].LogOptions.CloudwatchLogOptions.LogEnabled = false;
    },
    finds: { 'vpn-tunnel': 'VpnTunnelOptionsSpecifications', 'logging-weakens': 'LogEnabled: true → false' },
  },
  {
    name: 'a role may do one thing more',
    edit: (draft) => {
      writer(draft).Action = [writer(draft).Action, 'logs:DeleteLogGroup'].flat();
    },
    finds: { 'iam-widens': 'logs:DeleteLogGroup' },
  },
  {
    name: 'a role may do everything',
    edit: (draft) => {
      writer(draft).Action = '*';
    },
    finds: { 'iam-sweeping': '* on' },
  },
  {
    name: 'a statement without its resource',
    edit: (draft) => {
      writer(draft).Resource = '*';
    },
    finds: { 'iam-sweeping': 'on *' },
  },
  {
    name: 'another account may assume a role',
    edit: (draft) => {
      draft.properties('Store', 'AWS::IAM::Role').AssumeRolePolicyDocument.Statement.push({
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::999999999999:root' },
      });
    },
    finds: { 'iam-widens': '999999999999' },
  },
  {
    name: 'everybody may speak to the domain',
    edit: (draft) => {
      draft.domain.AccessPolicies.Statement[0].Principal = { AWS: '*' };
    },
    finds: { 'iam-sweeping': '*: es:ESHttpGet' },
  },
  {
    name: 'a condition is dropped',
    edit: (draft) => {
      delete draft.properties('Network', 'AWS::EC2::VPCEndpoint', 'VpcS3').PolicyDocument.Statement[0].Condition;
    },
    finds: { 'iam-sweeping': 's3:GetObject' },
  },
  {
    name: 'a bucket may be reached without TLS',
    edit: (draft) => {
      draft.remove('Collect', 'AWS::S3::BucketPolicy');
    },
    finds: { 'iam-deny-gone': 'no longer denies *: s3:*' },
  },
  {
    name: 'the gateways listen to more VPCs',
    edit: (draft) => {
      const [rule] = draft.properties(
        'Collect',
        'AWS::EC2::SecurityGroup',
        'GatewaysSecurityGroup',
      ).SecurityGroupIngress;
      draft
        .properties('Collect', 'AWS::EC2::SecurityGroup', 'GatewaysSecurityGroup')
        .SecurityGroupIngress.push({ ...rule, CidrIp: '10.40.0.0/16' });
    },
    finds: { 'network-opens': 'tcp 4317 to 10.40.0.0/16' },
  },
  {
    name: 'the gateways listen to the world',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::EC2::SecurityGroup', 'GatewaysSecurityGroup').SecurityGroupIngress[0].CidrIp =
        '0.0.0.0/0';
    },
    finds: { 'network-open-to-all': 'to 0.0.0.0/0' },
  },
  {
    name: 'a way out of the VPC',
    edit: (draft) => {
      draft.add('Network', 'Internet', 'AWS::EC2::InternetGateway', {});
      draft.add('Network', 'Out', 'AWS::EC2::Route', {
        RouteTableId: { Ref: draft.id('Network', 'AWS::EC2::RouteTable') },
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: { Ref: 'Internet' },
      });
    },
    finds: { 'network-open-to-all': 'opens everything' },
  },
  {
    name: 'a network ACL no longer refuses',
    given: accessList,
    edit: (draft) => {
      draft.remove('Network', 'AWS::EC2::NetworkAclEntry');
    },
    finds: { 'network-refusal-gone': '10.99.0.0/16' },
  },
  {
    name: 'a prefix list gets wider',
    given: accessList,
    edit: (draft) => {
      draft.properties('Network', 'AWS::EC2::PrefixList').Entries[0].Cidr = '10.22.0.0/16';
    },
    finds: { 'network-opens': '10.22.0.0/16' },
  },
  {
    name: 'a volume is no longer encrypted',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::EC2::LaunchTemplate').LaunchTemplateData.BlockDeviceMappings[0].Ebs.Encrypted =
        false;
    },
    finds: { 'encryption-weakens': 'Encrypted: true → false', 'fleet-refresh': 'replaced' },
  },
  {
    name: 'the domain takes older TLS',
    edit: (draft) => {
      draft.domain.DomainEndpointOptions.TLSSecurityPolicy = 'Policy-Min-TLS-1-0-2019-07';
    },
    finds: { 'encryption-weakens': 'TLSSecurityPolicy' },
  },
  {
    name: 'gateways take spans without a certificate of the client',
    edit: (draft) => {
      draft.replaceText(
        draft.properties('Collect', 'AWS::EC2::LaunchTemplate', 'Gateways'),
        /\n *client_ca_file:[^\n]*/,
        '',
      );
    },
    finds: { 'transport-weakens': 'lines that guard', 'fleet-refresh': 'replaced' },
  },
  {
    name: 'the audit log is switched off',
    edit: (draft) => {
      draft.domain.LogPublishingOptions.AUDIT_LOGS.Enabled = false;
    },
    finds: { 'logging-weakens': 'AUDIT_LOGS.Enabled: true → false' },
  },
  {
    name: 'no flow log',
    edit: (draft) => {
      draft.remove('Network', 'AWS::EC2::FlowLog');
    },
    finds: { 'logging-weakens': 'FlowLog is removed' },
  },
  {
    name: 'logs are kept for a shorter time',
    edit: (draft) => {
      draft.properties('Store', 'AWS::Logs::LogGroup').RetentionInDays = 30;
    },
    finds: { 'retention-shortens': '400 → 30 days' },
  },
  {
    name: 'raw traces are kept for a shorter time',
    edit: (draft) => {
      draft.replaceText(
        draft.properties('Store', 'Custom::HarbourlineStoreDocuments'),
        /("min_rollover_age":")14d/,
        '$17d',
      );
    },
    finds: { 'retention-shortens': '14 → 7 days' },
  },
  {
    name: 'an alarm is removed',
    edit: (draft) => {
      delete draft.stacks.Observe!.resources[alarm(draft, /No spans/)[0]];
    },
    finds: { 'alarm-removed': 'No spans' },
  },
  {
    name: 'an alarm fires later and tells nobody',
    edit: (draft) => {
      const [, { Properties }] = alarm(draft, /P99 hk-cn/);
      Properties.Threshold *= 10;
      Properties.AlarmActions = [];
    },
    finds: { 'alarm-laxer': 'threshold' },
  },
  {
    name: 'a fleet of one zone',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::AutoScaling::AutoScalingGroup').VPCZoneIdentifier.splice(1);
    },
    finds: { 'fleet-shrinks': 'zones: 3 → 1' },
  },
  {
    name: 'a finding that is lived with elsewhere is lived with here, too',
    given: (draft) => {
      draft.resource('Store', 'AWS::Logs::LogGroup', 'TracesAuditLog').Metadata = {
        cdk_nag: { rules_to_suppress: [{ id: 'AwsSolutions-X1', reason: 'The audit log has to be so.' }] },
      };
    },
    edit: (draft) => {
      draft.resource('Store', 'AWS::Logs::LogGroup', 'TracesSlowSearchLog').Metadata = {
        cdk_nag: { rules_to_suppress: [{ id: 'AwsSolutions-X1', reason: 'The audit log has to be so.' }] },
      };
    },
    finds: { 'acknowledgment-added': 'AwsSolutions-X1' },
  },
  {
    name: 'another finding is lived with',
    edit: (draft) => {
      draft.resource('Store', 'AWS::OpenSearchService::Domain').Metadata = {
        cdk_nag: {
          rules_to_suppress: [{ id: 'AwsSolutions-OS5', reason: 'Nobody who is not known may connect, it is said.' }],
        },
      };
    },
    finds: { 'acknowledgment-added': 'AwsSolutions-OS5' },
  },
];
