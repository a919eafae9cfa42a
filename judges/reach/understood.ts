/**
 * What the model understands of a template. A type or a property that stands nowhere here may move packets in a way that the model
 * does not see, so it is an error, never a pass: whoever adds one says here what it does to a packet.
 */

/** A type, or a property of a type, of which the model does not know what it does to packets. */
export class NotUnderstood extends Error {}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Services of which no resource moves a packet between addresses. What they hand on otherwise is listed by `--exits`. */
const withoutPackets = words(`
  CDK CertificateManager CloudFormation CloudWatch Events IAM KMS Logs RAM S3 SNS SQS SSM SecretsManager Scheduler StepFunctions
  Athena Glue Budgets Synthetics DLM Backup Config CloudTrail ApplicationSignals
`);

/** Properties that the model reads, or that change nothing about where packets go. */
const properties: Readonly<Record<string, ReadonlySet<string>>> = {
  'AutoScaling::AutoScalingGroup': words(`
    Cooldown DefaultInstanceWarmup DesiredCapacity HealthCheckGracePeriod HealthCheckType InstanceMaintenancePolicy LaunchTemplate
    LifecycleHookSpecificationList MaxInstanceLifetime MaxSize MetricsCollection MinSize NewInstancesProtectedFromScaleIn
    NotificationConfigurations TargetGroupARNs TerminationPolicies VPCZoneIdentifier`),
  'AutoScaling::LifecycleHook': words(
    'AutoScalingGroupName DefaultResult HeartbeatTimeout LifecycleHookName LifecycleTransition',
  ),
  'AutoScaling::ScalingPolicy': words(
    'AdjustmentType AutoScalingGroupName Cooldown PolicyType ScalingAdjustment TargetTrackingConfiguration',
  ),
  'AutoScaling::ScheduledAction': words('AutoScalingGroupName DesiredCapacity MaxSize MinSize Recurrence TimeZone'),
  'DirectConnect::DirectConnectGateway': words('AmazonSideAsn DirectConnectGatewayName'),
  'DirectConnect::DirectConnectGatewayAssociation': words(
    'AllowedPrefixesToDirectConnectGateway AssociatedGatewayId DirectConnectGatewayId',
  ),
  'DirectConnect::TransitVirtualInterface': words(
    'BgpPeers ConnectionId DirectConnectGatewayId Mtu VirtualInterfaceName Vlan',
  ),
  'DirectConnect::Lag': words('ConnectionsBandwidth LagName Location ProviderName'),
  'EC2::CustomerGateway': words('BgpAsn BgpAsnExtended DeviceName IpAddress Type'),
  'EC2::FlowLog': words(`
    DeliverLogsPermissionArn LogDestination LogDestinationType LogFormat LogGroupName MaxAggregationInterval ResourceId ResourceType
    TrafficType`),
  'EC2::Instance': words(`
    AvailabilityZone BlockDeviceMappings DisableApiTermination IamInstanceProfile ImageId InstanceType LaunchTemplate Monitoring
    NetworkInterfaces SecurityGroupIds SourceDestCheck SubnetId UserData PropagateTagsToVolumeOnCreation`),
  'EC2::LaunchTemplate': words('LaunchTemplateData LaunchTemplateName TagSpecifications VersionDescription'),
  'EC2::NetworkAcl': words('VpcId'),
  'EC2::NetworkAclEntry': words('CidrBlock Egress Icmp NetworkAclId PortRange Protocol RuleAction RuleNumber'),
  'EC2::PrefixList': words('AddressFamily Entries MaxEntries PrefixListName'),
  'EC2::Route': words(`
    DestinationCidrBlock DestinationPrefixListId GatewayId NatGatewayId RouteTableId TransitGatewayId VpcEndpointId
    VpcPeeringConnectionId`),
  'EC2::RouteTable': words('VpcId'),
  'EC2::SecurityGroup': words('GroupDescription GroupName SecurityGroupEgress SecurityGroupIngress VpcId'),
  'EC2::SecurityGroupEgress': words(
    'CidrIp Description DestinationPrefixListId DestinationSecurityGroupId FromPort GroupId IpProtocol ToPort',
  ),
  'EC2::SecurityGroupIngress': words(`
    CidrIp Description FromPort GroupId IpProtocol SourcePrefixListId SourceSecurityGroupId SourceSecurityGroupOwnerId ToPort`),
  'EC2::Subnet': words('AvailabilityZone CidrBlock MapPublicIpOnLaunch VpcId'),
  'EC2::SubnetNetworkAclAssociation': words('NetworkAclId SubnetId'),
  'EC2::SubnetRouteTableAssociation': words('RouteTableId SubnetId'),
  'EC2::TransitGateway': words(`
    AmazonSideAsn AutoAcceptSharedAttachments DefaultRouteTableAssociation DefaultRouteTablePropagation Description DnsSupport
    MulticastSupport TransitGatewayCidrBlocks VpnEcmpSupport`),
  'EC2::TransitGatewayRoute': words(
    'Blackhole DestinationCidrBlock TransitGatewayAttachmentId TransitGatewayRouteTableId',
  ),
  'EC2::TransitGatewayRouteTable': words('TransitGatewayId'),
  'EC2::TransitGatewayRouteTableAssociation': words('TransitGatewayAttachmentId TransitGatewayRouteTableId'),
  'EC2::TransitGatewayRouteTablePropagation': words('TransitGatewayAttachmentId TransitGatewayRouteTableId'),
  'EC2::TransitGatewayVpcAttachment': words('Options SubnetIds TransitGatewayId VpcId'),
  'EC2::VPC': words('CidrBlock EnableDnsHostnames EnableDnsSupport InstanceTenancy'),
  'EC2::VPCEndpoint': words(`
    DnsOptions IpAddressType PolicyDocument PrivateDnsEnabled RouteTableIds SecurityGroupIds ServiceName SubnetIds VpcEndpointType
    VpcId`),
  'EC2::VPCEndpointService': words(
    'AcceptanceRequired ContributorInsightsEnabled NetworkLoadBalancerArns PrivateDnsName SupportedIpAddressTypes',
  ),
  'EC2::VPCEndpointServicePermissions': words('AllowedPrincipals ServiceId'),
  'EC2::VPCPeeringConnection': words('PeerOwnerId PeerRegion PeerRoleArn PeerVpcId VpcId'),
  'EC2::VPNConnection': words(`
    CustomerGatewayId OutsideIpAddressType PreSharedKeyStorage StaticRoutesOnly TransitGatewayId TransportTransitGatewayAttachmentId
    Type VpnTunnelOptionsSpecifications`),
  'ElasticLoadBalancingV2::Listener': words('DefaultActions ListenerAttributes LoadBalancerArn Port Protocol'),
  'ElasticLoadBalancingV2::LoadBalancer': words(`
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic IpAddressType LoadBalancerAttributes Name Scheme SecurityGroups
    SubnetMappings Subnets Type`),
  'ElasticLoadBalancingV2::TargetGroup': words(`
    HealthCheckEnabled HealthCheckIntervalSeconds HealthCheckPath HealthCheckPort HealthCheckProtocol HealthCheckTimeoutSeconds
    HealthyThresholdCount Matcher Name Port Protocol TargetGroupAttributes TargetType Targets UnhealthyThresholdCount VpcId`),
  'Lambda::EventSourceMapping': words('BatchSize Enabled EventSourceArn FunctionName'),
  'Lambda::Function': words(`
    Architectures Code DeadLetterConfig Description Environment EphemeralStorage FunctionName Handler KmsKeyArn Layers LoggingConfig
    MemorySize ReservedConcurrentExecutions Role Runtime Timeout TracingConfig VpcConfig`),
  'Lambda::Permission': words('Action FunctionName Principal SourceAccount SourceArn'),
  'NetworkFirewall::Firewall': words(`
    AvailabilityZoneMappings DeleteProtection Description EnabledAnalysisTypes FirewallName FirewallPolicyArn
    FirewallPolicyChangeProtection SubnetChangeProtection SubnetMappings TransitGatewayId VpcId`),
  'NetworkFirewall::FirewallPolicy': words('Description FirewallPolicy FirewallPolicyName'),
  'NetworkFirewall::LoggingConfiguration': words(
    'EnableMonitoringDashboard FirewallArn FirewallName LoggingConfiguration',
  ),
  'NetworkFirewall::RuleGroup': words('Capacity Description RuleGroup RuleGroupName Type'),
  'OpenSearchService::Domain': words(`
    AccessPolicies AdvancedOptions AdvancedSecurityOptions ClusterConfig DomainEndpointOptions DomainName EBSOptions
    EncryptionAtRestOptions EngineVersion LogPublishingOptions NodeToNodeEncryptionOptions OffPeakWindowOptions
    SoftwareUpdateOptions VPCOptions`),
  'Route53::HostedZone': words('HostedZoneConfig HostedZoneTags Name VPCs'),
  'Route53::RecordSet': words('AliasTarget Comment HostedZoneId Name ResourceRecords TTL Type'),
  'Route53Resolver::FirewallDomainList': words('DomainFileUrl Domains Name'),
  'Route53Resolver::FirewallRuleGroup': words('FirewallRules Name'),
  'Route53Resolver::FirewallRuleGroupAssociation': words('FirewallRuleGroupId MutationProtection Name Priority VpcId'),
  'Route53Resolver::ResolverQueryLoggingConfig': words('DestinationArn Name'),
  'Route53Resolver::ResolverQueryLoggingConfigAssociation': words('ResolverQueryLogConfigId ResourceId'),
  'ServiceDiscovery::HttpNamespace': words('Description Name'),
  'ServiceDiscovery::Service': words('Description HealthCheckCustomConfig Name NamespaceId'),
};

/**
 * Custom resources run a function: what that may do is judged by the permissions of its role.
 *
 * @throws NotUnderstood of a resource that the model might get wrong
 */
export function assertUnderstood(at: string, type: string, given: Readonly<Record<string, unknown>>): void {
  if (type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource') return;
  const [, service = '', name = ''] = type.split('::');
  const known = properties[`${service}::${name}`];
  if (!known) {
    if (withoutPackets.has(service)) return;
    throw new NotUnderstood(
      `${at}: judges/reach does not know what ${type} does to packets: judges/reach/understood.ts`,
    );
  }
  const unknown = Object.keys(given).filter((property) => property !== 'Tags' && !known.has(property));
  if (unknown.length > 0) {
    throw new NotUnderstood(
      `${at}: judges/reach does not know what ${type} does to packets by ${unknown.join(', ')}: judges/reach/understood.ts`,
    );
  }
}
