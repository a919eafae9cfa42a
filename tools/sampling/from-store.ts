/** The traces of a store, as samplers decided them. */
import type { Client } from '@opensearch-project/opensearch';
import { spanAlias } from '../../lib/contract/indices';
import type { RecordedTrace } from '../../rehearsal/recorded-traces';

const pageSize = 2_000;

interface Bucket {
  readonly key: { readonly id: string };
  readonly doc_count: number;
  readonly start: { readonly value: number };
  readonly end: { readonly value: number };
  readonly failed: { readonly doc_count: number };
}

/** Traces that have a span in a period, in the order in which they began. @param since ISO times */
export async function tracesOfStore(client: Client, since: string, until: string): Promise<RecordedTrace[]> {
  const traces: RecordedTrace[] = [];
  for (let after: object | undefined; ; ) {
    const { body } = await client.search({
      index: spanAlias,
      body: {
        size: 0,
        query: {
          bool: {
            filter: [{ range: { startTime: { gte: since, lte: until } } }],
            must_not: [{ exists: { field: 'harbourline.inferred' } }],
          },
        },
        aggs: {
          traces: {
            composite: {
              size: pageSize,
              sources: [{ id: { terms: { field: 'traceId' } } }],
              ...(after ? { after } : {}),
            },
            aggs: {
              start: { min: { field: 'startTime' } },
              end: { max: { field: 'endTime' } },
              failed: { filter: { term: { 'status.code': 2 } } },
            },
          },
        },
      } as object,
    });
    const page = body.aggregations?.traces as unknown as { buckets: readonly Bucket[]; after_key?: object };
    for (const { key, doc_count, start, end, failed } of page.buckets) {
      traces.push({
        id: key.id,
        at: start.value,
        spans: doc_count,
        failed: failed.doc_count > 0,
        durationMs: Math.max(0, Math.floor(end.value - start.value)),
      });
    }
    after = page.after_key;
    if (!after || page.buckets.length < pageSize) break;
  }
  return traces.sort((a, b) => a.at - b.at);
}
