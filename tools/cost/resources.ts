/** What each type of resource costs for being there: priced, paid by use, or free. A type that is in no list is an error. */
import type { Resource } from '../review/changes';

/** A price's unit. */
export type Per = 'hour' | 'GiB-month' | 'month';

export type Add = (key: string, per: Per, least: number, most?: number) => void;
type Stack = Readonly<Record<string, Resource>>;
type Properties = NonNullable<Resource['Properties']>;

/** Of AWS, by type: what is added for one of them. */
const priced: Readonly<Record<string, (properties: Properties, stack: Stack, add: Add) => void>> = {
  'AWS::AutoScaling::AutoScalingGroup': ({ MinSize, MaxSize, LaunchTemplate }, stack, add) => {
    const [least, most] = [Number(MinSize), Number(MaxSize)];
    const data = stack[LaunchTemplate?.LaunchTemplateId?.Ref]?.Properties?.LaunchTemplateData;
    add(`ec2:${data?.InstanceType}`, 'hour', least, most);
    for (const { Ebs } of data?.BlockDeviceMappings ?? []) {
      add(`ebs:${Ebs?.VolumeType}`, 'GiB-month', least * Ebs?.VolumeSize, most * Ebs?.VolumeSize);
    }
  },
  'AWS::OpenSearchService::Domain': ({ ClusterConfig: cluster = {}, EBSOptions: volume = {} }, _stack, add) => {
    add(`search:${cluster.InstanceType}`, 'hour', cluster.InstanceCount);
    if (cluster.DedicatedMasterEnabled)
      add(`search:${cluster.DedicatedMasterType}`, 'hour', cluster.DedicatedMasterCount);
    add(`search-ebs:${volume.VolumeType}`, 'GiB-month', cluster.InstanceCount * volume.VolumeSize);
  },
  // Billed for each zone; gateway endpoints are free.
  'AWS::EC2::VPCEndpoint': ({ VpcEndpointType, SubnetIds }, _stack, add) => {
    if (VpcEndpointType === 'Interface') add('interface-endpoint', 'hour', SubnetIds?.length ?? 1);
  },
  // By the metrics that it reads; a query, by those that it finds: for each service, in each direction.
  'AWS::CloudWatch::Alarm': ({ Metrics = [] }, _stack, add) => {
    const read = Metrics as { MetricStat?: object; Expression?: string }[];
    if (read.some(({ Expression }) => Expression?.startsWith('SELECT'))) add('alarm-query', 'month', 1);
    else add('alarm-metric', 'month', read.filter(({ MetricStat }) => MetricStat).length || 1);
  },
  // A VPN's attachment is made with it, and billed beside it.
  'AWS::EC2::VPNConnection': ({ TransitGatewayId }, _stack, add) => {
    add('vpn-connection', 'hour', 1);
    if (TransitGatewayId) add('transit-gateway-attachment', 'hour', 1);
  },
  // Billed for each zone; its attachment is made with it.
  'AWS::NetworkFirewall::Firewall': ({ AvailabilityZoneMappings, SubnetMappings }, _stack, add) => {
    add('firewall-endpoint', 'hour', (AvailabilityZoneMappings ?? SubnetMappings)?.length ?? 1);
    add('transit-gateway-attachment', 'hour', 1);
  },
  'AWS::DirectConnect::DirectConnectGatewayAssociation': (_properties, _stack, add) =>
    add('transit-gateway-attachment', 'hour', 1),
  ...Object.fromEntries(
    Object.entries({
      'AWS::KMS::Key': ['kms-key', 'month'],
      'AWS::SecretsManager::Secret': ['secret', 'month'],
      'AWS::CloudWatch::Dashboard': ['dashboard', 'month'],
      'AWS::CloudWatch::CompositeAlarm': ['composite-alarm', 'month'],
      'AWS::ElasticLoadBalancingV2::LoadBalancer': ['network-load-balancer', 'hour'],
      'AWS::EC2::TransitGatewayVpcAttachment': ['transit-gateway-attachment', 'hour'],
      'AWS::EC2::TransitGatewayAttachment': ['transit-gateway-attachment', 'hour'],
      'AWS::EC2::NatGateway': ['nat-gateway', 'hour'],
      'AWS::Route53::HostedZone': ['hosted-zone', 'month'],
    } as const).map(([type, [key, per]]) => [
      type,
      (_properties: Properties, _stack: Stack, add: Add) => add(key, per, 1),
    ]),
  ),
};

/** Cost by what goes through them: {@link notCounted} says so. */
const byUse: readonly string[] = [
  'AWS::EC2::FlowLog',
  'AWS::EC2::VPCEndpointService',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  // By names looked up, and by domains in lists.
  'AWS::Route53Resolver::FirewallDomainList',
  'AWS::Route53Resolver::ResolverQueryLoggingConfig',
  'AWS::ServiceDiscovery::HttpNamespace',
  'AWS::ServiceDiscovery::Service',
  'AWS::SSM::Parameter',
  // The port is ordered and paid outside of these templates.
  'AWS::DirectConnect::TransitVirtualInterface',
];

/** Free of charge, by the price pages of their services: parts of what is priced above, rights and rules. */
const free: readonly RegExp[] = [
  /^AWS::IAM::/,
  /^AWS::EC2::(VPC|Subnet|RouteTable|SubnetRouteTableAssociation|Route|NetworkAcl|NetworkAclEntry|SubnetNetworkAclAssociation|SecurityGroup|SecurityGroupIngress|SecurityGroupEgress|PrefixList|LaunchTemplate|CustomerGateway|TransitGateway|TransitGatewayRouteTable|TransitGatewayRouteTableAssociation|TransitGatewayRouteTablePropagation|TransitGatewayRoute|VPCEndpointServicePermissions|VPCCidrBlock)$/,
  /^AWS::Route53::RecordSet$/,
  /^AWS::AutoScaling::(ScalingPolicy|ScheduledAction|LifecycleHook)$/,
  /^AWS::ElasticLoadBalancingV2::(Listener|TargetGroup)$/,
  /^AWS::(SNS::(TopicPolicy|Subscription)|SQS::QueuePolicy|S3::BucketPolicy|Logs::ResourcePolicy|Logs::LogStream)$/,
  /^AWS::Lambda::(Permission|EventSourceMapping|LayerVersion)$/,
  /^AWS::(Events::Rule|SSM::Document|SSM::Association|KMS::Alias|CloudWatch::AlarmMuteRule)$/,
  /^AWS::(DirectConnect::DirectConnectGateway|NetworkFirewall::(FirewallPolicy|RuleGroup|LoggingConfiguration)|RAM::ResourceShare|Route53Resolver::(FirewallRuleGroup|FirewallRuleGroupAssociation|ResolverQueryLoggingConfigAssociation))$/,
  /^AWS::SecretsManager::(ResourcePolicy|RotationSchedule)$/,
  /^AWS::CDK::Metadata$/,
  /^Custom::/,
];

/** What costs by use. */
export const notCounted = [
  'data through endpoints, load balancer and transit gateway, between zones and over the link',
  'log events and custom metrics taken in by CloudWatch beyond the budget, logs kept',
  'snapshots, Lambda calls, S3 requests, registrations in Cloud Map, the carrier and its port',
];

/** Adds what a resource costs. False for a type that nobody has judged yet. */
export function addResource({ Type, Properties = {} }: Resource, stack: Stack, add: Add): boolean {
  const count = priced[Type];
  if (count) count(Properties, stack, add);
  return count !== undefined || byUse.includes(Type) || free.some((pattern) => pattern.test(Type));
}
