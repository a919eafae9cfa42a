/** Reads transit gateways, what is attached to them, and firewalls. */
import { block } from '../blocks';
import type { Attachment, Firewall, TransitTable } from './network';
import { firewallPolicy } from './read-filters';
import type { Reading } from './reading';
import { NotUnderstood } from './understood';

export function firewalls(reading: Reading): Firewall[] {
  return reading.of('NetworkFirewall::Firewall').map(({ at, properties }) => ({
    at,
    subnets: (properties.SubnetMappings ?? []).map(({ SubnetId }: { SubnetId: string }) =>
      reading.subnet(SubnetId, properties.VpcId),
    ),
    ...firewallPolicy(reading.all, properties.FirewallPolicyArn),
  }));
}

/** Attachments of VPCs and firewalls stand in templates; those of lines are read back, those of others are named by their ids. */
export function attachments(reading: Reading, firewalls: readonly Firewall[]): Attachment[] {
  const tables = new Map(
    reading
      .of('EC2::TransitGatewayRouteTableAssociation')
      .map(({ properties }) => [
        properties.TransitGatewayAttachmentId as string,
        properties.TransitGatewayRouteTableId as string,
      ]),
  );
  const own = reading.of('EC2::TransitGatewayVpcAttachment');
  const named = new Set([
    ...tables.keys(),
    ...reading
      .of('EC2::TransitGatewayRouteTablePropagation')
      .map(({ properties }) => properties.TransitGatewayAttachmentId as string),
    ...reading.of('EC2::TransitGatewayRoute').flatMap(({ properties }) => properties.TransitGatewayAttachmentId ?? []),
  ]);
  const ours = new Set([
    ...reading.of('EC2::TransitGateway').map(({ at }) => at),
    ...reading.of('EC2::TransitGatewayRouteTable').map(({ properties }) => properties.TransitGatewayId as string),
  ]);
  const { announced, attached } = reading.outside;
  return [...new Set([...own.map(({ at }) => at), ...named])].map((at): Attachment => {
    const table = tables.get(at);
    const vpc = own.find((each) => each.at === at)?.properties;
    if (vpc) {
      const subnets = vpc.SubnetIds.map((id: string) => reading.subnet(id, vpc.VpcId));
      const gateway = vpc.TransitGatewayId as string;
      const behind = reading.vpcs.get(vpc.VpcId) ?? [];
      return { at, kind: 'vpc', vpc: vpc.VpcId, subnets, behind, table, gateway, ofOthers: !ours.has(gateway) };
    }
    if (firewalls.some((firewall) => firewall.at === at))
      return { at, kind: 'firewall', subnets: [], behind: [], table };
    if (at.startsWith('tgw-attach-')) {
      return { at, kind: 'foreign', subnets: [], behind: (attached[at] ?? []).map(block), table };
    }
    const type = reading.all.find((each) => each.at === at)?.type;
    if (!type?.startsWith('Custom::')) {
      throw new NotUnderstood(`${at}: an attachment of which the model knows nothing (${type}).`);
    }
    return { at, kind: 'line', subnets: [], behind: announced.map(block), table };
  });
}

export function transitTables(reading: Reading, attachments: readonly Attachment[]): TransitTable[] {
  return reading.of('EC2::TransitGatewayRouteTable').map(({ at }) => ({
    at,
    routes: [
      ...reading
        .of('EC2::TransitGatewayRoute')
        .filter(({ properties }) => properties.TransitGatewayRouteTableId === at)
        .map(({ at: where, properties }) => ({
          at: where,
          block: block(properties.DestinationCidrBlock),
          attachment: properties.Blackhole ? undefined : (properties.TransitGatewayAttachmentId as string),
          learned: false,
        })),
      ...reading
        .of('EC2::TransitGatewayRouteTablePropagation')
        .filter(({ properties }) => properties.TransitGatewayRouteTableId === at)
        .flatMap(({ at: where, properties }) => {
          const attachment = attachments.find((each) => each.at === properties.TransitGatewayAttachmentId);
          return (attachment?.behind ?? []).map((each) => ({
            at: where,
            block: each,
            attachment: attachment?.at,
            learned: true,
          }));
        }),
    ],
  }));
}
