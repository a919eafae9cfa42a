import type { Construct } from 'constructs';
import { present } from '../../contract/link-parameters';
import { type BoundTransport, type LinkAttachment, LinkTransport } from './transport';
import { Vpn } from './vpn';

/** IPsec over the public internet: the exception, with a reason in the configuration. */
export class SiteToSiteVpn extends LinkTransport {
  override bind(scope: Construct, attachment: LinkAttachment): BoundTransport {
    const { customerGatewayAddress, insideCidrs, profile, weakerAcknowledged } = present(
      attachment.link.siteToSiteVpn,
      'link.siteToSiteVpn',
    );
    return new Vpn(scope, 'SiteToSiteVpn', {
      attachment,
      transport: 'siteToSiteVpn',
      customerGatewayAddress,
      insideCidrs,
      profile,
      weakerAcknowledged,
    }).bound;
  }
}
