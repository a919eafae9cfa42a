/**
 * The table of open ports: what may be reached, from where and for what. It is a promise, written here and not taken from the
 * templates; `judgeTable` holds the templates to it, both ways: what stands here gets there, and nothing else does.
 */
import type { EnvironmentConfig } from '../../config/schema';
import { flows, linked } from '../../lib/contract/link-parameters';
import { ports } from '../../lib/contract/ports';
import type { Ends } from './ends';
import { allPorts, type Network } from './network';
import { type Connection, connections, type End, pointsOf } from './reach';

/** One connection that is promised. TCP. */
interface Flow {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** A row, as people read it, and what it promises of an environment. */
export interface Row {
  readonly where: string;
  readonly port: string;
  readonly from: string;
  readonly what: string;
  /** Empty where the row does not concern the environment. */
  readonly flows: readonly Flow[];
}

const each = (from: readonly string[], to: string, ...numbers: readonly number[]): Flow[] =>
  from.flatMap((one) => numbers.map((port) => ({ from: one, to, port })));

const list = (...numbers: readonly number[]): string => numbers.join(', ');

/** Lines of the allow-list whose ends are attached. */
function admitted(config: EnvironmentConfig): Flow[] {
  if (!config.link) return [];
  const attached = config.link.serviceAttachments.some(({ attachmentId }) => attachmentId);
  return flows(linked(config)).flatMap(({ from, fromRelay, to, port, side }): Flow[] => {
    if (fromRelay) return [{ from: 'relay', to: `mainland:${to}`, port }];
    if (!attached) return [];
    const [source, target] = side === 'hong-kong' ? ['service', 'mainland'] : ['mainland', 'service'];
    return from.map((prefix) => ({ from: `${source}:${prefix}`, to: `${target}:${to}`, port }));
  });
}

/** The rows, as they concern an environment. */
export function portTable(config: EnvironmentConfig): Row[] {
  const { link, collect } = config;
  const { otlpGrpc, otlpHttp, zipkin, jaegerGrpc, jaegerThrift, health } = ports;
  const legacy = [
    ...(collect.legacyClients.includes('zipkin') ? [zipkin] : []),
    ...(collect.legacyClients.includes('jaeger') ? [jaegerGrpc, jaegerThrift] : []),
  ];
  // By PrivateLink nobody is routed: whoever has an endpoint reaches it in their own VPC.
  const entered = (...numbers: readonly number[]): Flow[] =>
    collect.entrance.via === 'routed'
      ? each(['service'], 'entrance', ...numbers)
      : collect.entrance.handedOver && config.clients.length > 0
        ? each(['client'], 'client-endpoint', ...numbers)
        : [];
  const when = (condition: unknown, rows: Flow[]): Flow[] => (condition ? rows : []);
  const backends = [collect.forward.otlp, collect.forward.zipkin].flatMap((backend) => backend ?? []);
  const sessions = config.store.access.via === 'session' ? ['access'] : [];
  const vpc = ['gateway', 'sampler', ...(link ? ['relay'] : [])];
  return [
    {
      where: 'load balancer, gateways',
      port: list(otlpGrpc, otlpHttp),
      from: '`network.serviceVpcPrefixes`',
      what: 'OTLP over mutual TLS',
      flows: [...entered(otlpGrpc, otlpHttp), ...each(['entrance'], 'gateway', otlpGrpc, otlpHttp)],
    },
    {
      where: 'load balancer, gateways',
      port: `${zipkin}; ${list(jaegerGrpc, jaegerThrift)}`,
      from: '`network.serviceVpcPrefixes`',
      what: 'Zipkin; Jaeger, over TLS: only where `collect.legacyClients` names them',
      flows: [...entered(...legacy), ...each(['entrance'], 'gateway', ...legacy)],
    },
    {
      where: 'gateways',
      port: list(health),
      from: 'the load balancer',
      what: 'health checks',
      flows: each(['entrance'], 'gateway', health),
    },
    {
      where: 'samplers',
      port: list(otlpGrpc),
      from: 'gateways',
      what: 'OTLP over mutual TLS',
      flows: each(['gateway'], 'sampler', otlpGrpc),
    },
    {
      where: 'store',
      port: '443',
      from: 'samplers, functions of the store, sessions of people',
      what: 'HTTPS, signed',
      flows: each(['sampler', 'bootstrap', ...sessions], 'store', 443),
    },
    {
      where: 'an older backend',
      port: 'its own',
      from: 'samplers',
      what: 'kept traces over TLS: only where `collect.forward` names one, to its prefix',
      flows: backends.flatMap(({ endpoint, prefix }) =>
        each(['sampler'], prefix, Number(new URL(endpoint).port || 443)),
      ),
    },
    {
      where: 'relays',
      port: list(otlpGrpc),
      from: 'samplers',
      what: 'aggregates over mutual TLS',
      flows: when(link, each(['sampler'], 'relay', otlpGrpc)),
    },
    {
      where: 'interface endpoints',
      port: '443',
      from: 'the VPC',
      what: 'AWS APIs',
      flows: each([...vpc, ...sessions], 'endpoints', 443),
    },
    {
      where: 'S3, by its gateway endpoint',
      port: '443',
      from: 'gateways, samplers, relays',
      what: 'programs, packages of Amazon Linux, what drained instances leave',
      flows: each(vpc, 's3', 443),
    },
    {
      where: 'mainland: receiver',
      port: list(otlpHttp),
      from: "the relays' subnets",
      what: 'aggregates over mutual TLS',
      flows: link ? each(['relay'], `mainland:${link.receiver.address}`, link.receiver.port) : [],
    },
    {
      where: 'mainland: responder',
      port: list(8088),
      from: "the relays' subnets",
      what: 'whether `traceparent` arrives: gives it back',
      flows: link ? each(['relay'], `mainland:${link.receiver.address}`, link.receiver.continuityPort) : [],
    },
    {
      where: 'mainland: receivers, one by one',
      port: `${list(otlpHttp, 8088)}; ${health}`,
      from: 'their load balancer',
      what: 'aggregates, responder; health checks',
      flows: link?.analysis
        ? each(['receiver-entrance'], 'receiver', link.receiver.port, link.receiver.continuityPort, health)
        : [],
    },
    {
      where: 'mainland, services of Hong Kong',
      port: "the list's",
      from: 'relays, services of Hong Kong, the mainland',
      what: 'what `config/allowlists/` names, line by line, once both ends are attached',
      flows: admitted(config),
    },
  ];
}

/** A promise that is not kept. */
export interface Broken {
  readonly row: Row;
  readonly flow: Flow;
  readonly connection: Connection;
}

/** Whether a flow has one way at least from each of its points to each: which of several lines it takes, is up to the lines. */
function brokenBy(network: Network, ends: Ends, { from, to, port }: Flow): Connection | undefined {
  const all = connections(network, ends.named(from), ends.named(to), 'tcp', port);
  return all.find(
    (one) =>
      !one.passes &&
      !all.some(
        ({ passes, source, target }) =>
          passes && source.address === one.source.address && target.address === one.target.address,
      ),
  );
}

/** Of each row, what it promises and is not so. */
export const brokenRows = (network: Network, ends: Ends, config: EnvironmentConfig): Broken[] =>
  portTable(config).flatMap((row) =>
    row.flows.flatMap((flow) => {
      const connection = brokenBy(network, ends, flow);
      return connection ? [{ row, flow, connection }] : [];
    }),
  );

/** Connections that pass and stand in no row. */
export interface Unlisted {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  /** From the first to the last, without those of rows between. */
  readonly ports: { readonly from: number; readonly to: number };
  /** One of them. */
  readonly connection: Connection;
}

/** Neighbouring parts of the ports, as one. */
function joined(parts: readonly Unlisted[]): Unlisted[] {
  const ranges: Unlisted[] = [];
  for (const part of parts) {
    const before = ranges.at(-1);
    if (before?.ports.to !== part.ports.from - 1) ranges.push(part);
    else ranges[ranges.length - 1] = { ...before, ports: { from: before.ports.from, to: part.ports.to } };
  }
  return ranges;
}

/** Protocols that rules tell apart: whatever is said of 47 (GRE), is said of any that stands in no rule. */
const protocols = ['tcp', 'udp', 'icmp-8.0', '47'];

/** Places of others. */
const outsideNames = ['mainland', 'service', 'neighbour'];

/** In VPCs of services: what goes on between these is theirs. */
const ofServices = ['service', 'client'];

/** Hosts that the rules cannot tell apart are tried once. */
function distinct(network: Network, hosts: readonly End[]): End[] {
  const seen = new Set<string>();
  return hosts.map((end) => ({
    ...end,
    points: end.points.filter((point) => {
      if (point.kind !== 'host') return true;
      const { host, subnet, address } = point;
      const key = JSON.stringify([
        host.kind,
        host.kind === 'endpoint' ? '' : host.at,
        host.groups,
        subnet.at,
        address,
        pointsOf(network, host).length,
      ]);
      return !seen.has(key) && seen.add(key);
    }),
  }));
}

/**
 * Everything that passes although no row says so: from every end to every other, each protocol, each part of the ports that a rule
 * tells apart. So it is no sample: a port that is not tried is treated as one that is.
 */
export function unlisted(network: Network, ends: Ends, config: EnvironmentConfig): Unlisted[] {
  const promised = portTable(config).flatMap((row) =>
    row.flows.map(({ from, to, port }) => ({ from: ends.named(from), to: ends.named(to), port })),
  );
  const names = [...ends.hostNames().filter((name) => name !== 'writer'), 'mainland', 'service', 's3', 'elsewhere'];
  const all = distinct(
    network,
    names.map((name) => ends.named(name)),
  );
  const cuts = network.portCuts.filter((cut) => cut <= allPorts.to);
  return all.flatMap((from) =>
    all
      // What a place sends to itself by way of us, it can send to itself without.
      .filter((to) => to.name !== from.name || !outsideNames.includes(to.name))
      .filter(
        (to) =>
          !ofServices.includes(from.name) ||
          ![...ofServices, from.name === 'service' ? 'client-endpoint' : ''].includes(to.name),
      )
      .flatMap((to) =>
        protocols.flatMap((protocol) => {
          const withPorts = protocol === 'tcp' || protocol === 'udp';
          const found = (withPorts ? cuts : [0]).flatMap((port): Unlisted[] => {
            const connection = connections(network, from, to, protocol, port).find(
              ({ passes, source, target }) =>
                passes &&
                !promised.some(
                  (flow) =>
                    protocol === 'tcp' && flow.port === port && flow.from.holds(source) && flow.to.holds(target),
                ),
            );
            const last = withPorts ? (network.portCuts.find((cut) => cut > port) ?? allPorts.to + 1) - 1 : port;
            return connection
              ? [{ from: from.name, to: to.name, protocol, ports: { from: port, to: last }, connection }]
              : [];
          });
          return joined(found);
        }),
      ),
  );
}
