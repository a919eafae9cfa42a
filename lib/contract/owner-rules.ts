/** Rules that owners of services put into their security groups, from the allow-list. */
import { flows, type LinkedConfig } from './link-parameters';

/** A rule of a security group of services, with the prefix list that it names. */
export interface OwnerRule {
  /** Name of the prefix list within the environment. */
  readonly list: string;
  /** Seen from the services' VPC. */
  readonly direction: 'egress' | 'ingress';
  readonly port: number;
  /** The mainland's addresses: the entries of the list. */
  readonly mainland: readonly string[];
  /** The services that need the rule, with the owner and ticket of each line. */
  readonly services: readonly { readonly prefix: string; readonly owner: string; readonly ticket: string }[];
}

/** One for each direction and port that lines of services name. */
export function ownerRules(config: LinkedConfig): OwnerRule[] {
  const rules = new Map<string, OwnerRule>();
  for (const { fromRelay, from, to, side, port, owner, ticket } of flows(config)) {
    if (fromRelay) continue;
    const [direction, inHongKong, mainland] =
      side === 'hong-kong' ? (['egress', from[0], to] as const) : (['ingress', to, from[0]] as const);
    const list = `services-${direction === 'egress' ? 'to' : 'from'}-${port}`;
    const known = rules.get(list) ?? { list, direction, port, mainland: [], services: [] };
    rules.set(list, {
      ...known,
      mainland: [...new Set([...known.mainland, mainland as string])].sort(),
      services: [...known.services, { prefix: inHongKong as string, owner, ticket }],
    });
  }
  return [...rules.values()].sort((one, other) => (one.list < other.list ? -1 : 1));
}
