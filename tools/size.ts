/** `npm run size`: see `--help`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadEnvironments } from '../config';
import type { EnvironmentConfig } from '../config/schema';
import { assumptions, capacityFor, type Load, processorsOf } from '../lib/store/capacity';
import measured from '../lib/store/measured.json';

const help = `Says what a load needs: data nodes, shards, storage, gateways and samplers, and what was assumed.

npm run size -- --spans-per-second N [options]
  --spans-per-second N  spans of all services before sampling, average of the busiest day
  --kept SHARE          share that is stored, 0.1 to 1 (default 0.3, the ceiling of sampling)
  --bytes-per-span B    bytes of a span as it is sent (default 400)
  --peak N              busiest minute over the average of its day (default 3)
  --days N              retention (default 14)
  --replicas N          copies of each shard beyond the first (default 1)
  --node TYPE           data nodes (default r7g.large.search)
  --collector TYPE      gateways and samplers (default m7g.large)
  --env NAME            take all of it from an environment, and say what that environment has
  --help                this text
`;

interface Plan extends Load {
  readonly node: string;
  readonly gateway: string;
  readonly sampler: string;
  readonly zones: number;
  /** What an environment has, where one was named. */
  readonly has?: EnvironmentConfig;
}

/** @throws Error that lists every wrong option */
function parse(): Plan | undefined {
  const { values } = parseArgs({
    options: {
      'spans-per-second': { type: 'string' },
      kept: { type: 'string', default: '0.3' },
      'bytes-per-span': { type: 'string', default: '400' },
      peak: { type: 'string', default: '3' },
      days: { type: 'string', default: '14' },
      replicas: { type: 'string', default: '1' },
      node: { type: 'string', default: 'r7g.large.search' },
      collector: { type: 'string', default: 'm7g.large' },
      env: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  if (values.env !== undefined) return planOf(values.env);
  const problems: string[] = [];
  const number = (
    name: 'spans-per-second' | 'kept' | 'bytes-per-span' | 'peak' | 'days' | 'replicas',
    least: number,
    most: number,
  ): number => {
    const value = Number(values[name]);
    if (values[name] === undefined || !(value >= least && value <= most)) {
      problems.push(`--${name} ${values[name] ?? 'is missing'}: use a number from ${least} to ${most}`);
    }
    return value;
  };
  const plan: Plan = {
    spansPerSecond: number('spans-per-second', 1, 10_000_000),
    kept: number('kept', 0.1, 1),
    bytesPerSpan: number('bytes-per-span', 50, 100_000),
    peak: number('peak', 1, 100),
    retentionDays: number('days', 1, 365),
    replicas: number('replicas', 0, 4),
    codec: 'best_compression',
    node: values.node,
    gateway: values.collector,
    sampler: values.collector,
    zones: 3,
  };
  if (problems.length > 0) throw new Error(`${problems.join('\n')}\nnpm run size -- --help says more.`);
  return plan;
}

function planOf(name: string): Plan {
  const environments = loadEnvironments();
  const has = environments.find(({ environment }) => environment === name);
  if (!has)
    throw new Error(
      `There is no environment ${name}. There are: ${environments.map(({ environment }) => environment).join(', ')}.`,
    );
  const { store, sampling, collect, network } = has;
  if (!store.load) throw new Error(`config/${name}.ts › store.load is not set: what are services expected to send?`);
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
  const text = readFileSync(join(__dirname, '..', 'docs', 'performance.md'), 'utf8');
  const figure = new RegExp(`^\\| ${tier} \\| [\\d.]+ \\| ([\\d,]+) \\|`, 'm').exec(text)?.[1];
  if (!figure) throw new Error(`docs/performance.md has no figure for ${tier}: npm run bench:collect`);
  return Number(figure.replaceAll(',', ''));
}

/** A row: what, how much, what the environment has, and where the number comes from. */
type Row = readonly [what: string, needed: string, has: string, from: string];

const count = (value: number): string => Math.ceil(value).toLocaleString('en-US');

export function rowsOf(plan: Plan): Row[] {
  const { has } = plan;
  const needs = capacityFor(plan);
  const busiest = plan.spansPerSecond * plan.peak;
  // Redundant whatever the load: one for each zone, a multiple of the zones where OpenSearch Service asks for it.
  const byProcessors = Math.ceil(needs.processors / processorsOf(plan.node));
  const nodes = Math.ceil(Math.max(byProcessors, plan.replicas + 1) / plan.zones) * plan.zones;
  const instances = (perSecond: number, type: string, tier: 'gateway' | 'sampler', extra = 0): number => {
    const cost = 1 / measuredTier(tier) + extra;
    return Math.max(
      tier === 'gateway' ? plan.zones : 2,
      Math.ceil((perSecond * cost) / (processorsOf(type) * assumptions.busy)),
    );
  };
  const gateways = instances(busiest, plan.gateway, 'gateway');
  const samplers = instances(busiest, plan.sampler, 'sampler', plan.kept / measured.writerSpansPerCoreSecond);
  const storage = `${count(needs.storageGiB / nodes)} GiB each`;
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
      'storage',
      `${count(needs.storageGiB)} GiB, ${storage}`,
      has ? `${has.store.dataNodes.volumeGiB} GiB each` : '',
      `${plan.retentionDays} + ${assumptions.openDays} days × ${1 + plan.replicas} copies × ${assumptions.overhead} for the service, merges`,
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

/** Columns as wide as they need. */
function table(rows: readonly Row[]): string {
  const head: Row = ['what', 'needed', rows.some((row) => row[2]) ? 'has' : '', 'from'];
  const all = [head, ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell))
        .filter((_, column) => widths[column] !== 0)
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function main(): void {
  const plan = parse();
  if (!plan) {
    console.log(help);
    return;
  }
  console.log(table(rowsOf(plan)));
  console.log(
    '\nMeasured on a workstation by npm run bench:store and npm run bench:collect: compare with your own before you rely on it.',
  );
}

try {
  main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  if ('code' in (error as object) && `${(error as { code: unknown }).code}`.startsWith('ERR_PARSE_ARGS'))
    process.stderr.write(help);
  process.exitCode = 1;
}
