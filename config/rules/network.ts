/** Addresses and zones. */
import { overlap } from '../cidr';
import { type EnvironmentConfig, nowhere } from '../schema';
import { must, type Rule, rule } from './rule';

/** Every prefix of an environment, with its place. Several may have no mainland. */
export const prefixesOf = ({ network, mainland }: EnvironmentConfig): { path: string; prefix: string }[] => [
  { path: 'network.cidr', prefix: network.cidr },
  ...network.serviceVpcPrefixes.map((prefix, index) => ({ path: `network.serviceVpcPrefixes[${index}]`, prefix })),
  ...mainland.prefixes
    .map((prefix, index) => ({ path: `mainland.prefixes[${index}]`, prefix }))
    .filter(({ prefix }) => prefix !== nowhere),
];

export const networkRules: readonly Rule[] = [
  rule(['network.cidr', 'network.serviceVpcPrefixes', 'mainland.prefixes'], (config) => {
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
  rule(['network.availabilityZones', 'production'], ({ network, production }) => [
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
      'Name all three: ap-east-1a, ap-east-1b, ap-east-1c.',
    ),
  ]),
];
