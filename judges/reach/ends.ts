/** Ends of connections by the names that people use, by logical ids and by addresses. */
import { refused } from '../../config/refused';
import { type Block, block, holds, without } from '../blocks';
import { allPorts, type Host, type Network, type Outside, s3 } from './network';
import { type End, pointsOf, pointsOutside } from './reach';

/** Names of hosts: what their places look like. */
const names: Readonly<Record<string, { readonly kind: Host['kind']; readonly at: RegExp; readonly what: string }>> = {
  entrance: { kind: 'balancer', at: /^Collect\//, what: 'the load balancer of the gateways' },
  gateway: { kind: 'fleet', at: /^Collect\/Gateways/, what: 'gateways, one by one' },
  sampler: { kind: 'fleet', at: /^Collect\/Samplers/, what: 'samplers; the span writer is beside each' },
  writer: { kind: 'fleet', at: /^Collect\/Samplers/, what: 'the span writer, which is beside each sampler' },
  store: { kind: 'domain', at: /./, what: 'the OpenSearch domain' },
  bootstrap: { kind: 'function', at: /^Store\//, what: "the store's functions" },
  access: { kind: 'fleet', at: /^Access\//, what: 'the instance that sessions of people go through' },
  client: { kind: 'instance', at: /^nodes of /, what: "nodes in clients' VPCs that have an endpoint of the gateways" },
  neighbour: {
    kind: 'instance',
    at: /^neighbours in /,
    what: 'whoever else is in a VPC that exists, outside of our block',
  },
  'client-endpoint': { kind: 'endpoint', at: /-client-[^/]+\//, what: "endpoints of the gateways in clients' VPCs" },
  relay: { kind: 'fleet', at: /^Link\//, what: 'relays' },
  endpoints: { kind: 'endpoint', at: /^Network\//, what: 'interface endpoints of AWS services' },
  'receiver-entrance': {
    kind: 'balancer',
    at: /-mainland\//,
    what: 'the load balancer of the receivers in the mainland',
  },
  receiver: { kind: 'fleet', at: /-mainland\//, what: 'receivers in the mainland, one by one' },
};

/** What hosts of others open connections from: any that is not reserved. */
const anyPort = { from: 1_024, to: allPorts.to };

/** Everything that somebody may be connected to, or connect from. */
export class Ends {
  constructor(
    private readonly network: Network,
    private readonly outside: Outside,
  ) {}

  /** Names of hosts that this environment has. */
  hostNames(): string[] {
    return Object.keys(names).filter((name) => this.hosts(name).length > 0);
  }

  /** For a help text. */
  static describe = (): string =>
    Object.entries(names)
      .map(([name, { what }]) => `  ${name.padEnd(18)}${what}`)
      .join('\n');

  private hosts(name: string): Host[] {
    const known = names[name];
    return [...this.network.hosts.values()].filter(
      ({ at, kind }) => at === name || (known && kind === known.kind && known.at.test(at)),
    );
  }

  private ofHosts(name: string, hosts: readonly Host[]): End | undefined {
    const [first] = hosts;
    if (!first) return undefined;
    const addresses = hosts.flatMap(({ interfaces }) => interfaces).filter(({ subnet }) => subnet.foreign);
    return {
      name,
      points: hosts.flatMap((host) => pointsOf(this.network, host)),
      opensFrom: first.opensFrom,
      // Beyond the templates a host is known by its address.
      holds: (point) =>
        point.kind === 'host'
          ? hosts.includes(point.host)
          : addresses.some((each) => each.block !== each.subnet.block && holds(each.block, point.address)),
    };
  }

  /** Attachments that lead to a named place: lines to the mainland, VPCs and gateways of others to services. */
  private exits(name: string): string[] {
    const all = [...this.network.attachments.values()];
    const kind = { mainland: 'line', service: 'foreign' }[name];
    return all.filter((each) => each.kind === kind || (name === 'service' && each.ofOthers)).map(({ at }) => at);
  }

  /** All of a named place, or one of its addresses. */
  private ofPlace(name: string, blocks: readonly Block[]): End {
    return {
      name,
      points: pointsOutside(this.network, blocks, this.exits(name)),
      opensFrom: anyPort,
      holds: (point) => blocks.some((each) => holds(each, point.address)),
    };
  }

  /** Addresses that are nobody's whom the configuration names: the internet, neighbours, whoever pretends. */
  elsewhere(): End {
    const named = Object.values(this.outside.named).flat().map(block);
    const inside = [...this.network.vpcs.values()].flat();
    const blocks = without([{ from: 0, to: 2 ** 32 - 1 }], [...named, ...inside, s3]);
    const attachments = [...this.network.attachments.values()].filter(
      ({ kind, ofOthers }) => kind === 'line' || kind === 'foreign' || ofOthers,
    );
    const points = pointsOutside(
      this.network,
      blocks,
      attachments.map(({ at }) => at),
    );
    return {
      name: 'elsewhere',
      // Wherever it gets out, it has got out.
      points: points.map((point) => ({ ...point, exits: undefined })),
      opensFrom: anyPort,
      holds: (point) => point.kind === 'outside' && blocks.some((each) => holds(each, point.address)),
    };
  }

  /**
   * An end of a name: `gateway`, `mainland`, `mainland:10.20.8.10`, `s3`, `elsewhere`, an address, a logical id.
   *
   * @throws Error that lists the names
   */
  named(text: string): End {
    const hosts = this.ofHosts(text, this.hosts(text));
    if (hosts) return hosts;
    if (text === 's3') {
      const points = [{ kind: 's3' as const, address: s3.from + 1 }];
      return { name: text, points, opensFrom: allPorts, holds: ({ kind }) => kind === 's3' };
    }
    if (text === 'elsewhere') return this.elsewhere();
    const prefixes = this.outside.named[text];
    if (prefixes) return this.ofPlace(text, prefixes.map(block));
    const [, place, address] = /^(?:([\w-]+):)?(\d+(?:\.\d+){3}(?:\/\d+)?)$/.exec(text) ?? [];
    if (address) return this.at(block(address), text, place);
    const known = [...this.hostNames(), ...Object.keys(this.outside.named), 's3', 'elsewhere'];
    throw refused(
      'HL-REACH-003',
      `${text} is no end of a connection: use one of ${known.join(', ')}, an address, or the logical id of a host.`,
    );
  }

  /** Whoever has an address. */
  private at(wanted: Block, text: string, place?: string): End {
    const fixed = [...this.network.hosts.values()].filter(({ interfaces }) =>
      interfaces.some((each) => each.block.from === wanted.from && each.block.to === wanted.to),
    );
    const host = this.ofHosts(text, fixed);
    if (host) return host;
    const named = Object.entries(this.outside.named).find(([name, prefixes]) =>
      place ? name === place : prefixes.some((prefix) => holds(block(prefix), wanted.from)),
    );
    if (place && !named)
      throw refused(
        'HL-REACH-004',
        `${place} is no place outside the VPC: use one of ${Object.keys(this.outside.named).join(', ')}.`,
      );
    return { ...this.ofPlace(named?.[0] ?? 'elsewhere', [wanted]), name: text };
  }
}
