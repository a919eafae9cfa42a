/** `npm run link:far-end -- --env NAME [--out FOLDER]`: writes what the far end of a deployed link is handed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { EC2Client } from '@aws-sdk/client-ec2';
import { loadEnvironments } from '../harness/deployment';
import { linked } from '../lib/contract/link-parameters';
import { farEndFiles } from '../lib/link/far-end';
import { readParameters } from '../lib/link/far-end-read';
import { command } from './command';

const help = `npm run link:far-end -- --env NAME [--out FOLDER]

Asks AWS (ec2:DescribeVpnConnections, with your credentials) what it made of the link, and writes the far end's files:
strongSwan, FRR, nftables, the receiver of aggregates, and the same as a table for other routers. No secret is read or written.

  --env NAME     environment, as in config/
  --out FOLDER   where to, default far-end/NAME
  --help         this text
`;

command(help, async () => {
  const { values } = parseArgs({ options: { env: { type: 'string' }, out: { type: 'string' } } });
  const environments = loadEnvironments();
  const config = environments.find(({ environment }) => environment === values.env);
  if (!config) {
    const names = environments.map(({ environment }) => environment).join(', ');
    throw new Error(`--env is ${values.env ?? 'missing'}: name one of ${names}.`);
  }
  const folder = values.out ?? join('far-end', config.environment);
  const files = farEndFiles(await readParameters(linked(config), new EC2Client({ region: config.region })));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    console.log(join(folder, name));
  }
});
