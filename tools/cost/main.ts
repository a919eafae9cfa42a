/** `npm run cost`: see `--help`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PricingClient } from '@aws-sdk/client-pricing';
import { stringify } from 'yaml';
import { loadEnvironments } from '../../harness/deployment';
import { command } from '../command';
import { plan } from '../preflight/plan';
import { estimate, items, summary, table } from './estimate';
import { asCommand, fetchPrices, question } from './fetch';
import { fetchedFile, readPrices } from './prices';

const help = `Estimates what environments cost in a month for being there, from their templates and the prices in tools/cost.

npm run cost [-- options]
  --env NAME   the table of this environment (default: one line for each)
  --unknown    only what has no price yet, and how to ask AWS for it
  --fetch      asks AWS's price list for everything that environments have, and writes prices-REGION-DAY.yaml here, with SKUs:
               it needs credentials that may pricing:GetProducts, and stands over the committed table from then on
  --help       this text

Fleets are given from their least to their most instances, metrics from one service to what observe.metricsBudget allows. Prices that nobody
has sourced are unknown: they are left out of the sum, which then says so. The mainland's account has a price list of its own.
`;

function ofEnvironment(name: string) {
  const { environment, config } = plan(name);
  return { config, all: items(environment, config.observe.metricsBudget) };
}

async function fetchAll(names: readonly string[]): Promise<number> {
  const environments = names.map(ofEnvironment);
  const regions = new Set(environments.map(({ config }) => config.region));
  if (regions.size > 1)
    throw new Error(
      `Prices are of one region, and these environments are in ${[...regions].join(', ')}: name one with --env.`,
    );
  const [region = ''] = regions;
  const all = new Map(environments.flatMap((one) => one.all).map((item) => [item.key, item]));
  const today = new Date().toISOString().slice(0, 10);
  // The price list answers in two regions of the world, for all of them.
  const client = new PricingClient({ region: 'us-east-1' });
  const { prices, failures } = await fetchPrices(client, [...all.values()], region, today);
  const file = fetchedFile(region, today);
  const head = `# On demand, US dollars, ${region}, without taxes and discounts; first tiers. Written by npm run cost -- --fetch.\n`;
  writeFileSync(file, head + stringify(prices));
  console.log(`${file}: ${Object.keys(prices).length} prices`);
  for (const failure of failures) console.error(failure);
  return failures.length > 0 ? 1 : 0;
}

command(help, async () => {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      unknown: { type: 'boolean', default: false },
      fetch: { type: 'boolean', default: false },
    },
  });
  const names = values.env ? [values.env] : loadEnvironments().map(({ environment }) => environment);
  if (values.fetch) return await fetchAll(names);
  for (const name of names) {
    const { config, all } = ofEnvironment(name);
    const costs = estimate(all, readPrices(config.region));
    if (values.unknown) {
      for (const { key, per, usd } of costs)
        if (!usd) console.log(`${key} (per ${per})\n  ${asCommand(question(key, config.region))}`);
    } else console.log(values.env ? table(costs) : `${name}: ${summary(costs)}`);
  }
  return 0;
});
