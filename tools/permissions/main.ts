/** `npm run permissions:update`: tries what every role may do on a real node and writes the table into docs/compliance.md. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Client } from '@opensearch-project/opensearch';
import { prepareOpenSearch, startOpenSearch } from '../../harness/opensearch-node/node';
import { storeClient } from '../../lib/store/client';
import { writeSection } from '../bench/section';
import { command } from '../command';
import { applyForMatrix } from './documents';
import { arnOf, permissionMatrix, type Role, roles } from './matrix';

const help = `Tries what each role may do in the trace store, on a real OpenSearch node with the documents that are deployed, and
writes the table into docs/compliance.md. A test compares it.

npm run permissions:update
  --help   this text
`;

const intro =
  'Each role tried each thing on a real OpenSearch node with the security plugin and the documents that are deployed; a test tries again and compares. `no` is a refusal (403) or nothing to be seen. Roles of the domain itself stand in for those of OpenSearch Service; readers use Dashboards by one of them.';

async function main(): Promise<void> {
  parseArgs({ options: {} });
  const say = (line: string): boolean => process.stderr.write(`${line}\n`);
  const directory = mkdtempSync(join(tmpdir(), 'harbourline-permissions-'));
  const password = randomBytes(18).toString('base64url');
  const prepared = await prepareOpenSearch(say);
  say('starting OpenSearch');
  const users = roles.map((name) => ({ name, password, backendRoles: [arnOf(name)] }));
  const node = await startOpenSearch(prepared, { directory, address: '127.77.93.41', port: 9200, users });
  const { endpoint, caFile } = node;
  const clients = Object.fromEntries(
    roles.map((username) => [username, storeClient({ endpoint, caFile, auth: { kind: 'basic', username, password } })]),
  ) as Record<Role, Client>;
  try {
    await applyForMatrix(clients.bootstrap);
    const table = await permissionMatrix(clients);
    console.log(table);
    writeSection('permissions:update', `${intro}\n\n${table}`, 'compliance');
  } finally {
    await Promise.all(Object.values(clients).map((client) => client.close()));
    await node.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

command(help, main);
