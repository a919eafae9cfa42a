/** `npm run link:far-end -- --env NAME [--out FOLDER]`: writes what the far end of a deployed link is handed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { EC2Client, type VpnConnection } from '@aws-sdk/client-ec2';
import { refused } from '../config/refused';
import { environmentNamed } from '../harness/stages';
import { linked } from '../lib/contract/link-parameters';
import { farEndFiles } from '../lib/link/far-end';
import { parametersOf, readParameters } from '../lib/link/far-end-read';
import { command, needed } from './command';

const help = `npm run link:far-end -- --env NAME [--out FOLDER] [--from FILE]

Asks AWS (ec2:DescribeVpnConnections, with your credentials) what it made of the link, and writes the far end's files:
strongSwan, FRR, nftables, the receiver of aggregates, devices of other makers, and the same as a table. No secret is read or written.

  --env NAME     environment, as in config/
  --out FOLDER   where to, default far-end/NAME
  --from FILE    what AWS said, by somebody who may ask: aws ec2 describe-vpn-connections > FILE. Default: ask
  --help         this text
`;

/** What `describe-vpn-connections` printed. @throws Error where it is something else */
function described(file: string): VpnConnection[] {
  const how = `Write it with: aws ec2 describe-vpn-connections --output json > ${file}`;
  if (!existsSync(file)) throw refused('HL-FAREND-004', `--from ${file}: there is no such file. ${how}`);
  let said: { VpnConnections?: VpnConnection[] } | null;
  try {
    said = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw refused('HL-FAREND-005', `--from ${file}: it is no JSON. ${how}`);
  }
  if (!Array.isArray(said?.VpnConnections))
    throw refused('HL-FAREND-006', `--from ${file}: it has no VpnConnections. ${how}`);
  return said.VpnConnections;
}

command(help, async () => {
  const { values } = parseArgs({
    options: { env: { type: 'string' }, out: { type: 'string' }, from: { type: 'string' } },
  });
  const config = environmentNamed(needed('env', values.env));
  const folder = values.out ?? join('far-end', config.environment);
  const parameters = values.from
    ? parametersOf(linked(config), described(values.from))
    : await readParameters(linked(config), new EC2Client({ region: config.region }));
  const files = farEndFiles(parameters);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    console.log(join(folder, name));
  }
});
