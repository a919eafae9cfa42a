/** Reads the network of an environment out of its resources. */
import { block } from '../blocks';
import type { StagesOf } from './deployed';
import { allPorts, type Balancer, type Network, type Outside } from './network';
import { securityGroups } from './read-filters';
import {
  awsPorts,
  balancers,
  clientNodes,
  fleets,
  linuxPorts,
  neighbours,
  others,
  privateLinks,
  targetGroups,
} from './read-hosts';
import { attachments as attachmentsOf, firewalls as firewallsOf, transitTables } from './read-transit';
import { Reading } from './reading';

/**
 * The network of an environment.
 *
 * @param stages all of its stages: `stagesOf(readEnvironments(assembly), 'dev')`
 * @param outside what no template says
 * @throws NotUnderstood of what the model might get wrong
 */
export function networkOf(stages: StagesOf, environment: string, outside: Outside): Network {
  const reading = new Reading(stages, environment, outside);
  const groups = securityGroups(reading.all, reading.lists);
  const firewalls = firewallsOf(reading);
  const links = privateLinks(reading);
  const hosts = [
    ...fleets(reading),
    ...others(reading),
    ...balancers(reading),
    ...clientNodes(reading, links),
    ...neighbours(reading),
  ];
  const attachments = attachmentsOf(reading, firewalls);
  const tables = transitTables(reading, attachments);
  const by = <T extends { readonly at: string }>(items: readonly T[]) => new Map(items.map((item) => [item.at, item]));
  const rules = [...groups.values()].flatMap(({ ingress, egress }) => [...ingress, ...egress]);
  const entries = [...reading.subnets.values()].flatMap(({ acl }) => acl?.entries ?? []);
  const filters = firewalls.flatMap((firewall) => firewall.rules);
  const blocks = [
    ...rules.flatMap((rule) => rule.blocks),
    ...entries.map((entry) => entry.block),
    ...filters.flatMap(({ from, to }) => [...from, ...to]),
    ...[...reading.subnets.values()].flatMap((subnet) => [subnet.block, ...subnet.routes.map((route) => route.block)]),
    ...tables.flatMap(({ routes }) => routes.map((route) => route.block)),
    ...hosts.flatMap(({ interfaces }) => interfaces.map((each) => each.block)),
    ...Object.values(reading.outside.named).flat().map(block),
  ];
  const ports = [
    ...rules.map((rule) => rule.ports),
    ...entries.map((entry) => entry.ports),
    ...filters.flatMap((rule) => [...rule.ports, ...rule.fromPorts]),
    linuxPorts,
    awsPorts,
    allPorts,
  ];
  const listeners = hosts.flatMap((host) =>
    host.kind === 'balancer' ? (host as Balancer).listeners.map(({ port }) => ({ from: port, to: port })) : [],
  );
  const cuts = (ranges: readonly { from: number; to: number }[]) =>
    [...new Set(ranges.flatMap(({ from, to }) => [from, to + 1]))].sort((a, b) => a - b);
  return {
    subnets: reading.subnets,
    vpcs: reading.vpcs,
    groups,
    hosts: by(hosts),
    targetGroups: by(targetGroups(reading)),
    attachments: by(attachments),
    transitTables: by(tables),
    firewalls: by(firewalls),
    peerings: new Map(
      reading
        .of('EC2::VPCPeeringConnection')
        .map(({ at, properties }) => [at, [properties.VpcId, properties.PeerVpcId]]),
    ),
    privateLinks: links,
    addressCuts: cuts(blocks),
    portCuts: cuts([...ports, ...listeners]),
  };
}
