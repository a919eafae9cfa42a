/** The way of services to the gateways, where it is routed: what exists before a deployment and is used by it. */
import { DescribeRouteTablesCommand, DescribeVpcPeeringConnectionsCommand } from '@aws-sdk/client-ec2';
import { type Answer, type Aws, answer, type Check, unlessFails } from '../check';
import { transitGatewayNamed } from './adopted';

async function gateway(aws: Aws, id: string, where: string): Promise<Answer> {
  const state = (await transitGatewayNamed(aws, id))?.State;
  return answer(
    state === 'available',
    `transit gateway ${id}`,
    state ?? 'not there, or not shared with this account',
    `Have its owner share it (aws ram create-resource-share), or fix transitGatewayId of ${where}.`,
  );
}

async function peering({ ec2 }: Aws, id: string, where: string): Promise<Answer> {
  const described = await unlessFails(
    ['InvalidVpcPeeringConnectionID.NotFound', 'InvalidVpcPeeringConnectionId.Malformed'],
    ec2.send(new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [id] })),
  );
  const state = described?.VpcPeeringConnections?.[0]?.Status?.Code;
  return answer(
    state === 'active',
    `peering ${id}`,
    state ?? 'not there',
    state === 'pending-acceptance'
      ? `aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id ${id}`
      : `Fix peeringId of ${where}.`,
  );
}

export const entrance: Check = {
  name: 'entrance',
  asks: ['ec2:DescribeTransitGateways', 'ec2:DescribeVpcPeeringConnections', 'ec2:DescribeRouteTables'],
  because: 'a route over a gateway or peering that is not there fails the stack of the collectors',
  async run(aws, { config: { environment, collect } }) {
    const { via, routed } = collect.entrance;
    if (via !== 'routed' || !routed) return [];
    const where = `collect.entrance.routed in config/${environment}.ts`;
    const tables = routed.routeTableIds;
    const { RouteTables: found = [] } =
      tables.length > 0
        ? await aws.ec2.send(
            new DescribeRouteTablesCommand({ Filters: [{ Name: 'route-table-id', Values: [...tables] }] }),
          )
        : {};
    const missing = tables.filter((id) => !found.some(({ RouteTableId }) => RouteTableId === id));
    return [
      ...(routed.transitGatewayId ? [await gateway(aws, routed.transitGatewayId, where)] : []),
      ...(routed.peeringId ? [await peering(aws, routed.peeringId, where)] : []),
      ...(tables.length > 0
        ? [
            answer(
              missing.length === 0,
              tables.join(', '),
              missing.length === 0 ? 'there' : `not of this account: ${missing.join(', ')}`,
              `Route tables of other accounts belong to \`clients\`: take them out of ${where}.`,
            ),
          ]
        : []),
    ];
  },
};
