/** What the collectors of an environment hold, worked out from instance types and volumes (lib/contract/sizing.ts). */

import type { EnvironmentConfig } from '../../config/schema';
import { loadEnvironments } from '../../harness/deployment';
import { agentMetricsQueueBytes, agentQueueBytes } from '../../lib/contract/limits';
import { forwardQueueBytes, goMemoryMiB, limitShare, queueBytes, sizesOf, spikeShare } from '../../lib/contract/sizing';
import { columns } from '../columns';

const heads = [
  'memory in MiB',
  'instance',
  'memory',
  'collector',
  'GOMEMLIMIT',
  'refuses at',
  'writer heap',
  'traces',
  'queue, MiB',
];
const mebibytes = (bytes: number): string => number(Math.floor(bytes / 1024 ** 2));
const number = (value: number): string => (value === 0 ? '' : value.toLocaleString('en-US'));

function rows(config: EnvironmentConfig): string[][] {
  const { agent, collect, environment, sampling } = config;
  const refuses = (collectorMiB: number) => number(Math.floor(collectorMiB * (limitShare - spikeShare)));
  const backends = Object.keys(collect.forward).length;
  const fleets = (['gateway', 'sampler'] as const).map((tier) => {
    const { instanceType, volumeGiB } = collect[tier];
    const { memoryMiB, collectorMiB, goMiB, writerHeapMiB, traces } = sizesOf(tier, instanceType);
    const forward =
      tier === 'sampler' && backends > 0 ? ` + ${backends} × ${mebibytes(forwardQueueBytes(volumeGiB))}` : '';
    const rate = traces > 0 ? ` (${number(Math.floor(traces / sampling.decisionWaitSeconds))}/s)` : '';
    return [
      `${environment} ${tier}`,
      instanceType,
      number(memoryMiB),
      number(collectorMiB),
      number(goMiB),
      refuses(collectorMiB),
      number(writerHeapMiB),
      `${number(traces)}${rate}`,
      `${mebibytes(queueBytes(volumeGiB))}${forward}`,
    ];
  });
  const node = [
    `${environment} agent`,
    'a node',
    '',
    number(agent.memoryMiB),
    number(goMemoryMiB(agent.memoryMiB)),
    refuses(agent.memoryMiB),
    '',
    '',
    `${mebibytes(agentQueueBytes)} + ${mebibytes(agentMetricsQueueBytes)} of metrics`,
  ];
  return [node, ...fleets];
}

/** Memory, queues and traces of an environment's agents, gateways and samplers, as the templates have them. */
export function instancesTable(name: string): string {
  const config = loadEnvironments().find(({ environment }) => environment === name);
  return columns([heads, ...(config ? rows(config) : [])]);
}
