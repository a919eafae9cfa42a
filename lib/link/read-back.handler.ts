/** The function behind the read-back of the link: asks EC2, changes nothing. */
import {
  DescribeTransitGatewayAttachmentsCommand,
  type DescribeTransitGatewayAttachmentsCommandOutput,
  DescribeVpnConnectionsCommand,
  EC2Client,
  type VpnConnection,
} from '@aws-sdk/client-ec2';
import type { CdkCustomResourceResponse } from 'aws-lambda';

/** Properties of `Custom::HarbourlineVpnReadBack`. */
export interface VpnProperties {
  readonly TransitGatewayId: string;
  readonly VpnConnectionId: string;
  /** Order of the tunnels: AWS does not promise one. */
  readonly InsideCidrs: readonly string[];
  readonly Generation: string;
}

/** Properties of `Custom::HarbourlineAttachmentReadBack`. */
export interface AttachmentProperties {
  readonly TransitGatewayId: string;
  readonly DirectConnectGatewayId: string;
}

export interface ReadBackEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: VpnProperties | AttachmentProperties;
}

type Client = Pick<EC2Client, 'send'>;

/** EC2 shows new resources with delay: asked so often, with {@link pauseMs} between. */
const attempts = 12;
const pauseMs = 10_000;

export async function handler(
  event: ReadBackEvent,
  _context?: unknown,
  client: Client = new EC2Client(),
  pause: (milliseconds: number) => Promise<void> = (milliseconds) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds)),
): Promise<CdkCustomResourceResponse> {
  const properties = event.ResourceProperties;
  const isVpn = 'VpnConnectionId' in properties;
  const PhysicalResourceId = isVpn ? properties.VpnConnectionId : properties.DirectConnectGatewayId;
  if (event.RequestType === 'Delete') return { PhysicalResourceId: event.PhysicalResourceId ?? PhysicalResourceId };

  for (let attempt = 1; ; attempt += 1) {
    try {
      const Data = isVpn ? await vpn(client, properties) : await gateway(client, properties);
      return { PhysicalResourceId, Data };
    } catch (error) {
      if (!(error instanceof NotYet) || attempt === attempts) throw error;
      await pause(pauseMs);
    }
  }
}

/** EC2 does not show it, or not in a state in which routes can name it. */
class NotYet extends Error {}

async function vpn(client: Client, properties: VpnProperties): Promise<Record<string, string>> {
  const connection = await describeVpn(client, properties.VpnConnectionId);
  const addresses = properties.InsideCidrs.map((cidr, index) => {
    const address = connection.Options?.TunnelOptions?.find(
      (tunnel) => tunnel.TunnelInsideCidr === cidr,
    )?.OutsideIpAddress;
    if (!address) throw new NotYet(`${properties.VpnConnectionId} shows no tunnel with inside ${cidr}.`);
    return [`TunnelAddress${index + 1}`, address];
  });
  return {
    AttachmentId: await attachment(client, properties.TransitGatewayId, 'vpn', properties.VpnConnectionId),
    ...Object.fromEntries(addresses),
  };
}

async function gateway(client: Client, properties: AttachmentProperties): Promise<Record<string, string>> {
  const { TransitGatewayId, DirectConnectGatewayId } = properties;
  return {
    AttachmentId: await attachment(client, TransitGatewayId, 'direct-connect-gateway', DirectConnectGatewayId),
  };
}

/** One VPN connection as EC2 describes it. Also for the command that writes the far end's files. */
export async function describeVpn(client: Client, vpnConnectionId: string): Promise<VpnConnection> {
  const { VpnConnections } = await client.send(
    new DescribeVpnConnectionsCommand({ VpnConnectionIds: [vpnConnectionId] }),
  );
  const [connection] = VpnConnections ?? [];
  if (!connection) throw new NotYet(`EC2 shows no VPN connection ${vpnConnectionId}.`);
  return connection;
}

async function attachment(
  client: Client,
  transitGatewayId: string,
  resourceType: 'vpn' | 'direct-connect-gateway',
  resourceId: string,
): Promise<string> {
  const answer: DescribeTransitGatewayAttachmentsCommandOutput = await client.send(
    new DescribeTransitGatewayAttachmentsCommand({
      Filters: [
        { Name: 'transit-gateway-id', Values: [transitGatewayId] },
        { Name: 'resource-type', Values: [resourceType] },
        { Name: 'resource-id', Values: [resourceId] },
        { Name: 'state', Values: ['available'] },
      ],
    }),
  );
  const id = answer.TransitGatewayAttachments?.[0]?.TransitGatewayAttachmentId;
  if (!id) throw new NotYet(`EC2 shows no available attachment of ${resourceId} to ${transitGatewayId}.`);
  return id;
}
