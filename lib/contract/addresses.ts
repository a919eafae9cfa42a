/** Where subnets lie: worked out, not looked up, because allow-lists and the far end name them before anything exists. */
import { addressIn, largeSubnet } from '../../config/cidr';
import type { EnvironmentConfig } from '../../config/schema';

/** Groups of subnets, in the order in which they follow each other. The last is there where services come by a transit gateway. */
const groups = ['collect', 'store', 'link', 'transit', 'entrance'] as const;
export type SubnetGroup = (typeof groups)[number];

/** Prefix length of a group's subnets. */
export const subnetMask = ({ network }: EnvironmentConfig, group: SubnetGroup): number =>
  group === 'collect' || group === 'store' ? largeSubnet(network.cidr) : 28;

/** Groups that an environment has. */
export const subnetGroups = ({ collect }: EnvironmentConfig): readonly SubnetGroup[] =>
  groups.filter((group) => group !== 'entrance' || collect.entrance.routed?.transitGatewayId);

/** Prefixes of a group's subnets, one for each zone: each group begins where the one before it ends. */
export function subnetCidrs(config: EnvironmentConfig, group: SubnetGroup): string[] {
  const { availabilityZones: zones, cidr } = config.network;
  const size = (each: SubnetGroup): number => 2 ** (32 - subnetMask(config, each));
  const before = groups
    .slice(0, groups.indexOf(group))
    .reduce((addresses, each) => addresses + zones.length * size(each), 0);
  return zones.map((_zone, index) => `${addressIn(cidr, before + index * size(group))}/${subnetMask(config, group)}`);
}
