/** Spans of a trace, and the latest traces, as anybody may read them who may read. */
import type { Client } from '@opensearch-project/opensearch';
import { spanAlias } from '../../lib/contract/indices';
import { crossingAttribute } from '../../lib/contract/metrics';
import { fieldName } from '../../lib/store/documents/attributes';

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
  /** A hash to whoever reads with masks. */
  readonly 'status.message'?: string;
  /** Attributes, flattened. */
  readonly [field: string]: unknown;
}

/** What is read of a trace. */
export interface Fetched {
  readonly spans: readonly StoredSpan[];
  /** How many there are. */
  readonly total: number;
}

const pageSize = 5_000;
/** Far ends of border crossings have no span: they are for the pages of Dashboards. */
const noSpan = { exists: { field: 'harbourline.inferred' } };

/** Spans of a trace, up to `limit`; none where it is not there. A span that stands in two indices is one. */
export async function fetchTrace(client: Client, traceId: string, limit = 100_000): Promise<Fetched> {
  const spans = new Map<string, StoredSpan>();
  let total = 0;
  let after: unknown[] | undefined;
  while (spans.size < limit) {
    const { body } = await client.search({
      index: spanAlias,
      body: {
        size: Math.min(pageSize, limit - spans.size),
        track_total_hits: true,
        query: { bool: { filter: [{ term: { traceId } }], must_not: [noSpan] } },
        // As ids of documents: a page may end between spans that share an id. Nanoseconds since 1970 are more than a JSON
        // number holds here, and the next page would begin with this one.
        sort: ['spanId', 'kind', 'serviceName', { startTime: { order: 'asc', numeric_type: 'date' } }],
        ...(after ? { search_after: after as never } : {}),
      },
    });
    const { hits } = body.hits;
    total = (body.hits.total as { value: number }).value;
    const known = spans.size;
    for (const { _id, _source } of hits) spans.set(`${_id}`, _source as unknown as StoredSpan);
    if (spans.size === known) break;
    after = hits.at(-1)?.sort;
  }
  const inTime = [...spans.values()].sort((a, b) =>
    a.startTime < b.startTime ? -1 : a.startTime > b.startTime ? 1 : 0,
  );
  return { spans: inTime, total };
}

/** Which traces are listed. What is said of a span must hold of one span. */
export interface Filter {
  readonly service?: string;
  readonly crossing?: string;
  /** Nanoseconds that the span, or without a service or crossing the trace, took at least. The slowest come first. */
  readonly slow?: number;
  readonly errors?: boolean;
  /** ISO time. @default any */
  readonly since?: string;
  readonly until?: string;
  /** Key and value as they were sent. */
  readonly attributes?: readonly (readonly [key: string, value: string])[];
  /** @default 10 */
  readonly count?: number;
}

/** A trace in a list. */
interface Listed {
  readonly traceId: string;
  readonly startTime: string;
  readonly durationInNanos: number;
  readonly failed: boolean;
  readonly crossings: number;
  readonly spans: number;
  readonly serviceName: string;
  readonly name: string;
}

export interface List {
  readonly traces: readonly Listed[];
  /** How many there are, about. */
  readonly total: number;
  /** Spans whose clock is ahead: they are not among the latest. */
  readonly ahead: number;
}

/** A clock may be so much ahead. */
const leniencyMs = 300_000;

const withAttribute = ([key, value]: readonly [string, string]) => ({
  bool: {
    minimum_should_match: 1,
    should: [
      ...['span', 'resource'].flatMap((owner) => {
        const field = `${owner}.attributes.${fieldName(key)}`;
        return [field, `${field}.text`].map((one) => ({ match: { [one]: { query: value, lenient: true } } }));
      }),
      ...['span', 'resource'].map((owner) => ({
        term: { 'harbourline.aside': `${owner}.attributes.${key}=${value}` },
      })),
    ],
  },
});

/** Traces that have a span as the filter says, wherever they begin. */
export async function fetchList(client: Client, filter: Filter, now = Date.now()): Promise<List> {
  const { service, crossing, slow, errors = false, since, until, attributes = [], count = 10 } = filter;
  const latest = new Date(now + leniencyMs).toISOString();
  const ofSpan = service !== undefined || crossing !== undefined;
  const duration = ofSpan ? 'durationInNanos' : 'traceGroupFields.durationInNanos';
  const matching = [
    ...(service ? [{ term: { serviceName: service } }] : []),
    ...(crossing ? [{ term: { [`span.attributes.${crossingAttribute}`]: crossing } }] : []),
    ...(slow === undefined ? [] : [{ range: { [duration]: { gte: slow } } }]),
    ...(errors ? [{ term: { 'status.code': 2 } }] : []),
    ...attributes.map(withAttribute),
  ];
  const within = { range: { startTime: { ...(since ? { gte: since } : {}), lte: until ?? latest } } };
  const { body } = await client.search({
    index: spanAlias,
    body: {
      size: count,
      query: { bool: { filter: [...matching, within], must_not: [noSpan] } },
      collapse: { field: 'traceId' },
      sort: slow === undefined ? [{ startTime: 'desc' }] : [{ [duration]: 'desc' }],
      _source: ['traceId'],
      aggs: { traces: { cardinality: { field: 'traceId' } } },
    } as object,
  });
  const ids = body.hits.hits.map(({ _source }) => (_source as unknown as { traceId: string }).traceId);
  const aheadOf = await client.count({
    index: spanAlias,
    body: { query: { bool: { filter: [...matching, { range: { startTime: { gt: latest } } }] } } },
  });
  const total = (body.aggregations?.traces as { value?: number } | undefined)?.value ?? 0;
  const traces = ids.length > 0 ? await summaries(client, ids) : [];
  return { traces, total: Math.max(total, traces.length), ahead: aheadOf.body.count };
}

async function summaries(client: Client, ids: readonly string[]): Promise<Listed[]> {
  const { body } = await client.search({
    index: spanAlias,
    body: {
      size: 0,
      query: { bool: { filter: [{ terms: { traceId: [...ids] } }], must_not: [noSpan] } },
      aggs: {
        traces: {
          terms: { field: 'traceId', size: ids.length },
          aggs: {
            errors: { filter: { term: { 'status.code': 2 } } },
            crossings: { filter: { terms: { [`span.attributes.${crossingAttribute}`]: ['hk-cn', 'cn-hk'] } } },
            first: { top_hits: { size: 1, sort: [{ startTime: 'asc' }] } },
          },
        },
      },
    } as object,
  });
  interface Bucket {
    key: string;
    doc_count: number;
    errors: { doc_count: number };
    crossings: { doc_count: number };
    first: { hits: { hits: { _source: StoredSpan & { traceGroupFields?: { durationInNanos: number } } }[] } };
  }
  const { buckets } = (body.aggregations as unknown as { traces: { buckets: Bucket[] } }).traces;
  return ids.flatMap((traceId) => {
    const bucket = buckets.find(({ key }) => key === traceId);
    const first = bucket?.first.hits.hits[0]?._source;
    if (!bucket || !first) return [];
    return {
      traceId,
      startTime: first.startTime,
      durationInNanos: first.traceGroupFields?.durationInNanos ?? first.durationInNanos,
      failed: bucket.errors.doc_count > 0,
      crossings: bucket.crossings.doc_count,
      spans: bucket.doc_count,
      serviceName: first.serviceName,
      name: first.traceGroup,
    };
  });
}
