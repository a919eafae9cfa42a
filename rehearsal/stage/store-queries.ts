/** What a rehearsal asks the store. */
import type { Client } from '@opensearch-project/opensearch';
import type { Forbidden, StoredSpan } from '../judge/evidence';

const index = 'otel-v1-apm-span-000001';

/** Tries as the writer what only others may do. @returns HTTP statuses; 0 where there was no answer */
export async function attemptAsWriter(
  writer: Client,
  known: StoredSpan | undefined,
): Promise<Readonly<Record<Forbidden, number>>> {
  const id = known ? `${known.traceId}/${known.spanId}` : 'none';
  const status = async (call: () => Promise<{ statusCode: number | null }>): Promise<number> => {
    try {
      return (await call()).statusCode ?? 0;
    } catch (error) {
      return (error as { statusCode?: number }).statusCode ?? 0;
    }
  };
  const bulkStatus = async (foreign: string): Promise<number> => {
    const { body } = await writer.bulk({ body: [{ index: { _index: foreign, _id: '1' } }, { traceId: 'x' }] });
    return body.items[0]?.index?.status ?? 0;
  };
  return {
    search: await status(() => writer.search({ index: 'otel-v1-apm-span' })),
    get: await status(() => writer.get({ index, id })),
    delete: await status(() => writer.delete({ index, id })),
    deleteIndex: await status(() => writer.indices.delete({ index })),
    writeElsewhere: await bulkStatus('payments'),
    createIndex: await status(() => writer.indices.create({ index: 'otel-v1-apm-span-999999' })),
    readRoles: await status(() => writer.transport.request({ method: 'GET', path: '/_plugins/_security/api/roles' })),
  };
}

/** Every document of an index, in pages, without far ends that have no span. */
export async function allDocuments<T>(client: Client, index: string): Promise<T[]> {
  await client.indices.refresh({ index });
  const documents: T[] = [];
  let after: unknown[] | undefined;
  for (;;) {
    const { body } = await client.search({
      index,
      body: {
        size: 5_000,
        sort: [{ _id: 'asc' }],
        query: { bool: { must_not: [{ exists: { field: 'harbourline.inferred' } }] } },
        ...(after ? { search_after: after as never } : {}),
      },
    });
    const { hits } = body.hits;
    documents.push(...hits.map(({ _source }) => _source as T));
    if (hits.length < 5_000) return documents;
    after = hits.at(-1)?.sort;
  }
}
