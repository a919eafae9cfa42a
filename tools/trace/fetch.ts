/** Spans of a trace, and the latest traces, as anybody may read them who may read. */
import type { Client } from '@opensearch-project/opensearch';
import { spanAlias } from '../../lib/contract/indices';

/** A span as it is stored. */
export interface StoredSpan {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: string;
  readonly serviceName: string;
  readonly startTime: string;
  readonly durationInNanos: number;
  readonly traceGroup: string;
  readonly 'status.code': number;
  readonly 'status.message': string;
  /** Attributes, flattened. */
  readonly [field: string]: unknown;
}

/** Most spans of a trace that are read: what Trace Analytics reads, three times over. */
const mostSpans = 10_000;

/** All spans of a trace; none where it is not there. */
export async function fetchTrace(client: Client, traceId: string): Promise<StoredSpan[]> {
  const { body } = await client.search({
    index: spanAlias,
    body: { size: mostSpans, query: { term: { traceId } }, sort: ['startTime'] },
  });
  return body.hits.hits.map(({ _source }) => _source as unknown as StoredSpan);
}

/** The roots of the latest traces: which there are. */
export async function fetchLatest(client: Client, count: number): Promise<(StoredSpan & { traceId: string })[]> {
  const { body } = await client.search({
    index: spanAlias,
    body: { size: count, query: { term: { parentSpanId: '' } }, sort: [{ startTime: 'desc' }] },
  });
  return body.hits.hits.map(({ _source }) => _source as unknown as StoredSpan & { traceId: string });
}
