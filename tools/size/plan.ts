/** What a load needs, as rows: the command prints them, and an estimate of costs can go by them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assumptions, capacityFor, type Load, processorsOf } from '../../config/capacity';
import measured from '../../config/measured.json';
import { type Coded, coded, refused } from '../../config/refused';
import { ec2Problem, type Home, type HomeRegion, homes } from '../../config/regions';
import type { EnvironmentConfig } from '../../config/schema';
import { environmentNamed } from '../../harness/stages';

/** A load, and the types that are to bear it. */
export interface Plan extends Load {
  readonly node: string;
  readonly gateway: string;
  readonly sampler: string;
  readonly zones: number;
  /** What an environment has, where one was named. */
  readonly has?: EnvironmentConfig;
}

/** The plan of an environment. @throws Error where there is none, or where it declares no load */
export function planOf(name: string): Plan {
  const has = environmentNamed(name);
  const { store, sampling, collect, network } = has;
  if (!store.load)
    throw refused(
      'HL-SIZE-001',
      `config/${name}.ts › store.load is not set, so what services will send is not known: set it, or use --spans-per-second N without --env.`,
    );
  return {
    ...store,
    ...store.load,
    kept: sampling.ceilingPercent / 100,
    node: store.dataNodes.instanceType,
    gateway: collect.gateway.instanceType,
    sampler: collect.sampler.instanceType,
    zones: network.availabilityZones.length,
    has,
  };
}

/** Spans a second and processor of a tier, as `npm run bench:collect` wrote them down. */
function measuredTier(tier: 'gateway' | 'sampler'): number {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'performance.md'), 'utf8');
  const figure = new RegExp(`^\\| ${tier} \\| [\\d.]+ \\| ([\\d,]+) \\|`, 'm').exec(text)?.[1];
  if (!figure) throw new Error(`docs/performance.md has no figure for ${tier}: npm run bench:collect`);
  return Number(figure.replaceAll(',', ''));
}

/** What is wrong with types of instances, where the region has none of that name. */
export function typeProblems(node: string, collector: string, region: Home = 'ap-east-1'): Coded[] {
  const facts: HomeRegion = homes[region];
  const [family = '', size = '', suffix] = node.split('.');
  const problems: Coded[] = [];
  if (suffix !== 'search' || !facts.search[family]?.includes(size)) {
    problems.push(
      coded(
        'HL-SIZE-002',
        `--node ${node}: OpenSearch Service in ${facts.place} has no such data node with an EBS volume: use one such as r7g.large.search.`,
      ),
    );
  }
  const problem = ec2Problem(collector, facts);
  if (problem) problems.push(coded('HL-SIZE-003', `--collector ${collector}: ${problem.why} ${problem.fix}`));
  return problems;
}

/** A row: what, how much, what the environment has, and where the number comes from. */
export type Row = readonly [what: string, needed: string, has: string, from: string];

const count = (value: number): string => Math.ceil(value).toLocaleString('en-US');

/** Gateways and samplers for a plan at its peak, at {@link assumptions.busy}. Redundant whatever the load. */
export function fleetsFor(plan: Plan): { gateways: number; samplers: number } {
  const busiest = plan.spansPerSecond * plan.peak;
  const instances = (tier: 'gateway' | 'sampler', type: string, least: number, beside = 0): number =>
    Math.max(least, Math.ceil((busiest * (1 / measuredTier(tier) + beside)) / (processorsOf(type) * assumptions.busy)));
  return {
    gateways: instances('gateway', plan.gateway, plan.zones),
    samplers: instances('sampler', plan.sampler, 2, plan.kept / measured.writerSpansPerCoreSecond),
  };
}

/** Data nodes for a plan: one for each zone at least, and a multiple of the zones, as OpenSearch Service asks for. */
export function dataNodesFor(plan: Plan): number {
  const byProcessors = Math.ceil(capacityFor(plan).processors / processorsOf(plan.node));
  return Math.ceil(Math.max(byProcessors, plan.replicas + 1) / plan.zones) * plan.zones;
}

/** Fleets and store for a plan. */
export function rowsOf(plan: Plan): Row[] {
  const { has } = plan;
  const needs = capacityFor(plan);
  const nodes = dataNodesFor(plan);
  const { gateways, samplers } = fleetsFor(plan);
  /** Of the nodes that there are, or that there would be. */
  const each = `${count(needs.storageGiB / (has?.store.dataNodes.count ?? nodes))} GiB`;
  return [
    [
      'spans stored a second, at the peak',
      count(needs.storedPerSecond),
      '',
      `${plan.spansPerSecond} × ${plan.kept} kept × ${plan.peak}`,
    ],
    [
      'a stored span',
      `${count(needs.bytesPerStoredSpan)} bytes`,
      '',
      `measured: ${measured.storedBytesPerSpan[plan.codec]} for ${measured.otlpBytesPerSpan} sent, ${plan.codec}`,
    ],
    ['a day of spans', `${needs.dailyGiB.toFixed(1)} GiB`, '', 'one copy'],
    [
      'data nodes',
      `${nodes} × ${plan.node}`,
      has ? `${has.store.dataNodes.count}` : '',
      `${needs.processors.toFixed(1)} processors at ${assumptions.busy * 100} %, measured ${count(measured.nodeSpansPerCoreSecond)} spans/s each; ${plan.zones} zones`,
    ],
    [
      'storage, all nodes',
      `${count(needs.storageGiB)} GiB`,
      has ? `${count(has.store.dataNodes.volumeGiB * has.store.dataNodes.count)} GiB` : '',
      `${plan.retentionDays} + ${assumptions.openDays} days × ${1 + plan.replicas} copies × ${assumptions.overhead} for the service, merges`,
    ],
    [
      'storage, each node',
      each,
      has ? `${count(has.store.dataNodes.volumeGiB)} GiB` : '',
      `of ${has?.store.dataNodes.count ?? nodes} data nodes`,
    ],
    [
      'primary shards a day',
      `${needs.shards}`,
      has ? `${has.store.shards}` : '',
      `at most ${assumptions.shardGiB} GiB each`,
    ],
    [
      'gateways',
      `${gateways} × ${plan.gateway}`,
      has ? `${has.collect.gateway.minInstances} to ${has.collect.gateway.maxInstances}` : '',
      `measured ${count(measuredTier('gateway'))} spans/s a processor, at ${assumptions.busy * 100} %`,
    ],
    [
      'samplers with writers',
      `${samplers} × ${plan.sampler}`,
      has ? `${has.collect.sampler.minInstances} to ${has.collect.sampler.maxInstances}` : '',
      `measured ${count(measuredTier('sampler'))} and ${count(measured.writerSpansPerCoreSecond)} of those kept`,
    ],
  ];
}
