/** What lies outside of an environment's templates, as its configuration says it: addresses, and what they are behind. */
import type { EnvironmentConfig } from '../../config/schema';
import type { Outside } from './network';

/** Of a configuration. An environment without a link has nothing outside. */
export function outsideOf({ link, mainland, network, clients, store }: EnvironmentConfig): Outside {
  const probes = [link?.siteToSiteVpn, link?.vpnOverDirectConnect].flatMap((each) => each?.probeAddresses ?? []);
  const probe = link?.directConnect?.probeAddress;
  const { analysis, serviceAttachments = [], farEnd } = link ?? {};
  return {
    announced: [
      ...(farEnd?.prefixes ?? []),
      ...[...probes, ...(probe ? [probe] : [])].map((address) => `${address}/32`),
    ],
    attached: Object.fromEntries(
      serviceAttachments.flatMap(({ attachmentId, prefix }) =>
        attachmentId ? [[attachmentId, [prefix]] as const] : [],
      ),
    ),
    vpcs: {
      ...(analysis ? { [analysis.vpcId]: [analysis.vpcCidr] } : {}),
      ...(network.existing ? { [network.existing.vpcId]: network.existing.cidrs } : {}),
      ...Object.fromEntries(
        [...clients.flatMap(({ vpcs }) => vpcs), ...(store.access.endpoint ? [store.access.endpoint] : [])].map(
          ({ vpcId, prefixes }) => [vpcId, prefixes.slice(0, 1)],
        ),
      ),
    },
    existing: network.existing && { vpcId: network.existing.vpcId, cidr: network.cidr },
    named: { mainland: mainland.prefixes, service: network.serviceVpcPrefixes },
  };
}
