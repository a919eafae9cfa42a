/** Where subnets lie: worked out, not looked up, because allow-lists and the far end name them before anything exists. */
import { addressIn } from '../../config/cidr';
import type { EnvironmentConfig } from '../../config/schema';

/** Prefix lengths of the subnet groups, in the order in which they follow each other in the VPC. */
export const subnetMasks = { collect: 24, store: 24, link: 28, transit: 28 } as const;

/** Those, and behind them subnets of an attachment that services come by, where there is one. */
export const allMasks = { ...subnetMasks, entrance: 28 } as const;
export type SubnetGroup = keyof typeof allMasks;

/** Prefixes of a group's subnets, one for each zone: each group begins where the one before it ends. */
export function subnetCidrs({ network }: EnvironmentConfig, group: SubnetGroup): string[] {
  const zones = network.availabilityZones.length;
  const groups = Object.keys(allMasks) as SubnetGroup[];
  const before = groups
    .slice(0, groups.indexOf(group))
    .reduce((addresses, each) => addresses + zones * 2 ** (32 - allMasks[each]), 0);
  const size = 2 ** (32 - allMasks[group]);
  return network.availabilityZones.map(
    (_zone, index) => `${addressIn(network.cidr, before + index * size)}/${allMasks[group]}`,
  );
}
