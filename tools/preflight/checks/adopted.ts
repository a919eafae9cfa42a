/** What exists before a deployment and is taken over by it: gateways of the organisation. */
import { DescribeDirectConnectGatewaysCommand } from '@aws-sdk/client-direct-connect';
import { DescribeTransitGatewaysCommand, type TransitGateway } from '@aws-sdk/client-ec2';
import { type Answer, type Aws, answer, type Check, type Plan, unlessFails } from '../check';

type Link = NonNullable<Plan['config']['link']>;

/** A transit gateway that this account has, or that is shared with it. */
export async function transitGatewayNamed({ ec2 }: Aws, id: string): Promise<TransitGateway | undefined> {
  const described = await unlessFails(
    ['InvalidTransitGatewayID.NotFound', 'InvalidTransitGatewayID.Malformed'],
    ec2.send(new DescribeTransitGatewaysCommand({ TransitGatewayIds: [id] })),
  );
  return described?.TransitGateways?.[0];
}

async function transitGateway(
  aws: Aws,
  { link, account }: { link: Link; account: string },
  id: string,
  where: string,
): Promise<Answer> {
  const found = await transitGatewayNamed(aws, id);
  const { State: state, Options: options } = found ?? ({} as Partial<TransitGateway>);
  const cidr = link.transports.includes('vpnOverDirectConnect')
    ? link.vpnOverDirectConnect?.transitGatewayCidr
    : undefined;
  const wrong = !found
    ? ['not there']
    : [
        ...(state === 'available' ? [] : [`${state}`]),
        // Transit Gateway guide, sharing considerations.
        ...(found.OwnerId === account
          ? []
          : [
              `of account ${found.OwnerId}, which shares it: owners alone make VPNs, route tables, associations and routes of a gateway`,
            ]),
        ...(options?.DefaultRouteTableAssociation === 'disable'
          ? []
          : ['its default association is on: attachments would have a table already, and ours be refused']),
        ...(options?.DefaultRouteTablePropagation === 'disable'
          ? []
          : ['its default propagation is on: what is not on the allow-list would learn of the mainland']),
        ...(options?.AmazonSideAsn === link.amazonAsn ? [] : [`its ASN is ${options?.AmazonSideAsn}`]),
        ...(cidr === undefined || options?.TransitGatewayCidrBlocks?.includes(cidr)
          ? []
          : [`${cidr} is not among its CIDR blocks`]),
      ];
  return answer(
    wrong.length === 0,
    `transit gateway ${id}`,
    wrong.join('; ') || 'available, as the link needs it',
    `aws ec2 modify-transit-gateway --transit-gateway-id ${id} changes defaults and CIDR blocks; \`link.amazonAsn\` in ${where} says its ASN; an environment goes into the account of its gateway; or leave \`link.transitGatewayId\` out.`,
  );
}

async function directConnectGateway(
  { directConnect }: Aws,
  id: string,
  { gatewayAsn, account, where }: { gatewayAsn: number; account: string; where: string },
): Promise<Answer> {
  const { directConnectGateways: [found] = [] } = await directConnect.send(
    new DescribeDirectConnectGatewaysCommand({ directConnectGatewayId: id }),
  );
  const wrong = !found
    ? ['not there']
    : [
        ...(found.directConnectGatewayState === 'available' ? [] : [`${found.directConnectGatewayState}`]),
        ...(found.ownerAccount === account
          ? []
          : [`of account ${found.ownerAccount}: an association with it is a proposal that its owner accepts`]),
        ...(found.amazonSideAsn === gatewayAsn ? [] : [`its ASN is ${found.amazonSideAsn}`]),
      ];
  return answer(
    wrong.length === 0,
    `Direct Connect gateway ${id}`,
    wrong.join('; ') || 'available',
    `Name another as \`link.directConnect.gatewayId\` in ${where}, or its ASN as \`gatewayAsn\`.`,
  );
}

export const adopted: Check = {
  name: 'link: gateways of the organisation',
  asks: ['ec2:DescribeTransitGateways', 'directconnect:DescribeDirectConnectGateways'],
  because: 'a gateway with other defaults refuses what the link attaches, or announces it to others',
  async run(aws, { config: { link, environment, account } }) {
    const where = `config/${environment}.ts`;
    const { gatewayId, gatewayAsn = 0 } = link?.directConnect ?? {};
    return Promise.all([
      ...(link?.transitGatewayId ? [transitGateway(aws, { link, account }, link.transitGatewayId, where)] : []),
      ...(gatewayId ? [directConnectGateway(aws, gatewayId, { gatewayAsn, account, where })] : []),
    ]);
  },
};
