/** A VPN with two hardened tunnels: what both VPN transports share. */
import { CfnCustomerGateway, CfnVPNConnection } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { acknowledge } from '../../compliance/acknowledge';
import { tunnelName } from '../../contract/link-parameters';
import { type ProfileName, tunnelProfile, weaknesses } from '../profile';
import type { BoundTransport, LinkAttachment } from './transport';

export interface VpnProps {
  readonly attachment: LinkAttachment;
  readonly transport: 'siteToSiteVpn' | 'vpnOverDirectConnect';
  readonly customerGatewayAddress: string;
  readonly insideCidrs: readonly string[];
  readonly profile: ProfileName;
  /** The reason for a profile that is weaker than the rules take. */
  readonly weakerAcknowledged?: string;
  /** Attachment that the tunnels travel over. @default the internet */
  readonly transportAttachmentId?: string;
}

const names = { siteToSiteVpn: 'SiteToSiteVpn', vpnOverDirectConnect: 'VpnOverDirectConnect' } as const;

/** Customer gateway and VPN connection, with both tunnels written out: one that is left out gets AES-128, SHA-1 and DH 2. */
export class Vpn extends Construct {
  readonly bound: BoundTransport;

  constructor(scope: Construct, id: string, props: VpnProps) {
    super(scope, id);
    const { link, transitGateway, readBack, logs } = props.attachment;
    const customerGateway = new CfnCustomerGateway(this, 'CustomerGateway', {
      type: 'ipsec.1',
      // The property that every template knows holds 31 bits; the other one takes the rest (RFC 6793).
      ...(link.farEnd.asn > 2 ** 31 - 1 ? { bgpAsnExtended: link.farEnd.asn } : { bgpAsn: link.farEnd.asn }),
      ipAddress: props.customerGatewayAddress,
    });
    // AWS can open a tunnel to a routable public address only.
    const profiles = props.insideCidrs.map((cidr) =>
      tunnelProfile(cidr, props.profile, props.transportAttachmentId === undefined),
    );
    const connection = new CfnVPNConnection(this, 'Connection', {
      type: 'ipsec.1',
      customerGatewayId: customerGateway.ref,
      transitGatewayId: transitGateway.ref,
      // BGP: a path that is dead is left, without anybody.
      staticRoutesOnly: false,
      // The key is made by AWS and never in a template: those are kept, and read by many.
      preSharedKeyStorage: 'SecretsManager',
      ...(props.transportAttachmentId
        ? { outsideIpAddressType: 'PrivateIpv4', transportTransitGatewayAttachmentId: props.transportAttachmentId }
        : {}),
      vpnTunnelOptionsSpecifications: profiles.map((profile) => ({
        ...profile,
        logOptions: {
          cloudwatchLogOptions: {
            logEnabled: true,
            logGroupArn: logs.activityArn,
            logOutputFormat: 'json',
            bgpLogEnabled: true,
            bgpLogGroupArn: logs.bgpArn,
            bgpLogOutputFormat: 'json',
          },
        },
      })),
    });
    connection.node.addDependency(logs.delivery);
    if (props.weakerAcknowledged) {
      const reason = props.weakerAcknowledged;
      acknowledge(connection, ...weaknesses(props.profile).map((id) => ({ id, reason })));
    }
    const { attachmentId, tunnelAddresses } = readBack.vpn(this, 'ReadBack', {
      vpnConnectionId: connection.ref,
      insideCidrs: props.insideCidrs,
      generation: JSON.stringify(profiles),
    });
    this.bound = {
      attachments: [{ name: names[props.transport], attachmentId, carries: 'traffic' }],
      paths: tunnelAddresses.map((tunnelAddress, index) => ({
        kind: 'tunnel',
        name: tunnelName(props.transport, index),
        vpnId: connection.ref,
        tunnelAddress,
      })),
    };
  }
}
