/** Where everything stands: one loopback address for each machine that AWS would have, the ports as deployed. */
import { join } from 'node:path';
import { cacheDirectory } from '../../lib/common/cache';
import { ports } from '../../lib/contract/ports';

export const addresses = {
  agent: '127.77.0.1',
  aws: '127.77.0.2',
  balancer: '127.77.0.3',
  /** A client's endpoint of the gateways, in its own VPC. */
  endpoint: '127.77.0.4',
  store: '127.77.0.31',
  payment: '127.77.0.41',
  settlement: '127.77.0.51',
  /** Where a scenario starts another release of it. */
  nextSettlement: '127.77.0.52',
  line: '127.77.0.61',
  /** Backends that kept traces are forwarded to. */
  backends: '127.77.0.71',
  /** A node of its own, and what stands between it and the gateways. */
  busyNode: '127.77.0.81',
  busyNetwork: '127.77.0.82',
} as const;

/** Instances of a tier get an address each, and no address twice. */
export const instanceAddress = (tier: 'gateway' | 'sampler', number: number): string =>
  `127.77.${tier === 'gateway' ? 1 : 2}.${number}`;

/** Addresses by which the two sides know each other: names in requests, never packets. */
export const sides = { hongKong: '10.10.0.10', mainlandHost: 15 } as const;

export const servicePorts = { payment: 8000, settlement: 8080 } as const;
export const storePort = 9200;

/** Everything that listens at a fixed place from the start. */
export const endpoints = [
  ...[
    addresses.agent,
    ...(['gateway', 'sampler'] as const).flatMap((tier) => [1, 2].map((n) => instanceAddress(tier, n))),
  ].flatMap((address) => [
    { name: 'collector, OTLP', address, port: ports.otlpGrpc },
    { name: 'collector, health', address, port: ports.health },
    { name: 'collector, metrics', address, port: ports.telemetry },
    { name: "collector, operators' pages", address, port: ports.pages },
  ]),
  ...[1, 2].map((n) => ({ name: 'span writer', address: instanceAddress('sampler', n), port: ports.spanWriter })),
  { name: 'load balancer', address: addresses.balancer, port: ports.otlpGrpc },
  { name: "client's endpoint", address: addresses.endpoint, port: ports.otlpGrpc },
  { name: 'OpenSearch', address: addresses.store, port: storePort },
  { name: 'payment service', address: addresses.payment, port: servicePorts.payment },
  { name: 'settlement service', address: addresses.settlement, port: servicePorts.settlement },
];

/** Where a rehearsal that is kept running says how to read its store. */
export const sharedStore = (): string => join(cacheDirectory('rehearsal'), 'store.json');
