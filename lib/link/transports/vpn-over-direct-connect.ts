import type { Construct } from 'constructs';
import { present } from '../../contract/link-parameters';
import { LeasedLine } from './direct-connect';
import { type BoundTransport, type LinkAttachment, LinkTransport } from './transport';
import { Vpn } from './vpn';

/**
 * IPsec between private addresses over a leased line, which then carries nothing else: it only announces the tunnels' own
 * ends. The default of production.
 */
export class VpnOverDirectConnect extends LinkTransport {
  override bind(scope: Construct, attachment: LinkAttachment): BoundTransport {
    const { transitGatewayCidr, customerGatewayAddress, insideCidrs, profile, weakerAcknowledged } = present(
      attachment.link.vpnOverDirectConnect,
      'link.vpnOverDirectConnect',
    );
    const line = new LeasedLine(scope, 'DirectConnect', {
      attachment,
      announcedPrefixes: [transitGatewayCidr],
      carries: 'tunnels',
    });
    const vpn = new Vpn(scope, 'VpnOverDirectConnect', {
      attachment,
      transport: 'vpnOverDirectConnect',
      customerGatewayAddress,
      insideCidrs,
      profile,
      weakerAcknowledged,
      transportAttachmentId: line.attachmentId,
    });
    return {
      attachments: [...vpn.bound.attachments, ...line.bound.attachments],
      paths: [...vpn.bound.paths, ...line.bound.paths],
    };
  }
}
