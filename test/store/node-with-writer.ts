/** A real node with an audit log, the reviewed documents on it, a writer in front of it, and clients of every role. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@opensearch-project/opensearch';
import { type OpenSearchNode, prepareOpenSearch, startOpenSearch } from '../../harness/opensearch-node/node';
import { storeClient } from '../../lib/store/client';
import { WriterServer } from '../../lib/store/span-writer/server';
import { applyForMatrix, documentsForNode } from '../../tools/permissions/documents';
import { arnOf, type Role, roles } from '../../tools/permissions/matrix';
import { encode, type Json, sendUntilTaken, span, traceId } from './span-writer/support';

const password = randomBytes(18).toString('base64url');
const directory = mkdtempSync(join(tmpdir(), 'harbourline-kept-'));
export const as = {} as Record<Role, Client>;
let node: OpenSearchNode;
let writer: WriterServer;
let url: string;

export async function start(): Promise<void> {
  node = await startOpenSearch(await prepareOpenSearch(), {
    directory: join(directory, 'node'),
    address: '127.77.93.71',
    port: 9200,
    audit: true,
    users: roles.map((name) => ({ name, password, backendRoles: [arnOf(name)] })),
  });
  const { endpoint, caFile } = node;
  for (const username of roles)
    as[username] = storeClient({ endpoint, caFile, auth: { kind: 'basic', username, password } });
  const documents = documentsForNode();
  // Here IAM's names are user names.
  const audit = JSON.parse(documents['audit-config/config']!);
  audit.audit.ignore_users = audit.compliance.write_ignore_users = ['writer'];
  await applyForMatrix(as.bootstrap, { ...documents, 'audit-config/config': JSON.stringify(audit) });
  writer = new WriterServer({
    settings: {
      ...{ deadLetterDirectory: join(directory, 'letters'), deadLetterDays: 7, deadLetterMaxBytes: 1 << 20 },
      ...{ maxBodyBytes: 128 << 20, maxInFlight: 8, maxBytesInFlight: 64 << 20, bulkBytes: 8 << 20 },
    },
    client: as.writer,
    log: () => {},
  });
  await new Promise<void>((resolve) => writer.server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(writer.server.address() as AddressInfo).port}/v1/traces`;
}

export async function stop(): Promise<void> {
  await writer?.stop(0);
  await Promise.all(Object.values(as).map((client) => client.close()));
  await node?.stop();
  rmSync(directory, { recursive: true, force: true });
}

export const post = async (...resourceSpans: object[]): Promise<number> => {
  const headers = { 'content-type': 'application/x-protobuf' };
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(encode(...resourceSpans)) });
  await response.arrayBuffer();
  return response.status;
};
export const store = (...resourceSpans: object[]): Promise<void> => sendUntilTaken(() => post(...resourceSpans));
export const call = async (method: string, path: string, body?: object, client = as.administrator): Promise<Json> =>
  (await client.transport.request({ method, path, ...(body ? { body } : {}) }, { ignore: [404, 403] })).body;
export const found = async (query: object, client = as.reader): Promise<Json[]> => {
  await as.bootstrap.indices.refresh({ index: 'otel-v1-apm-*' });
  const { body } = await client.search({ index: 'otel-v1-apm-span', body: { size: 1_000, query } });
  return body.hits.hits.map(({ _source }) => _source);
};
export const ofTrace = (n: number) => ({ term: { traceId: traceId(n).toString('hex') } });
export const one = (trace: number, attributes: Json[], fields: Json = {}) =>
  span(trace, undefined, { traceId: traceId(trace), attributes, ...fields });
