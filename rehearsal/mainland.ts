/** A mainland for the rehearsal of an environment that has none: calls over the border are what it judges. */
import { overlap } from '../config/cidr';
import { type EnvironmentConfig, nowhere } from '../config/schema';

/** Private addresses: public ones of clients are masked before anybody asks on which side they are. */
const candidates = ['10.255.255.0/24', '172.31.255.0/24', '192.168.255.0/24'];

/** @returns the environment, and the prefix that stands for its mainland, where it has none */
export function withMainland(config: EnvironmentConfig): { config: EnvironmentConfig; standIn?: string } {
  const { mainland, network } = config;
  if (mainland.prefixes.join() !== nowhere) return { config };
  const taken = [network.cidr, ...network.serviceVpcPrefixes];
  const standIn = candidates.find((one) => taken.every((other) => !overlap(one, other))) ?? candidates[0]!;
  return { config: { ...config, mainland: { ...mainland, prefixes: [standIn] } }, standIn };
}
