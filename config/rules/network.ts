/** Addresses and zones. */
import { largeSubnet, overlap, within } from '../cidr';
import { homes } from '../regions';
import { type EnvironmentConfig, nowhere } from '../schema';
import { must, type Rule, rule } from './rule';

interface Placed {
  readonly path: string;
  readonly prefix: string;
}

/** What the routes of the environment's VPC hold, with its place: of a VPC that exists, all of its addresses. */
export const vpcPrefixes = ({ cidr, existing }: EnvironmentConfig['network']): Placed[] =>
  existing
    ? existing.cidrs.map((prefix, index) => ({ path: `network.existing.cidrs[${index}]`, prefix }))
    : [{ path: 'network.cidr', prefix: cidr }];

/** Prefixes of this side of the border: the VPC's own, and those of services. */
export const hongKongPrefixes = (network: EnvironmentConfig['network']): string[] => [
  ...vpcPrefixes(network).map(({ prefix }) => prefix),
  ...network.serviceVpcPrefixes,
];

/** VPCs of others that the configuration names, with their place. */
const otherVpcs = ({ clients, store, link }: EnvironmentConfig): { path: string; vpcId: string | undefined }[] => [
  ...clients.flatMap(({ vpcs }, index) =>
    vpcs.map(({ vpcId }, at) => ({ path: `clients[${index}].vpcs[${at}].vpcId`, vpcId })),
  ),
  { path: 'store.access.endpoint.vpcId', vpcId: store.access.endpoint?.vpcId },
  { path: 'link.analysis.vpcId', vpcId: link?.analysis?.vpcId },
];

/** Every prefix of an environment, with its place. Several may have no mainland. */
export const prefixesOf = ({ network, mainland }: EnvironmentConfig): Placed[] => [
  ...vpcPrefixes(network),
  ...network.serviceVpcPrefixes.map((prefix, index) => ({ path: `network.serviceVpcPrefixes[${index}]`, prefix })),
  ...mainland.prefixes
    .map((prefix, index) => ({ path: `mainland.prefixes[${index}]`, prefix }))
    .filter(({ prefix }) => prefix !== nowhere),
];

/**
 * Addresses of a subnet that AWS keeps: the first four and the last (Amazon VPC user guide, subnet sizing). Three times the nodes:
 * OpenSearch Service developer guide, "Reserving IP addresses in a VPC subnet".
 */
const kept = 5;

/** Those, and in the subnets of collectors eight that a load balancer must find free, an interface of each endpoint, functions. */
const besideInstances = kept + 23;

export const networkRules: readonly Rule[] = [
  rule(['network.cidr', 'network.existing', 'network.serviceVpcPrefixes', 'mainland.prefixes'], (config) => {
    const all = prefixesOf(config);
    return all.flatMap(({ path, prefix }, index) => {
      const other = all.slice(0, index).find((earlier) => overlap(earlier.prefix, prefix));
      return must(
        'HL-NETWORK-001',
        other === undefined,
        path,
        prefix,
        `It shares addresses with ${other?.path} (${other?.prefix}): no route can tell them apart.`,
        'Give each its own addresses.',
      );
    });
  }),
  rule(['network.cidr', 'network.existing'], ({ network: { cidr, existing } }) =>
    must(
      'HL-NETWORK-004',
      !existing || existing.cidrs.some((whole) => within(cidr, whole)),
      'network.cidr',
      cidr,
      `No block of network.existing.cidrs (${existing?.cidrs.join(', ')}) holds it: the VPC takes no subnet there.`,
      'Write a block of the VPC in which there are no subnets yet, or add its addresses to the VPC and to the list.',
    ),
  ),
  rule(
    ['network', 'collect.gateway', 'collect.sampler', 'store.dataNodes'],
    ({ network: { cidr, availabilityZones: zones }, collect: { gateway, sampler }, store: { dataNodes } }) => {
      const bits = largeSubnet(cidr);
      const room = 2 ** (32 - bits);
      const instances = Math.ceil((gateway.maxInstances + sampler.maxInstances) / Math.max(1, zones.length - 1));
      const nodes = Math.ceil((3 * dataNodes.count) / zones.length);
      return must(
        'HL-NETWORK-006',
        instances + besideInstances <= room && nodes + kept <= room,
        'network.cidr',
        cidr,
        `A subnet of /${bits} has ${room} addresses. Collectors need ${instances + besideInstances} when a zone is lost, the store ${nodes + kept}: a blue/green deployment takes three times its nodes.`,
        'Use a block of /21 or wider, fewer instances, or more zones.',
      );
    },
  ),
  rule(['network.existing', 'clients', 'store.access', 'link'], (config) =>
    otherVpcs(config)
      .filter(({ vpcId }) => vpcId !== undefined && vpcId === config.network.existing?.vpcId)
      .flatMap(({ path, vpcId }) =>
        must(
          'HL-NETWORK-005',
          false,
          path,
          vpcId,
          'It is network.existing.vpcId: whoever else is in there would be subject to the DNS firewall of this environment.',
          'Give this environment a VPC of its own, or name the VPC in which they are.',
        ),
      ),
  ),
  rule(['network.availabilityZones', 'region'], ({ network, region }) =>
    network.availabilityZones.flatMap((zone, index) =>
      must(
        'HL-NETWORK-007',
        zone.startsWith(region),
        `network.availabilityZones[${index}]`,
        zone,
        `It is no zone of ${region}, the home region of this environment.`,
        `Use zones of: ${homes[region].zones.join(', ')}.`,
      ),
    ),
  ),
  rule(['network.availabilityZones', 'production', 'region'], ({ network, production, region }) => [
    ...must(
      'HL-NETWORK-002',
      new Set(network.availabilityZones).size === network.availabilityZones.length,
      'network.availabilityZones',
      network.availabilityZones,
      'A zone is named twice: what looks redundant would fail together.',
      'Name each zone once.',
    ),
    ...must(
      'HL-NETWORK-003',
      !production || new Set(network.availabilityZones).size >= 3,
      'network.availabilityZones',
      network.availabilityZones,
      'Production must outlive the loss of a zone with capacity to spare.',
      `Name all three: ${homes[region].zones.join(', ')}.`,
    ),
  ]),
];
