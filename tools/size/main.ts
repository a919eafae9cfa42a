/** `npm run size`: see `--help`. */
import { parseArgs } from 'node:util';
import { type Coded, coded, Refusal, refused } from '../../config/refused';
import { homeNames } from '../../config/regions';
import { columns } from '../columns';
import { command } from '../command';
import { table as costs, estimate, items } from '../cost/estimate';
import { readPrices } from '../cost/prices';
import { plan as synthesised } from '../preflight/plan';
import { instancesTable } from './instances';
import { type Plan, planOf, type Row, rowsOf, typeProblems } from './plan';

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
  --region NAME         home region that has both (default ap-east-1)
  --env NAME            take all of it from an environment; say what that environment has, what its instances hold in
                        memory and on disk, and what it costs in a month
  --help                this text
`;

const defaults = {
  'spans-per-second': undefined,
  kept: '0.3',
  'bytes-per-span': '400',
  peak: '3',
  days: '14',
  replicas: '1',
  node: 'r7g.large.search',
  collector: 'm7g.large',
  region: 'ap-east-1',
} as const;

/** @throws Error that lists every wrong option */
function parse(): { plan: Plan; env?: string } {
  const { values } = parseArgs({
    options: {
      'spans-per-second': { type: 'string' },
      kept: { type: 'string' },
      'bytes-per-span': { type: 'string' },
      peak: { type: 'string' },
      days: { type: 'string' },
      replicas: { type: 'string' },
      node: { type: 'string' },
      collector: { type: 'string' },
      region: { type: 'string' },
      env: { type: 'string' },
    },
  });
  const { env, ...given } = values;
  if (env !== undefined) {
    const others = Object.keys(given).map((name) => `--${name}`);
    if (others.length > 0) {
      throw refused(
        'HL-SIZE-004',
        `--env ${env} takes the load and the types from config/${env}.ts, so ${others.join(', ')} would not count. Leave ${others.length > 1 ? 'them' : 'it'} out, or leave --env out.`,
      );
    }
    return { plan: planOf(env), env };
  }
  const problems: Coded[] = [];
  const number = (
    name: 'spans-per-second' | 'kept' | 'bytes-per-span' | 'peak' | 'days' | 'replicas',
    least: number,
    most: number,
  ): number => {
    const value = Number(values[name] ?? defaults[name]);
    if ((values[name] ?? defaults[name]) === undefined || !(value >= least && value <= most)) {
      problems.push(
        coded('HL-SIZE-005', `--${name} ${values[name] ?? 'is missing'}: use a number from ${least} to ${most}.`),
      );
    }
    return value;
  };
  const { node = defaults.node, collector = defaults.collector, region = defaults.region } = values;
  const home = homeNames.find((name) => name === region);
  if (!home)
    problems.push(
      coded(
        'HL-SIZE-006',
        `--region ${region}: what AWS offers there is not known here. Use ${homeNames.join(' or ')}.`,
      ),
    );
  else problems.push(...typeProblems(node, collector, home));
  const plan: Plan = {
    spansPerSecond: number('spans-per-second', 1, 10_000_000),
    kept: number('kept', 0.1, 1),
    bytesPerSpan: number('bytes-per-span', 50, 100_000),
    peak: number('peak', 1, 100),
    retentionDays: number('days', 1, 365),
    replicas: number('replicas', 0, 4),
    codec: 'best_compression',
    node,
    gateway: collector,
    sampler: collector,
    zones: 3,
  };
  if (problems.length > 0) throw new Refusal(problems, true);
  return { plan };
}

const table = (rows: readonly Row[]): string =>
  columns([['what', 'needed', rows.some((row) => row[2]) ? 'has' : '', 'from'], ...rows]);

function main(): void {
  const parsed = parse();
  console.log(table(rowsOf(parsed.plan)));
  console.log(
    '\nMeasured on a workstation with processors of x86-64 by npm run bench:store and npm run bench:collect, on Graviton never: compare with your own before you rely on it.',
  );
  // What it costs is the environment's question: a load alone has no endpoints, keys and alarms.
  if (parsed.env)
    console.log(
      `\n${instancesTable(parsed.env)}\n\n${costs(estimate(items(synthesised(parsed.env).environment), readPrices(parsed.plan.has?.region)))}`,
    );
}

command(help, main);
