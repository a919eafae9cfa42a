/**
 * Does a connection get there, and its answer back? A pure function over the network that `networkOf` reads: for every interface of
 * both ends, and for one address and one port of each part that the rules tell apart, so that what is said of a part holds for all of it.
 */
import { type Block, representatives } from '../blocks';
import type { Packet, Says } from './filters';
import { groupsSay } from './filters';
import type { Balancer, Host, Listener, Network, Ports } from './network';
import { type Point, type Walked, walk } from './walk';

/** Somebody who opens connections, or is connected to. */
export interface End {
  readonly name: string;
  readonly points: readonly Point[];
  readonly opensFrom: Ports;
  /** Whether a point is of this end. */
  holds(point: Point): boolean;
}

/** A connection from one point to another. */
export interface Connection extends Fared {
  readonly source: Point;
  readonly target: Point;
}

/** How it fared. */
interface Fared {
  readonly passes: boolean;
  readonly forth: readonly Says[];
  /** Of the answer; empty where there is nothing to answer. */
  readonly back: readonly Says[];
}

/** Where in its VPC, its zone and its addresses a host may be: one point for each that differs. */
export const pointsOf = (network: Network, host: Host): Point[] =>
  host.interfaces.flatMap(({ subnet, block }) =>
    representatives(block, network.addressCuts).map((address) => ({ kind: 'host' as const, host, subnet, address })),
  );

/** Points outside, one for each part of some addresses that differs, behind each of some attachments. */
export const pointsOutside = (network: Network, blocks: readonly Block[], exits: readonly string[]): Point[] =>
  blocks.flatMap((each) =>
    representatives(each, network.addressCuts).flatMap((address) =>
      (exits.length > 0 ? exits : [undefined]).map((attachment) => ({
        kind: 'outside' as const,
        address,
        attachment,
        exits: exits.length > 0 ? exits : undefined,
      })),
    ),
  );

const answerOf = ({ protocol, from, fromPort, to, port }: Packet): Packet => ({
  protocol,
  from: to,
  fromPort: port,
  to: from,
  port: fromPort,
});

const zoneOf = (...points: readonly Point[]): string => {
  for (const point of points) if (point.kind === 'host' && point.subnet.zone) return point.subnet.zone;
  return '';
};

/** One leg: there, and for each part of the ports that it may be opened from, back. */
function leg(network: Network, packet: Packet, source: Point, target: Point, opensFrom: Ports, direct = false): Fared {
  const zone = zoneOf(target, source);
  const forth = walk(network, packet, source, target, { zone, direct });
  if (!forth.arrives || target.kind === 's3') return { passes: forth.arrives, forth: forth.hops, back: [] };
  const answering = target.kind === 'outside' ? { ...target, attachment: forth.exit } : target;
  const parts = representatives(opensFrom, network.portCuts);
  let back: Walked | undefined;
  for (const fromPort of parts) {
    const answer = answerOf({ ...packet, fromPort });
    back = walk(network, answer, answering, source, { zone: zoneOf(source, target), answers: forth, direct });
    const missed = forth.firewalls.find((each) => !back?.firewalls.includes(each));
    if (back.arrives && missed) {
      const says = {
        passes: false,
        at: missed,
        what: 'firewall does not see the answer: the ways there and back differ',
      };
      return { passes: false, forth: forth.hops, back: [...back.hops, says] };
    }
    if (!back.arrives) return { passes: false, forth: forth.hops, back: back.hops };
  }
  return { passes: true, forth: forth.hops, back: back?.hops ?? [] };
}

const isBalancer = (host: Host): host is Balancer => host.kind === 'balancer';

/** From a load balancer on to each of its targets. */
function behind(
  network: Network,
  balancer: Balancer,
  listener: Listener,
  packet: Packet,
  entered: Point,
  privately: boolean,
): Fared[] {
  return listener.targets.flatMap((id) => {
    const group = network.targetGroups.get(id);
    if (!group) return [];
    return group.hosts.flatMap((at) => {
      const host = network.hosts.get(at);
      const keeps = group.keepsClientAddress && !privately;
      return (host ? pointsOf(network, host) : []).map((target) => {
        const onward = { ...packet, port: group.port, to: target.address, from: keeps ? packet.from : entered.address };
        return leg(
          network,
          onward,
          entered,
          target,
          keeps ? { from: packet.fromPort, to: packet.fromPort } : balancer.opensFrom,
          true,
        );
      });
    });
  });
}

const joined = (first: Fared, next: readonly Fared[]): Fared[] =>
  first.passes && next.length > 0
    ? next.map((each) => ({
        passes: each.passes,
        forth: [...first.forth, ...each.forth],
        back: [...each.back, ...first.back],
      }))
    : [first];

/** At a load balancer: what has no listener is not taken, what has one goes on. */
function throughBalancer(network: Network, first: Fared, packet: Packet, target: Point, privately = false): Fared[] {
  if (target.kind !== 'host' || !isBalancer(target.host) || !first.passes) return [first];
  const balancer = target.host;
  const listener = balancer.listeners.find(
    ({ port, protocol }) => port === packet.port && protocol === packet.protocol,
  );
  if (!listener) {
    const says = {
      passes: false,
      at: balancer.at,
      what: `load balancer has no listener at ${packet.protocol} ${packet.port}`,
    };
    return [{ ...first, passes: false, forth: [...first.forth, says] }];
  }
  const heard = { passes: true, at: listener.at, what: `listener takes ${packet.protocol} ${packet.port}` };
  const next = behind(network, balancer, listener, packet, target, privately);
  if (next.length === 0) {
    const says = { passes: false, at: listener.at, what: 'load balancer has no target' };
    return [{ ...first, passes: false, forth: [...first.forth, heard, says] }];
  }
  return joined({ ...first, forth: [...first.forth, heard] }, next);
}

/** At an endpoint of an endpoint service: on to the load balancers behind it. */
function throughPrivateLink(network: Network, first: Fared, packet: Packet, target: Point): Fared[] {
  const link = target.kind === 'host' && network.privateLinks.find(({ endpoint }) => endpoint === target.host.at);
  if (!link || !first.passes) return [first];
  return link.balancers.flatMap((at) => {
    const balancer = network.hosts.get(at);
    if (!balancer || !isBalancer(balancer)) return [];
    return pointsOf(network, balancer).flatMap((entered) => {
      const judged = balancer.judgesPrivateLink
        ? groupsSay(network, balancer, 'ingress', packet, { address: packet.from, groups: [] })
        : { passes: true, at, what: 'load balancer does not judge what comes by PrivateLink' };
      const arrived = { passes: judged.passes, forth: [...first.forth, judged], back: first.back };
      return throughBalancer(network, arrived, packet, entered, true);
    });
  });
}

/** Whoever is behind several attachments is one target: routes decide by which it is reached. */
const targetsOf = ({ points }: End): readonly Point[] =>
  points.filter(
    (point, index) =>
      point.kind !== 'outside' ||
      points.findIndex((other) => other.kind === 'outside' && other.address === point.address) === index,
  );

/** Every way in which a connection may go, and how each fared. */
export function connections(network: Network, from: End, to: End, protocol: string, port: number): Connection[] {
  return from.points.flatMap((source) =>
    targetsOf(to)
      .filter((target) => target.kind !== 'outside' || target.address !== source.address)
      .flatMap((target) => {
        const packet = { protocol, from: source.address, fromPort: from.opensFrom.from, to: target.address, port };
        const first = leg(network, packet, source, target, from.opensFrom);
        const next = throughBalancer(network, first, packet, target);
        return next
          .flatMap((each) => throughPrivateLink(network, each, packet, target))
          .map((each) => ({ ...each, source, target }));
      }),
  );
}

/** What is said of two ends. */
export interface Verdict {
  /** All of its ways pass, some do, or none. */
  readonly passes: 'all' | 'some' | 'none';
  /** The first that does, and the first that does not. */
  readonly passing?: Connection | undefined;
  readonly failing?: Connection | undefined;
}

export function reach(network: Network, from: End, to: End, protocol: string, port: number): Verdict {
  const all = connections(network, from, to, protocol, port);
  const passing = all.find(({ passes }) => passes);
  const failing = all.find(({ passes }) => !passes);
  return { passes: passing ? (failing ? 'some' : 'all') : 'none', passing, failing };
}

/** The hop at which a connection ends. */
export const decides = ({ forth, back }: Pick<Connection, 'forth' | 'back'>): Says | undefined =>
  [...forth, ...back].find(({ passes }) => !passes);
