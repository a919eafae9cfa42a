/** Quotas of security groups: what is made half-way, and then refused. */
import type { EnvironmentConfig } from '../schema';
import { type Finding, must, type Rule, rule } from './rule';

/** Rules of a security group in one direction, unless the quota was raised. Source: quotas of Amazon VPC. */
const groupRules = 60;

/** Ports that gateways listen on: OTLP by two protocols, and what older clients speak (lib/contract/ports.ts). */
export const gatewayPortCount = (legacyClients: EnvironmentConfig['collect']['legacyClients']): number =>
  2 + (legacyClients.includes('zipkin') ? 1 : 0) + (legacyClients.includes('jaeger') ? 2 : 0);

const fits = (path: string, prefixes: number, ports: number, whose: string): Finding[] =>
  must(
    'HL-QUOTA-001',
    prefixes * ports <= groupRules,
    path,
    undefined,
    `${prefixes} prefixes and ${ports} ports make ${prefixes * ports} rules of ${whose} security group, and AWS takes ${groupRules}.`,
    `Join them into ${Math.floor(groupRules / ports)} or fewer, wider ones.`,
  );

export const quotaRules: readonly Rule[] = [
  rule(['network.serviceVpcPrefixes', 'collect.legacyClients'], ({ network, collect }) =>
    fits(
      'network.serviceVpcPrefixes',
      network.serviceVpcPrefixes.length,
      gatewayPortCount(collect.legacyClients),
      "the load balancer's",
    ),
  ),
  rule(['clients', 'collect.legacyClients', 'collect.entrance.via'], ({ clients, collect }) =>
    collect.entrance.via === 'privateLink'
      ? clients.flatMap(({ vpcs }, index) =>
          vpcs.flatMap(({ prefixes }, at) =>
            fits(
              `clients[${index}].vpcs[${at}].prefixes`,
              prefixes.length,
              gatewayPortCount(collect.legacyClients),
              "the endpoint's",
            ),
          ),
        )
      : [],
  ),
  rule(['store.access.endpoint'], ({ store: { access } }) =>
    access.endpoint ? fits('store.access.endpoint.prefixes', access.endpoint.prefixes.length, 1, "the endpoint's") : [],
  ),
];
