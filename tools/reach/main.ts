/** `npm run reach`: see `--help`. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EnvironmentConfig } from '../../config/schema';
import { loadEnvironments } from '../../harness/deployment';
import { Ends } from '../../judges/reach/ends';
import { explain } from '../../judges/reach/explain';
import { reach } from '../../judges/reach/reach';
import { command } from '../command';
import { writeSections } from '../compliance/sections';
import { judge } from './judge';
import { portTableText } from './tables';
import { withModel } from './with-model';

const help = `Asks the synthesised templates who reaches whom: routes, transit gateway, ACLs both ways, security groups, firewalls,
load balancers, PrivateLink. Nothing is deployed, and AWS is not asked.

npm run reach -- FROM TO:PORT      does a connection get there, and its answer back? Hop by hop, with logical ids
npm run reach -- --table           judges every row of the table of open ports, and that nothing else passes
npm run reach -- --write           writes the table into docs/defaults.md

  FROM, TO            a name, an address, or the logical id of a host:
${Ends.describe()}
  mainland, service   whoever is behind the link, or in mainland:10.20.8.10, one address of it
  s3, elsewhere       S3; any address that the configuration does not name
  --protocol NAME     tcp, udp, icmp-TYPE.CODE or a number. Default: tcp
  --env NAME          Default: all environments
  --help              this text

Exit code 1 where a connection that is asked for does not get there; with --table, where a row is not so or something else is, unless tools/reach/known.ts says so.
`;

command(help, () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      table: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      protocol: { type: 'string', default: 'tcp' },
      env: { type: 'string' },
    },
  });
  const all = loadEnvironments();
  const environments = all.filter(({ environment }) => !values.env || environment === values.env);
  if (environments.length === 0) {
    throw new Error(`--env is ${values.env}: name one of ${all.map(({ environment }) => environment).join(', ')}.`);
  }
  if (values.write) {
    writeSections(join(__dirname, '..', '..', 'docs', 'defaults.md'), {
      'npm run reach': portTableText(all[0] as EnvironmentConfig),
    });
    return 0;
  }
  if (values.table) {
    return environments.map((config) => withModel(config, (model) => judge(config, model))).every(Boolean) ? 0 : 1;
  }
  const [from, target, ...more] = positionals;
  const [, to, port] = /^(.+):(\d+)$/.exec(target ?? '') ?? [];
  if (!from || !to || !port || more.length > 0)
    throw new Error(`Asks for two ends and a port, such as: sampler store:443\n\n${help}`);
  if (Number(port) > 65_535) throw new Error(`${port} is no port: use one from 1 to 65535.`);
  const verdicts = environments.map((config) =>
    withModel(config, ({ network, ends }) => {
      const verdict = reach(network, ends.named(from), ends.named(to), values.protocol, Number(port));
      console.log(explain(`${config.environment}: ${from} → ${to}, ${values.protocol} ${port}`, verdict));
      return verdict.passes;
    }),
  );
  return verdicts.every((passes) => passes === 'all') ? 0 : 1;
});
