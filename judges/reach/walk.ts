/**
 * One packet on its way, hop by hop, as AWS documents each: security group, network ACL, route, transit gateway, firewall, the same
 * again at the other end. Answers pass what is stateful without being judged again; ACLs judge every packet.
 */
import { addressText, type Block, holds } from '../blocks';
import { aclSays, firewallSays, groupsSay, type Packet, type Says } from './filters';
import type { Attachment, Host, Network, Route, Subnet } from './network';

/** Where a packet begins or ends. */
export type Point =
  | { readonly kind: 'host'; readonly host: Host; readonly subnet: Subnet; readonly address: number }
  /** Behind an attachment of a transit gateway, or nowhere that the templates know a way to. */
  | {
      readonly kind: 'outside';
      readonly address: number;
      /** Where its packets come in. */
      readonly attachment?: string | undefined;
      /** What it is behind; anything that leads out where it is left out. */
      readonly exits?: readonly string[] | undefined;
    }
  | { readonly kind: 's3'; readonly address: number };

/** How a packet fared. */
export interface Walked {
  readonly hops: readonly Says[];
  readonly arrives: boolean;
  /** Where it left what the templates hold. */
  readonly exit?: string | undefined;
  /** Stateful firewalls on the way, which must see both directions. */
  readonly firewalls: readonly string[];
}

export interface WalkOptions {
  /** An answer: a connection that its stateful filters know. */
  readonly answers?: Walked | undefined;
  /** Zone by which a packet enters a VPC from a transit gateway. */
  readonly zone: string;
  /** Between a load balancer and its targets the network delivers whatever address the packet bears. */
  readonly direct?: boolean;
}

const longest = <T extends { readonly block: Block }>(routes: readonly T[], address: number): T | undefined =>
  routes
    .filter((route) => holds(route.block, address))
    .reduce<T | undefined>(
      (best, route) => (!best || sizeOf(route.block) < sizeOf(best.block) ? route : best),
      undefined,
    );

const sizeOf = ({ from, to }: Block): number => to - from;

/** Hops after which a packet is going round in circles. */
const hopLimit = 40;

class Walk {
  readonly hops: Says[] = [];
  readonly firewalls: string[] = [];
  exit?: string;

  constructor(
    private readonly network: Network,
    private readonly packet: Packet,
    private readonly source: Point,
    private readonly target: Point,
    private readonly options: WalkOptions,
  ) {}

  start(): boolean {
    const { source } = this;
    if (source.kind === 's3') return this.drop('S3', 'opens no connections');
    if (source.kind === 'outside') {
      const { attachment } = source;
      if (!attachment) return this.drop('outside', `${addressText(source.address)} is behind nothing that is attached`);
      const known = this.network.attachments.get(attachment);
      if (!known) return this.arrive(undefined);
      return known.ofOthers ? this.enter(known) : this.transit(attachment);
    }
    const { host, subnet } = source;
    if (
      !this.options.answers &&
      !this.say(groupsSay(this.network, host, 'egress', this.packet, this.peer(this.target, subnet)))
    ) {
      return false;
    }
    if (this.target.kind === 'host' && this.target.subnet === subnet) return this.arrive(subnet);
    return (
      this.say(aclSays(subnet, 'egress', this.packet)) &&
      (this.options.direct ? this.arrive(subnet) : this.route(subnet))
    );
  }

  private say(says: Says): boolean {
    this.hops.push(says);
    return says.passes;
  }

  private drop(at: string, what: string): false {
    this.hops.push({ passes: false, at, what });
    return false;
  }

  private note(at: string, what: string): void {
    this.hops.push({ passes: true, at, what });
  }

  /** Groups know the members of each other within a VPC only. */
  private peer(point: Point, subnet: Subnet): { address: number; groups: readonly string[] } {
    const near = point.kind === 'host' && point.subnet.vpc === subnet.vpc;
    return {
      address: point === this.source ? this.packet.from : this.packet.to,
      groups: near ? (point.host.groups ?? []) : [],
    };
  }

  /** By the routes of a subnet. */
  private route(subnet: Subnet): boolean {
    if (this.hops.length > hopLimit) return this.drop(subnet.at, 'goes round in circles');
    const route = longest(subnet.routes, this.packet.to);
    if (!route && subnet.foreign) return this.leaveForeign(subnet);
    if (!route)
      return this.drop(subnet.table, `route table of ${subnet.at} has no route to ${addressText(this.packet.to)}`);
    if (route.target.kind !== 'local') this.note(route.at, `route of ${subnet.table} leads to ${route.target.id}`);
    return this.follow(route, subnet);
  }

  private follow({ at, target }: Route, subnet: Subnet): boolean {
    switch (target.kind) {
      case 'local':
        return this.arrive(subnet);
      case 'transit': {
        const own = [...this.network.attachments.values()].find(
          ({ kind, vpc, gateway, subnets }) =>
            kind === 'vpc' &&
            vpc === subnet.vpc &&
            gateway === target.id &&
            subnets.some(({ zone }) => zone === subnet.zone),
        );
        const entry = own?.subnets.find(({ zone }) => zone === subnet.zone);
        if (!own || !entry)
          return this.drop(target.id, `transit gateway has no attachment in ${subnet.zone} of ${subnet.vpc}`);
        if (!this.say(aclSays(entry, 'ingress', this.packet))) return false;
        return own.ofOthers ? this.leave(own.at) : this.transit(own.at);
      }
      case 'endpoint':
        if (this.network.firewalls.has(target.id)) return this.firewallIn(target.id, subnet);
        return this.target.kind === 's3' || this.drop(target.id, 'gateway endpoint: the packet goes to S3');
      case 'peering': {
        const other = this.network.peerings.get(target.id)?.find((vpc) => vpc !== subnet.vpc);
        if (this.target.kind === 'host' && this.target.subnet.vpc === other) return this.arrive(undefined);
        return this.leave(target.id);
      }
      default:
        return target.kind === 'blackhole' ? this.drop(at, 'blackhole') : this.leave(target.id);
    }
  }

  /** Out of a VPC of another template: it gets to where its addresses are attached, by routes that are not judged. */
  private leaveForeign(subnet: Subnet): boolean {
    this.note(subnet.vpc, 'is a VPC of another template: its routes are not judged');
    const attachment = [...this.network.attachments.values()].find(({ behind }) =>
      behind.some((block) => holds(block, this.packet.from)),
    );
    if (!attachment)
      return this.drop(subnet.vpc, `no attachment is known that leads from ${addressText(this.packet.from)}`);
    return this.transit(attachment.at);
  }

  /** By the route table of an attachment: the narrowest route, and of two alike the one that is written down. */
  private transit(id: string): boolean {
    if (this.hops.length > hopLimit) return this.drop(id, 'goes round in circles');
    const table = this.network.transitTables.get(this.network.attachments.get(id)?.table ?? '');
    if (!table) return this.drop(id, 'attachment is associated with no route table of the transit gateway');
    const written = [...table.routes].sort((one, other) => Number(one.learned) - Number(other.learned));
    const route = longest(written, this.packet.to);
    if (!route)
      return this.drop(table.at, `transit gateway's table for ${id} has no route to ${addressText(this.packet.to)}`);
    if (!route.attachment) return this.drop(route.at, 'blackhole');
    this.note(route.at, `transit gateway's table ${table.at} leads to ${route.attachment}`);
    const next = this.network.attachments.get(route.attachment) as Attachment;
    if (next.kind === 'vpc') return this.enter(next);
    if (next.kind === 'firewall') return this.firewall(next.at) && this.transit(next.at);
    return this.leave(next.at);
  }

  /** Into a VPC, by the attachment's subnet in a zone. */
  private enter({ at, subnets }: Attachment): boolean {
    const entry = subnets.find(({ zone }) => zone === this.options.zone) ?? subnets[0];
    if (!entry) return this.drop(at, 'attachment has no subnet');
    if (this.target.kind === 'host' && this.target.subnet === entry) return this.arrive(entry);
    return this.say(aclSays(entry, 'egress', this.packet)) && this.route(entry);
  }

  /** A firewall's endpoint in a subnet: in, judged, out again by the routes of its own subnet. */
  private firewallIn(id: string, from: Subnet): boolean {
    const own = this.network.firewalls.get(id)?.subnets ?? [];
    const subnet = own.find(({ zone }) => zone === from.zone) ?? own[0];
    if (!subnet) return this.drop(id, 'firewall has no endpoint');
    return (
      this.say(aclSays(subnet, 'ingress', this.packet)) &&
      this.firewall(id) &&
      this.say(aclSays(subnet, 'egress', this.packet)) &&
      this.route(subnet)
    );
  }

  private firewall(id: string): boolean {
    const firewall = this.network.firewalls.get(id);
    if (!firewall) return this.drop(id, 'no such firewall');
    this.firewalls.push(id);
    const { answers } = this.options;
    if (!answers) return this.say(firewallSays(firewall, this.packet));
    const seen = answers.firewalls.includes(id);
    return this.say({
      passes: seen,
      at: id,
      what: seen ? 'firewall knows the connection' : 'firewall did not see the connection begin',
    });
  }

  /** Out of what the templates hold. */
  private leave(exit: string): boolean {
    const { target } = this;
    if (target.kind === 'host') {
      if (target.subnet.foreign) return this.arrive(undefined);
      return this.drop(exit, 'leads away from where it should go');
    }
    this.exit = exit;
    this.note(exit, 'leaves what the templates hold');
    return target.kind === 's3' || !target.exits || target.exits.includes(exit)
      ? true
      : this.drop(exit, `${addressText(target.address)} is not behind it`);
  }

  /** At the other end: its subnet's ACL, unless both are in one subnet, and its security groups. */
  private arrive(from: Subnet | undefined): boolean {
    const { target, packet } = this;
    if (target.kind !== 'host') return this.drop(from?.vpc ?? '', `has no host at ${addressText(packet.to)}`);
    if (target.subnet !== from && !this.say(aclSays(target.subnet, 'ingress', packet))) return false;
    if (this.options.answers) return true;
    return this.say(groupsSay(this.network, target.host, 'ingress', packet, this.peer(this.source, target.subnet)));
  }
}

/** Sends a packet from one point to another. */
export function walk(network: Network, packet: Packet, source: Point, target: Point, options: WalkOptions): Walked {
  const each = new Walk(network, packet, source, target, options);
  const arrives = each.start();
  return { hops: each.hops, arrives, exit: each.exit, firewalls: each.firewalls };
}
