/** What a service keeps one of, whatever the template calls it. Each key with the error that it answers, and where that is written. */

/** Properties that together name one thing at the service. */
export interface UniqueKey {
  readonly type: string;
  readonly properties: readonly string[];
  /** A list property that holds several: each element is a key of its own, by the property named after `[]`. */
  readonly each?: { readonly list: string; readonly property: string };
  /** What the service answers to the second. */
  readonly error: string;
  readonly source: string;
}

const ec2 = 'EC2 API Reference, error codes';

const key = (type: string, properties: readonly string[], error: string, source = ec2): UniqueKey => ({
  type: `AWS::${type}`,
  properties,
  error,
  source,
});

/** A physical name that the template gives. */
const named = (type: string, property: string, source: string): UniqueKey =>
  key(type, [property], 'AlreadyExists: a resource of this name is there', source);

const rule = ['GroupId', 'IpProtocol', 'FromPort', 'ToPort', 'CidrIp'];

export const uniqueKeys: readonly UniqueKey[] = [
  key('EC2::TransitGatewayRouteTableAssociation', ['TransitGatewayAttachmentId'], 'Resource.AlreadyAssociated'),
  key(
    'EC2::TransitGatewayRouteTablePropagation',
    ['TransitGatewayAttachmentId', 'TransitGatewayRouteTableId'],
    'TransitGatewayRouteTablePropagation.Duplicate',
  ),
  key('EC2::TransitGatewayRoute', ['TransitGatewayRouteTableId', 'DestinationCidrBlock'], 'RouteAlreadyExists'),
  key('EC2::TransitGatewayVpcAttachment', ['TransitGatewayId', 'VpcId'], 'DuplicateTransitGatewayAttachment'),
  key('EC2::Route', ['RouteTableId', 'DestinationCidrBlock'], 'RouteAlreadyExists'),
  key('EC2::Route', ['RouteTableId', 'DestinationPrefixListId'], 'RouteAlreadyExists'),
  key('EC2::SubnetRouteTableAssociation', ['SubnetId'], 'Resource.AlreadyAssociated'),
  key('EC2::NetworkAclEntry', ['NetworkAclId', 'RuleNumber', 'Egress'], 'NetworkAclEntryAlreadyExists'),
  key(
    'EC2::SecurityGroupIngress',
    [...rule, 'SourceSecurityGroupId', 'SourcePrefixListId'],
    'InvalidPermission.Duplicate',
  ),
  key(
    'EC2::SecurityGroupEgress',
    [...rule, 'DestinationSecurityGroupId', 'DestinationPrefixListId'],
    'InvalidPermission.Duplicate',
  ),
  key('EC2::FlowLog', ['ResourceId', 'LogGroupName'], 'FlowLogAlreadyExists'),
  key(
    'EC2::VPCEndpoint',
    ['VpcId', 'ServiceName', 'VpcEndpointType'],
    'InvalidParameter: private-dns-enabled cannot be set, or the route table has the route',
    'AWS PrivateLink guide, interface endpoints: one with private DNS for a service and VPC',
  ),
  {
    ...key(
      'EC2::VPNConnection',
      ['TransitGatewayId'],
      'InvalidParameterValue: the inside CIDR is in use',
      'Site-to-Site VPN user guide, tunnel options: unique across the VPN connections of a transit gateway',
    ),
    each: { list: 'VpnTunnelOptionsSpecifications', property: 'TunnelInsideCidr' },
  },
  {
    ...key(
      'Route53::HostedZone',
      ['Name'],
      'ConflictingDomainExists',
      'Route 53 API Reference, AssociateVPCWithHostedZone: one private zone of a name for a VPC',
    ),
    each: { list: 'VPCs', property: 'VPCId' },
  },
  key(
    'DirectConnect::TransitVirtualInterface',
    ['ConnectionId', 'Vlan'],
    'DirectConnectClientException: the VLAN is in use on the connection',
    'Direct Connect user guide, virtual interfaces: the VLAN tag is unique on a connection',
  ),
  key(
    'DirectConnect::DirectConnectGatewayAssociation',
    ['DirectConnectGatewayId', 'AssociatedGatewayId'],
    'DirectConnectClientException: the gateways are associated',
    'Direct Connect API Reference, CreateDirectConnectGatewayAssociation',
  ),
  key(
    'ElasticLoadBalancingV2::Listener',
    ['LoadBalancerArn', 'Port'],
    'DuplicateListener',
    'Elastic Load Balancing API Reference, CreateListener',
  ),
  {
    ...key(
      'ElasticLoadBalancingV2::LoadBalancer',
      [],
      'InvalidSubnet: the private address is in use',
      'Network Load Balancer guide, subnet mappings: an address of the subnet that nothing has',
    ),
    each: { list: 'SubnetMappings', property: 'PrivateIPv4Address' },
  },
  named('ElasticLoadBalancingV2::LoadBalancer', 'Name', 'Elastic Load Balancing API Reference, CreateLoadBalancer'),
  named('ElasticLoadBalancingV2::TargetGroup', 'Name', 'Elastic Load Balancing API Reference, CreateTargetGroup'),
  named('Logs::LogGroup', 'LogGroupName', 'CloudWatch Logs API Reference, CreateLogGroup'),
  named('CloudWatch::Alarm', 'AlarmName', 'CloudFormation: handlers refuse to create what is there'),
  named('CloudWatch::CompositeAlarm', 'AlarmName', 'CloudFormation: handlers refuse to create what is there'),
  named('CloudWatch::Dashboard', 'DashboardName', 'CloudFormation: handlers refuse to create what is there'),
  named('SSM::Parameter', 'Name', 'Systems Manager API Reference, PutParameter without Overwrite'),
  named('SSM::Document', 'Name', 'Systems Manager API Reference, CreateDocument'),
  named('S3::Bucket', 'BucketName', 'S3 API Reference, CreateBucket'),
  named('OpenSearchService::Domain', 'DomainName', 'OpenSearch Service API Reference, CreateDomain'),
  named('ServiceDiscovery::HttpNamespace', 'Name', 'Cloud Map API Reference, NamespaceAlreadyExists'),
  key(
    'ServiceDiscovery::Service',
    ['NamespaceId', 'Name'],
    'ServiceAlreadyExists',
    'Cloud Map API Reference, CreateService',
  ),
  named('IAM::Role', 'RoleName', 'IAM API Reference, CreateRole'),
  named('IAM::ManagedPolicy', 'ManagedPolicyName', 'IAM API Reference, CreatePolicy'),
  named('Lambda::Function', 'FunctionName', 'Lambda API Reference, CreateFunction'),
  named('SecretsManager::Secret', 'Name', 'Secrets Manager API Reference, CreateSecret'),
  named('SNS::Topic', 'TopicName', 'CloudFormation: handlers refuse to create what is there'),
  key(
    'Route53Resolver::FirewallRuleGroupAssociation',
    ['VpcId', 'Priority'],
    'ConflictException: the priority is taken',
    'Route 53 Resolver API Reference, AssociateFirewallRuleGroup',
  ),
  named('NetworkFirewall::RuleGroup', 'RuleGroupName', 'Network Firewall API Reference, CreateRuleGroup'),
  named(
    'NetworkFirewall::FirewallPolicy',
    'FirewallPolicyName',
    'Network Firewall API Reference, CreateFirewallPolicy',
  ),
  named('NetworkFirewall::Firewall', 'FirewallName', 'Network Firewall API Reference, CreateFirewall'),
  named('Events::Rule', 'Name', 'CloudFormation: handlers refuse to create what is there'),
  named('AutoScaling::AutoScalingGroup', 'AutoScalingGroupName', 'Auto Scaling API Reference, AlreadyExists'),
  named(
    'EC2::LaunchTemplate',
    'LaunchTemplateName',
    'EC2 API Reference, InvalidLaunchTemplateName.AlreadyExistsException',
  ),
];

/** Types that have one. */
export const keyedTypes = [...new Set(uniqueKeys.map(({ type }) => type))];
