/** A node with the documents of an environment, and what its users log in with. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@opensearch-project/opensearch';
import { type OpenSearchNode, prepareOpenSearch, startOpenSearch } from '../../harness/opensearch-node/node';
import { storeClient } from '../../lib/store/client';
import { applyForMatrix } from '../permissions/documents';
import { arnOf } from '../permissions/matrix';

const names = ['bootstrap', 'writer', 'reader'] as const;

/** A store that runs. */
export interface Store {
  readonly node: OpenSearchNode;
  /** Removed with the store. */
  readonly directory: string;
  /** File of the password of all its users. */
  readonly passwordFile: string;
  /** Of a span writer in front of it. */
  readonly settings: Record<string, string>;
  /** Closed with the store. */
  readonly clientOf: (name: (typeof names)[number]) => Client;
  readonly stop: () => Promise<void>;
}

/** Starts one, with all documents applied. */
export async function startStore(say: (line: string) => void): Promise<Store> {
  const directory = mkdtempSync(join(tmpdir(), 'harbourline-bench-'));
  const password = randomBytes(18).toString('base64url');
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  say('starting OpenSearch');
  const node = await startOpenSearch(await prepareOpenSearch(say), {
    directory: join(directory, 'node'),
    address: '127.77.94.1',
    port: 9200,
    // With half of it a million spans, faster than they are merged, trip its circuit breaker.
    heapMiB: 2048,
    users: names.map((name) => ({ name, password, backendRoles: [arnOf(name)] })),
  });
  const { endpoint, caFile } = node;
  const clients: Client[] = [];
  const clientOf = (username: string): Client => {
    const client = storeClient({ endpoint, caFile, auth: { kind: 'basic', username, password } });
    clients.push(client);
    return client;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.close()));
    await node.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await applyForMatrix(clientOf('bootstrap'));
  } catch (error) {
    await stop();
    throw error;
  }
  const settings = {
    DEAD_LETTER_DIR: join(directory, 'dead'),
    STORE_AUTH: 'basic',
    STORE_USERNAME: 'writer',
    STORE_PASSWORD_FILE: passwordFile,
    STORE_ENDPOINT: endpoint,
    STORE_CA_FILE: caFile,
  };
  return { node, directory, passwordFile, settings, clientOf, stop };
}
