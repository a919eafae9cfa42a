/** `npm run cost`: see `--help`. */
import { parseArgs } from 'node:util';
import { command } from '../command';
import { plan } from '../preflight/plan';
import { estimate, items, readPrices, table } from './estimate';

const help = `Estimates what an environment costs in a month for being there, from its templates and tools/cost/prices.yaml.

npm run cost -- --env NAME
  --env NAME   environment to estimate
  --unknown    only what has no price yet, and how to ask AWS for it
  --help       this text

Fleets are given from their least to their most instances. Prices that nobody has sourced are unknown: they are left out of
the sum, which then says so.
`;

/** Where AWS's price list has it: service code and what to filter by. */
function question(key: string): string {
  const [kind, type] = key.split(':') as [string, string | undefined];
  const ask = (service: string, filter: string): string =>
    `aws pricing get-products --region us-east-1 --service-code ${service} --filters Type=TERM_MATCH,Field=regionCode,Value=ap-east-1 ${filter}`;
  const field = (name: string, value: string): string => `Type=TERM_MATCH,Field=${name},Value=${value}`;
  switch (kind) {
    case 'ec2':
      return ask(
        'AmazonEC2',
        `${field('instanceType', type!)} ${field('operatingSystem', 'Linux')} ${field('tenancy', 'Shared')} ${field('capacitystatus', 'Used')} ${field('preInstalledSw', 'NA')}`,
      );
    case 'search':
      return ask('AmazonES', field('instanceType', type!));
    case 'ebs':
      return ask('AmazonEC2', field('volumeApiName', type!));
    case 'search-ebs':
      return ask('AmazonES', field('storageMedia', type!.toUpperCase()));
    case 'interface-endpoint':
    case 'vpn-connection':
    case 'transit-gateway-attachment':
      return ask('AmazonVPC', '');
    case 'alarm-metric':
      return ask('AmazonCloudWatch', field('productFamily', 'Alarm'));
    default:
      return ask(kind === 'network-load-balancer' ? 'AWSELB' : 'AmazonEC2', '');
  }
}

command(help, () => {
  const { values } = parseArgs({ options: { env: { type: 'string' }, unknown: { type: 'boolean', default: false } } });
  if (!values.env) throw new Error(`--env is missing: which environment?\n\n${help}`);
  const costs = estimate(items(plan(values.env).environment), readPrices());
  if (!values.unknown) {
    console.log(table(costs));
    return 0;
  }
  for (const { key, per, usd } of costs) if (!usd) console.log(`${key} (per ${per})\n  ${question(key)}`);
  return 0;
});
