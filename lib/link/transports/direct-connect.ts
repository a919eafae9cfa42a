import {
  CfnDirectConnectGateway,
  CfnDirectConnectGatewayAssociation,
  CfnTransitVirtualInterface,
} from 'aws-cdk-lib/aws-directconnect';
import { Construct } from 'constructs';
import { sessionEnds } from '../../../config/cidr';
import { namesIn } from '../../common/names';
import { linesOf, present } from '../../contract/link-parameters';
import type { BoundPath } from '../../contract/link-paths';
import { type BoundAttachment, type BoundTransport, type LinkAttachment, LinkTransport } from './transport';

/** A leased line: the traffic itself on a transit virtual interface. Not encrypted by AWS: MACsec is set up by hand. */
export class DirectConnect extends LinkTransport {
  override bind(scope: Construct, attachment: LinkAttachment): BoundTransport {
    return new LeasedLine(scope, 'DirectConnect', {
      attachment,
      announcedPrefixes: attachment.announcedPrefixes,
      carries: 'traffic',
    }).bound;
  }
}

export interface LeasedLineProps {
  readonly attachment: LinkAttachment;
  /** What the far end learns by this interface, and nothing else. */
  readonly announcedPrefixes: readonly string[];
  readonly carries: BoundAttachment['carries'];
}

/** Direct Connect gateway, its association with the transit gateway, and a transit virtual interface on each line. */
export class LeasedLine extends Construct {
  readonly bound: BoundTransport;
  readonly attachmentId: string;

  constructor(scope: Construct, id: string, { attachment, announcedPrefixes, carries }: LeasedLineProps) {
    super(scope, id);
    const { environment, link, transitGateway, readBack } = attachment;
    const { gatewayAsn, gatewayId, mtu } = present(link.directConnect, 'link.directConnect');
    const { system: title } = namesIn(this, environment); // required by AWS, shown in its console
    const directConnectGatewayId =
      gatewayId ??
      new CfnDirectConnectGateway(this, 'Gateway', {
        directConnectGatewayName: title,
        amazonSideAsn: `${gatewayAsn}`,
      }).attrDirectConnectGatewayId;
    // Takes 5 to 20 minutes to create.
    const association = new CfnDirectConnectGatewayAssociation(this, 'Association', {
      directConnectGatewayId,
      associatedGatewayId: transitGateway.ref,
      allowedPrefixesToDirectConnectGateway: [...announcedPrefixes],
    });
    const paths = linesOf(link).map(({ name, connectionId, vlan, peerCidr, hostedInterfaceId }): BoundPath => {
      const second = name === 'dx' ? '' : '2';
      const ends = sessionEnds(peerCidr);
      const virtualInterfaceId =
        hostedInterfaceId ??
        new CfnTransitVirtualInterface(this, `VirtualInterface${second}`, {
          virtualInterfaceName: `${title}${second && '-2'}`,
          connectionId,
          directConnectGatewayId,
          vlan,
          mtu,
          bgpPeers: [
            {
              addressFamily: 'ipv4',
              asn: `${link.farEnd.asn}`,
              amazonAddress: `${ends.amazon}/${ends.length}`,
              customerAddress: `${ends.farEnd}/${ends.length}`,
              // No authKey: AWS makes one, and a template is no place for it.
            },
          ],
        }).attrVirtualInterfaceId;
      return {
        kind: 'interface',
        name,
        connectionId,
        virtualInterfaceId,
        ...(carries === 'tunnels' ? { onlyTunnels: true } : {}),
      };
    });
    this.attachmentId = readBack.gatewayAttachment(this, 'ReadBack', {
      directConnectGatewayId,
      after: association,
    });
    this.bound = {
      attachments: [{ name: 'LeasedLine', attachmentId: this.attachmentId, carries }],
      paths,
    };
  }
}
