/** The documents as an environment applies them, for a node without index management and without Dashboards. */
import type { Client } from '@opensearch-project/opensearch';
import { applyDocuments, type Outcome } from '../../lib/store/apply-documents';
import { domainDocuments } from '../../lib/store/documents';
import type { DomainDocumentOptions } from '../../lib/store/documents/document';
import { grantMappings } from '../../lib/store/grants';
import { arnOf, grants } from './matrix';

/** Kinds that need a plugin or a program that a local node has not: they are checked by shape. */
const notHere = ['retention-policy/', 'dashboards-'];

/** Documents by id, with the grants that hold now. */
export function documentsForNode(options: Partial<DomainDocumentOptions> = {}): Record<string, string> {
  const documents = domainDocuments({
    retentionDays: 14,
    shards: 1,
    replicas: 0,
    codec: 'best_compression',
    refreshIntervalSeconds: 10,
    roles: { writer: [arnOf('writer')], reader: [arnOf('reader')] },
    ...options,
  }).map(({ id, body }) => [id, body]);
  const all: [string, object][] = [
    ...(documents as [string, object][]),
    ...Object.entries(grantMappings(grants, new Date())),
  ];
  return Object.fromEntries(all.map(([id, body]) => [id, JSON.stringify(body)]));
}

/** Applies them as the bootstrap does. */
export async function applyForMatrix(
  bootstrap: Client,
  documents = documentsForNode(),
): Promise<Record<string, Outcome>> {
  const skip = Object.keys(documents).filter((id) => notHere.some((kind) => id.startsWith(kind)));
  return applyDocuments(bootstrap, documents, { log: () => {}, skip });
}
