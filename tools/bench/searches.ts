/** The searches of Trace Analytics that are aggregations, as the page sends them. */
import type { Client } from '@opensearch-project/opensearch';

const spans = 'otel-v1-apm-span-*';
const minute = 60_000;
/** The last minutes before an instant: the load is older than now when searches are timed. */
const before = (end: number, minutes: number) => ({
  bool: {
    filter: [
      {
        range: { startTime: { gte: new Date(end - minutes * minute).toISOString(), lte: new Date(end).toISOString() } },
      },
    ],
  },
});

const groupDuration =
  "if (doc.containsKey('traceGroupFields.durationInNanos') && !doc['traceGroupFields.durationInNanos'].empty) { return Math.round(doc['traceGroupFields.durationInNanos'].value / 10000) / 100.0 } return 0";
const lastUpdated =
  "if (doc.containsKey('traceGroupFields.endTime') && !doc['traceGroupFields.endTime'].empty) { return doc['traceGroupFields.endTime'].value.toInstant().toEpochMilli() }";

const search = async (client: Client, index: string, body: object): Promise<unknown> => client.search({ index, body });
const pair = (side: string) => ({
  terms: { field: `${side}.resource`, size: 500 },
  aggs: { domain: { terms: { field: `${side}.domain`, size: 500 } } },
});

export const searches = {
  traceList: (client: Client, end: number) =>
    search(client, spans, {
      size: 0,
      query: before(end, 5),
      aggs: {
        unique_traces: { cardinality: { field: 'traceId' } },
        traces: {
          terms: { field: 'traceId', size: 500, order: { _key: 'asc' } },
          aggs: {
            latency: { max: { script: { source: groupDuration, lang: 'painless' } } },
            trace_group: { terms: { field: 'traceGroup', size: 1 } },
            error_count: { filter: { term: { 'traceGroupFields.statusCode': '2' } } },
            last_updated: { max: { script: { source: lastUpdated, lang: 'painless' } } },
          },
        },
      },
    }),
  services: (client: Client, end: number) =>
    search(client, spans, {
      size: 0,
      query: before(end, 60),
      aggs: {
        services: {
          terms: { field: 'serviceName', size: 500 },
          aggs: { trace_count: { cardinality: { field: 'traceId' } }, latency: { avg: { field: 'durationInNanos' } } },
        },
      },
    }),
  serviceMap: (client: Client) =>
    search(client, 'otel-v1-apm-service-map*', {
      size: 0,
      aggs: {
        services: {
          terms: { field: 'serviceName', size: 500 },
          aggs: { target: pair('target'), destination: pair('destination') },
        },
      },
    }),
} as const;
