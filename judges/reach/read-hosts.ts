/** Reads what has network interfaces: fleets, instances, load balancers and their targets, domains, functions, endpoints. */
import { anywhere, block, without } from '../blocks';
import {
  allPorts,
  type Balancer,
  type Host,
  type PrivateLink,
  type Route,
  type Subnet,
  type TargetGroup,
} from './network';
import type { Reading } from './reading';
import { NotUnderstood } from './understood';

/** Linux's default range of ports that connections are opened from; AL2023 leaves it as it is. */
export const linuxPorts = { from: 32_768, to: 60_999 };

/** What AWS's own machines open connections from: load balancers and functions say no more than that they are not reserved. */
export const awsPorts = { from: 1_024, to: 65_535 };

function interfaces(reading: Reading, ids: readonly string[], vpc: string): Host['interfaces'] {
  return ids.map((id) => reading.subnet(id, vpc)).map((subnet) => ({ subnet, block: subnet.block }));
}

function vpcOf(reading: Reading, groups: readonly string[] | undefined, subnets: readonly string[]): string {
  const own = reading.subnets.get(subnets[0] ?? '')?.vpc;
  return own ?? reading.all.find(({ at }) => at === groups?.[0])?.properties.VpcId ?? '';
}

export function fleets(reading: Reading): Host[] {
  return reading.of('AutoScaling::AutoScalingGroup').map(({ at, properties }) => {
    const template = reading.all.find((each) => each.at === properties.LaunchTemplate?.LaunchTemplateId);
    const data = template?.properties.LaunchTemplateData;
    const groups =
      data?.NetworkInterfaces?.flatMap((each: { Groups?: string[] }) => each.Groups ?? []) ?? data?.SecurityGroupIds;
    if (!groups) throw new NotUnderstood(`${at}: the model finds no security groups in its launch template.`);
    const ids = properties.VPCZoneIdentifier;
    return {
      at,
      kind: 'fleet',
      interfaces: interfaces(reading, ids, vpcOf(reading, groups, ids)),
      groups,
      opensFrom: linuxPorts,
    };
  });
}

export function others(reading: Reading): Host[] {
  const host = (at: string, kind: Host['kind'], subnets: string[], groups: string[], opensFrom = awsPorts): Host => ({
    at,
    kind,
    interfaces: interfaces(reading, subnets, vpcOf(reading, groups, subnets)),
    groups,
    opensFrom,
  });
  return [
    ...reading
      .of('EC2::Instance')
      .map(({ at, properties: { SubnetId, SecurityGroupIds, NetworkInterfaces = [] } }) =>
        host(
          at,
          'instance',
          [SubnetId ?? NetworkInterfaces[0]?.SubnetId],
          SecurityGroupIds ?? NetworkInterfaces[0]?.GroupSet,
          linuxPorts,
        ),
      ),
    ...reading.of('OpenSearchService::Domain').map(({ at, properties: { VPCOptions } }) => {
      if (!VPCOptions) throw new NotUnderstood(`${at}: a domain outside of a VPC, open to the internet.`);
      return host(at, 'domain', VPCOptions.SubnetIds, VPCOptions.SecurityGroupIds);
    }),
    ...reading
      .of('Lambda::Function')
      .filter(({ properties }) => properties.VpcConfig)
      .map(({ at, properties: { VpcConfig } }) =>
        host(at, 'function', VpcConfig.SubnetIds, VpcConfig.SecurityGroupIds),
      ),
    ...reading
      .of('EC2::VPCEndpoint')
      .filter(({ properties }) => properties.VpcEndpointType === 'Interface')
      .map(({ at, properties: { SubnetIds, SecurityGroupIds, VpcId } }) => ({
        ...host(at, 'endpoint', [], SecurityGroupIds),
        interfaces: interfaces(reading, SubnetIds, VpcId),
      })),
  ];
}

export function balancers(reading: Reading): Balancer[] {
  return reading.of('ElasticLoadBalancingV2::LoadBalancer').map(({ at, properties }) => {
    const {
      Type,
      Subnets,
      SubnetMappings = [],
      SecurityGroups,
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic,
    } = properties;
    if (Type !== 'network') throw new NotUnderstood(`${at}: the model knows network load balancers only.`);
    const mappings: { SubnetId: string; PrivateIPv4Address?: string }[] =
      Subnets?.map((SubnetId: string) => ({ SubnetId })) ?? SubnetMappings;
    const vpc = vpcOf(
      reading,
      SecurityGroups,
      mappings.map(({ SubnetId }) => SubnetId),
    );
    return {
      at,
      kind: 'balancer',
      interfaces: mappings.map(({ SubnetId, PrivateIPv4Address: address }) => {
        const subnet = reading.subnet(SubnetId, vpc);
        return { subnet, block: address ? block(address) : subnet.block };
      }),
      groups: SecurityGroups,
      opensFrom: awsPorts,
      listeners: reading
        .of('ElasticLoadBalancingV2::Listener')
        .filter((listener) => listener.properties.LoadBalancerArn === at)
        .map(({ at: where, properties: { Port, Protocol, DefaultActions } }) => ({
          at: where,
          port: Number(Port),
          protocol: Protocol === 'UDP' ? 'udp' : 'tcp',
          targets: DefaultActions.map(({ TargetGroupArn }: { TargetGroupArn: string }) => TargetGroupArn),
        })),
      judgesPrivateLink: EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic !== 'off',
    };
  });
}

export function targetGroups(reading: Reading): TargetGroup[] {
  return reading.of('ElasticLoadBalancingV2::TargetGroup').map(({ at, properties }) => {
    const { Port, TargetType, TargetGroupAttributes = [] } = properties;
    const keeps = TargetGroupAttributes.find(({ Key }: { Key: string }) => Key === 'preserve_client_ip.enabled')?.Value;
    return {
      at,
      port: Number(Port),
      keepsClientAddress: keeps ? keeps === 'true' : TargetType === 'instance',
      hosts: reading
        .of('AutoScaling::AutoScalingGroup')
        .filter((group) => group.properties.TargetGroupARNs?.includes(at))
        .map((group) => group.at),
    };
  });
}

/** Nodes of a VPC that has an endpoint of an endpoint service: they stand in no template, anywhere in its addresses, with groups of their own. */
export function clientNodes(reading: Reading, links: readonly PrivateLink[]): Host[] {
  const vpcs = reading
    .of('EC2::VPCEndpoint')
    .filter(({ at }) => links.some(({ endpoint }) => endpoint === at))
    .map(({ properties }) => `${properties.VpcId}`);
  return [...new Set(vpcs)].map((vpc) => ({
    at: `nodes of ${vpc}`,
    kind: 'instance',
    interfaces: interfaces(reading, [`nodes of ${vpc}`], vpc),
    opensFrom: linuxPorts,
  }));
}

/**
 * Whoever else has addresses in a VPC that exists: in any zone, in subnets without an ACL, of groups that let everything through. Its
 * owner's routes are not known, so they lead to whatever transit gateway the VPC is attached to.
 */
export function neighbours(reading: Reading): Host[] {
  const { existing } = reading.outside;
  if (!existing) return [];
  const { vpcId } = existing;
  const all = reading.vpcs.get(vpcId) ?? [];
  const routes = all.map((each): Route => ({ at: vpcId, block: each, target: { kind: 'local', id: vpcId } }));
  const gateways = reading
    .of('EC2::TransitGatewayVpcAttachment')
    .filter(({ properties }) => properties.VpcId === vpcId)
    .map(
      ({ properties }): Route => ({
        at: vpcId,
        block: anywhere,
        target: { kind: 'transit', id: properties.TransitGatewayId },
      }),
    );
  const zones = [...reading.subnets.values()].filter(({ vpc }) => vpc === vpcId).map(({ zone }) => zone);
  const subnets = [...new Set(zones)].flatMap((zone) =>
    (gateways.length > 0 ? gateways.map((away) => [...routes, away]) : [routes]).map((own): Subnet => {
      const at = `subnets of the owner of ${vpcId} in ${zone}`;
      return { at, vpc: vpcId, block: anywhere, zone, table: vpcId, routes: own, foreign: false };
    }),
  );
  const interfaces = without(all, [block(existing.cidr)]).flatMap((each) =>
    subnets.map((subnet) => ({ subnet, block: each })),
  );
  if (interfaces.length === 0) return [];
  return [{ at: `neighbours in ${vpcId}`, kind: 'instance', interfaces, opensFrom: { from: 1_024, to: allPorts.to } }];
}

export function privateLinks(reading: Reading): PrivateLink[] {
  const balancers = reading
    .of('EC2::VPCEndpointService')
    .flatMap(({ properties }) => properties.NetworkLoadBalancerArns);
  return reading
    .of('EC2::VPCEndpoint')
    .filter(
      ({ properties }) => /vpce-svc/.test(properties.ServiceName) || !/^(com|cn|aws)\./.test(properties.ServiceName),
    )
    .map(({ at }) => ({ endpoint: at, balancers }));
}
