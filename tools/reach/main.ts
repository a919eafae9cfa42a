/** `npm run reach`: see `--help`. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { misused, refused } from '../../config/refused';
import type { EnvironmentConfig } from '../../config/schema';
import { loadEnvironments } from '../../harness/deployment';
import { environmentsNamed } from '../../harness/stages';
import { Ends } from '../../judges/reach/ends';
import { explain } from '../../judges/reach/explain';
import { reach } from '../../judges/reach/reach';
import { command } from '../command';
import { writeSections } from '../compliance/sections';
import { judge } from './judge';
import { knownExits } from './known';
import { exitTableText, portTableText } from './tables';
import { exitsOf, withModel, withStages } from './with-model';

const help = `Asks the synthesised templates who reaches whom: routes, transit gateway, ACLs both ways, security groups, firewalls,
load balancers, PrivateLink. Nothing is deployed, and AWS is not asked.

npm run reach -- FROM TO:PORT      does a connection get there, and its answer back? Hop by hop, with logical ids
npm run reach -- --table           judges every row of the table of open ports, and that nothing else passes
npm run reach -- --exits           every way out of an environment: what can travel on it, and who may
npm run reach -- --write           writes the tables into docs/defaults.md and docs/reach.md

  FROM, TO            a name, an address, or the logical id of a host:
${Ends.describe()}
  mainland, service   whoever is behind the link, or in mainland:10.20.8.10, one address of it
  s3, elsewhere       S3; any address that the configuration does not name
  --protocol NAME     tcp, udp, icmp-TYPE.CODE or a number. Default: tcp
  --env NAME          Default: all environments
  --help              this text

Exit code 1 where a connection that is asked for does not get there; with --table, where a row is not so or something else is, unless tools/reach/known.ts says so;
with --exits, where spans as services sent them could leave the account.
`;

/** @returns whether nothing leaves but what is known to */
function printExits(config: EnvironmentConfig): boolean {
  const all = withStages(config, (stages) => exitsOf(config, stages));
  console.log(`${config.environment}:`);
  for (const { kind, at, what, who, raw } of all) {
    const spans = { no: 'no spans', 'within the account': 'spans, within the account', leaves: 'SPANS COULD LEAVE' }[
      raw
    ];
    const known = raw === 'leaves' && knownExits[kind] ? ` (known: ${knownExits[kind]})` : '';
    console.log(`  ${kind}: ${at}\n      ${what}\n      who: ${who}\n      ${spans}${known}`);
  }
  return all.every(({ kind, raw }) => raw !== 'leaves' || kind in knownExits);
}

command(help, () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      table: { type: 'boolean', default: false },
      exits: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      protocol: { type: 'string', default: 'tcp' },
      env: { type: 'string' },
    },
  });
  const all = loadEnvironments();
  const environments = environmentsNamed(values.env);
  if (values.write) {
    const docs = join(__dirname, '..', '..', 'docs');
    writeSections(join(docs, 'defaults.md'), { 'npm run reach': portTableText(all[0] as EnvironmentConfig) });
    writeSections(join(docs, 'reach.md'), { 'npm run reach': exitTableText() });
    return 0;
  }
  if (values.table) {
    return environments.map((config) => withModel(config, (model) => judge(config, model))).every(Boolean) ? 0 : 1;
  }
  if (values.exits) return environments.map(printExits).every(Boolean) ? 0 : 1;
  const [from, target, ...more] = positionals;
  const [, to, port] = /^(.+):(\d+)$/.exec(target ?? '') ?? [];
  if (!from || !to || !port || more.length > 0)
    throw misused(
      'HL-REACH-001',
      `${positionals.join(' ') || 'Nothing'} is no question: give two ends and a port, such as sampler store:443.`,
    );
  if (Number(port) > 65_535) throw refused('HL-REACH-002', `${port} is no port: use one from 1 to 65535.`);
  const verdicts = environments.map((config) =>
    withModel(config, ({ network, ends }) => {
      const verdict = reach(network, ends.named(from), ends.named(to), values.protocol, Number(port));
      console.log(explain(`${config.environment}: ${from} → ${to}, ${values.protocol} ${port}`, verdict));
      return verdict.passes;
    }),
  );
  return verdicts.every((passes) => passes === 'all') ? 0 : 1;
});
