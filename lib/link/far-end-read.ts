/** Asks AWS for what the far end must know, with the credentials of whoever runs the command. Reads only. */
import { DescribeVpnConnectionsCommand, type EC2Client, type VpnConnection } from '@aws-sdk/client-ec2';
import { refused } from '../../config/refused';
import { type LinkedConfig, type LinkParameters, linkParameters } from '../contract/link-parameters';

/** Parameters of a deployed link. @throws Error where it is not, or not wholly, deployed */
export async function readParameters(config: LinkedConfig, client: Pick<EC2Client, 'send'>): Promise<LinkParameters> {
  if (vpnsOf(config).length === 0) return linkParameters(config, {});
  const { VpnConnections = [] } = await client.send(
    new DescribeVpnConnectionsCommand({
      Filters: [
        { Name: 'tag:harbourline:environment', Values: [config.environment] },
        { Name: 'state', Values: ['available'] },
      ],
    }),
  );
  return parametersOf(config, VpnConnections);
}

/** Transports of a link that are VPNs. */
const vpnsOf = ({ link }: LinkedConfig) =>
  (['siteToSiteVpn', 'vpnOverDirectConnect'] as const).filter((each) => link.transports.includes(each));

/** Parameters from what AWS says of VPN connections, others than the link's among them. */
export function parametersOf(config: LinkedConfig, VpnConnections: readonly VpnConnection[]): LinkParameters {
  const found = vpnsOf(config).flatMap((transport): [string, VpnConnection][] => {
    const cidr = config.link[transport]?.insideCidrs[0];
    const connection = VpnConnections.find(
      ({ Options, State, Tags = [] }) =>
        // What is deleted is described for some time; another environment's router may have the same inside.
        !State?.startsWith('delet') &&
        Tags.every(({ Key, Value }) => Key !== 'harbourline:environment' || Value === config.environment) &&
        Options?.TunnelOptions?.some(({ TunnelInsideCidr }) => TunnelInsideCidr === cidr),
    );
    if (!connection) {
      throw refused(
        'HL-FAREND-003',
        `Of ${VpnConnections.length} VPN connection(s) none is ${transport} of ${config.environment}: that has a tunnel with inside ${cidr}. Deploy it first; or is this what AWS said of another account or region?`,
      );
    }
    return [[transport, connection]];
  });
  return linkParameters(config, Object.fromEntries(found));
}
