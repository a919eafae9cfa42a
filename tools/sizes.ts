/** `npm run sizes`: what each collector of each environment holds, worked out from instance types and volumes. */
import { parseArgs } from 'node:util';
import { loadEnvironments } from '../config';
import type { EnvironmentConfig } from '../config/schema';
import { agentMetricsQueueLength, agentQueueLength } from '../lib/collect/pipelines/agent';
import { forwardQueueLength, goMemoryMiB, limitShare, queueLength, sizesOf, spikeShare } from '../lib/collect/sizing';
import { command } from './command';

const help = `Memory, queues and traces of agents, gateways and samplers, as the templates have them (lib/collect/sizing.ts).

npm run sizes [-- options]
  --env NAME   one environment (default all)
  --help       this text
`;

const heads = [
  '',
  'instance',
  'memory',
  'collector',
  'GOMEMLIMIT',
  'refuses at',
  'writer heap',
  'traces',
  'queue, spans',
];
const number = (value: number): string => (value === 0 ? '' : value.toLocaleString('en-US'));

function rows(config: EnvironmentConfig): string[][] {
  const { agent, collect, environment, sampling } = config;
  const refuses = (collectorMiB: number) => number(Math.floor(collectorMiB * (limitShare - spikeShare)));
  const backends = Object.keys(collect.forward).length;
  const fleets = (['gateway', 'sampler'] as const).map((tier) => {
    const { instanceType, volumeGiB } = collect[tier];
    const { memoryMiB, collectorMiB, goMiB, writerHeapMiB, traces } = sizesOf(tier, instanceType);
    const forward =
      tier === 'sampler' && backends > 0 ? ` + ${backends} × ${number(forwardQueueLength(volumeGiB))}` : '';
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
      `${number(queueLength(volumeGiB))}${forward}`,
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
    `${number(agentQueueLength)} + ${number(agentMetricsQueueLength)} data points`,
  ];
  return [node, ...fleets];
}

function main(): void {
  const { values } = parseArgs({ options: { env: { type: 'string' } } });
  const all = loadEnvironments();
  const chosen = all.filter(({ environment }) => values.env === undefined || environment === values.env);
  if (chosen.length === 0) {
    throw new Error(
      `There is no environment ${values.env}. There are: ${all.map((one) => one.environment).join(', ')}.`,
    );
  }
  const table = [heads, ...chosen.flatMap(rows)];
  const widths = heads.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  console.log('Memory in MiB.\n');
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

command(help, main);
