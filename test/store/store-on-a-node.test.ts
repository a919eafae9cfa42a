/** The writer in front of a real node, which is poisoned, blocked, killed and restored; and who may do what there. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@opensearch-project/opensearch';
import {
  type OpenSearchNode,
  type PreparedNode,
  prepareOpenSearch,
  startOpenSearch,
} from '../../harness/opensearch-node/node';
import { storeClient } from '../../lib/store/client';
import { WriterServer } from '../../lib/store/span-writer/server';
import { readSection } from '../../tools/bench/section';
import { applyForMatrix, documentsForNode } from '../../tools/permissions/documents';
import { arnOf, permissionMatrix, type Role, roles } from '../../tools/permissions/matrix';
import { fetchTrace } from '../../tools/trace/fetch';
import { poison, poisoned } from './span-writer/poison';
import { attribute, encode, type Json, sendUntilTaken, service, span, traceId } from './span-writer/support';

const [address, port] = ['127.77.93.51', 9200];
const password = randomBytes(18).toString('base64url');
const directory = mkdtempSync(join(tmpdir(), 'harbourline-store-'));
const deadLetterDirectory = join(directory, 'dead-letters');
let prepared: PreparedNode;
let node: OpenSearchNode;
const as = {} as Record<Role, Client>;
let writer: WriterServer;
let url: string;
/** What the writer logged. */
const refusals: string[] = [];

async function start(): Promise<void> {
  const users = [
    ...roles.map((name) => ({ name: `${name}`, password, backendRoles: [arnOf(name)] })),
    { name: 'both', password, backendRoles: [arnOf('reader'), arnOf('investigator')] },
  ];
  node = await startOpenSearch(prepared, { directory: join(directory, 'node'), address, port, users });
}

/** Clients and a writer of the node that runs: each start has certificates of its own. */
async function connect(): Promise<void> {
  const { endpoint, caFile } = node;
  for (const username of roles) {
    as[username] = storeClient({ endpoint, caFile, auth: { kind: 'basic', username, password } });
  }
  writer = new WriterServer({
    settings: {
      deadLetterDirectory,
      deadLetterDays: 7,
      maxBodyBytes: 16 << 20,
      maxInFlight: 8,
      maxBytesInFlight: 32 << 20,
      bulkBytes: 8 << 20,
      deadLetterMaxBytes: 64 << 20,
    },
    client: as.writer,
    log: (_, message, details) => refusals.push(`${message} ${JSON.stringify(details)}`),
  });
  await new Promise<void>((resolve) => writer.server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(writer.server.address() as AddressInfo).port}`;
}

async function disconnect(): Promise<void> {
  await writer.stop(0);
  await Promise.all(Object.values(as).map((client) => client.close()));
}

beforeAll(async () => {
  prepared = await prepareOpenSearch();
  await start();
  await connect();
  await applyForMatrix(as.bootstrap, documentsForNode({ maximumFields: 400 }));
}, 300_000);
afterAll(async () => {
  await disconnect();
  await node.stop();
  rmSync(directory, { recursive: true, force: true });
});

const post = async (...resourceSpans: object[]): Promise<number> => {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(encode(...resourceSpans)),
  });
  await response.arrayBuffer();
  return response.status;
};
const store = (...resourceSpans: object[]): Promise<void> =>
  sendUntilTaken(
    () => post(...resourceSpans),
    () => `${refusals.at(-1)}`,
  );
/** Aggregations are written as a page sends them. */
const aggregate = async (index: string, body: Json): Promise<Json> =>
  (await as.reader.search({ index, body })).body.aggregations;
const found = async (query: object, client = as.bootstrap): Promise<Json[]> => {
  await as.bootstrap.indices.refresh({ index: 'otel-v1-apm-*' });
  const { body } = await client.search({ index: 'otel-v1-apm-span-*', body: { size: 3_000, query } });
  return body.hits.hits.map(({ _source }) => _source);
};
const ofTrace = (n: number) => ({ term: { traceId: traceId(n).toString('hex') } });
const counter = async (name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};
const letters = (): Json[] =>
  readdirSync(deadLetterDirectory).flatMap((name) =>
    readFileSync(join(deadLetterDirectory, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );

test(`${Object.keys(poison).length} kinds of poison: each span is stored or a dead letter, and all are counted`, async () => {
  const spans = poisoned();
  await store(service('a', spans));
  const stored = await found(ofTrace(1));
  expect(stored.length + letters().length).toBe(spans.length);
  // One has no id to be stored under. Nothing else is lost.
  expect(letters().map(({ reason }) => reason.split(':')[0])).toEqual(['invalid_id']);
  expect(await counter('harbourline_writer_dead_letters_total')).toBe(1);
  const defused = stored.filter((document) => document['harbourline.defused'] !== undefined);
  expect(await counter('harbourline_writer_documents_defused_total')).toBe(defused.length);
  // What is wrong with them takes their attributes, not their place in the trace.
  for (const document of defused) {
    expect(document['harbourline.original']).toContain('"spanId"');
    expect(document.serviceName).toBe('a');
  }
  const kinds = Object.keys(poison);
  const spared = spans.filter(({ spanId }) => defused.some((document) => document.spanId === spanId?.toString('hex')));
  expect(spared.map((one) => kinds[spans.indexOf(one)]).sort()).toEqual(
    ['a start in the year 2554', 'an event in the year 2554'].sort(),
  );
});

test('the attributes of a defused span are found by words, by those who may see them', async () => {
  const query = { match: { 'harbourline.original': 'drowning' } };
  expect(await found(query, as.investigator)).toHaveLength(1);
  expect(await found(query, as.reader)).toHaveLength(0);
  const [seen] = await found({ term: { 'span.attributes.http@route': '/kept' } }, as.reader);
  expect(seen['harbourline.defused']).toBe('mapper_parsing_exception');
  expect(seen['harbourline.original']).toBeUndefined();
});

test('a disk over its watermark makes indices read-only: spans come again until they are in', async () => {
  const block = (on: boolean | null) =>
    as.bootstrap.indices.putSettings({
      index: 'otel-v1-apm-span',
      body: { 'index.blocks.read_only_allow_delete': on },
    });
  await block(true); // what the node itself sets at its flood stage
  const ordinary = [2, 3].map((n) => span(n, undefined, { traceId: traceId(2) }));
  expect([429, 503]).toContain(await post(service('a', ordinary)));
  expect(await found(ofTrace(2))).toEqual([]);
  await block(null);
  await store(service('a', ordinary));
  expect(await found(ofTrace(2))).toHaveLength(2);
  expect(letters()).toHaveLength(1);
});

test('the page’s requests answer on what the writer stored, as the reader', async () => {
  const crossing = attribute('crossing', 'hk-cn');
  const inTrace = { traceId: traceId(3) };
  const client = span(11, 10, { ...inTrace, name: 'POST', kind: 3, attributes: [crossing] });
  await store(
    service('payment', [span(10, undefined, { ...inTrace, name: 'POST /payments', kind: 2 }), client]),
    service('settlement', [
      span(12, 11, { ...inTrace, name: 'POST /settlements', kind: 2, status: { code: 2, message: 'refused' } }),
    ]),
  );
  const [root] = await found({ bool: { filter: [ofTrace(3), { term: { parentSpanId: '' } }] } }, as.reader);
  expect(root).toMatchObject({ name: 'POST /payments', traceGroup: 'POST /payments' });

  // The service map is joined by (target.resource, target.domain) = (destination.resource, destination.domain).
  const pair = (side: string) => ({
    terms: { field: `${side}.resource` },
    aggs: { domain: { terms: { field: `${side}.domain` } } },
  });
  const map = await aggregate('otel-v1-apm-service-map*', {
    size: 0,
    aggs: {
      s: { terms: { field: 'serviceName' }, aggs: { target: pair('target'), destination: pair('destination') } },
    },
  });
  const services = map.s.buckets;
  const side = (name: string, which: string) => {
    const bucket = services.find(({ key }: Json) => key === name)[which].buckets[0];
    return bucket && [bucket.key, bucket.domain.buckets[0].key];
  };
  expect(side('payment', 'destination')).toEqual(['POST /settlements', 'settlement']);
  expect(side('settlement', 'target')).toEqual(side('payment', 'destination'));
  expect(side('payment', 'target')).toEqual(['POST /payments', 'payment']);

  // The map's figures: spans by the names that are targets; latency and share of errors.
  const figures = await aggregate('otel-v1-apm-span-*', {
    size: 0,
    query: { bool: { filter: [ofTrace(3), { terms: { name: ['POST /settlements'] } }] } },
    aggs: {
      by: {
        terms: { field: 'serviceName' },
        aggs: {
          latency: { avg: { field: 'durationInNanos' } },
          errors: { filter: { term: { 'status.code': '2' } } },
        },
      },
    },
  });
  expect(figures.by.buckets).toEqual([
    { key: 'settlement', doc_count: 1, latency: { value: 1000 }, errors: { doc_count: 1 } },
  ]);

  // A dashboard's percentiles and errors by trace group, and the fly-out.
  const groups = await aggregate('otel-v1-apm-span-*', {
    size: 0,
    query: { bool: { filter: [ofTrace(3), { term: { parentSpanId: '' } }] } },
    aggs: {
      g: {
        terms: { field: 'traceGroup' },
        aggs: { p: { percentiles: { field: 'durationInNanos', percents: [99] } } },
      },
    },
  });
  expect(groups.g.buckets[0]).toMatchObject({
    key: 'POST /payments',
    p: { values: { '99.0': 1000 } },
  });
  expect(await found({ term: { spanId: client.spanId.toString('hex') } }, as.reader)).toHaveLength(1);

  const { spans: trace } = await fetchTrace(as.reader, traceId(3).toString('hex'));
  expect(trace.map(({ name }) => name).sort()).toEqual(['POST', 'POST /payments', 'POST /settlements']);
});

test('every role may do what the table in docs/compliance.md says, and no more', async () => {
  expect(readSection('permissions:update', 'compliance')).toContain(await permissionMatrix(as));
});

test('a reader who is an investigator too still sees masks: OpenSearch keeps what hides more', async () => {
  const { endpoint, caFile } = node;
  const both = storeClient({ endpoint, caFile, auth: { kind: 'basic', username: 'both', password } });
  const [seen] = await found({ term: { spanId: 'seed' } }, both);
  await both.close();
  expect(seen['span.attributes.client@address']).toMatch(/^[0-9a-f]{64}$/);
});

test('a restore drill: a snapshot, a lost index, and everything back', async () => {
  const index = 'otel-v1-apm-span-000001';
  const call = async (method: string, path: string, body?: object): Promise<Json> =>
    (await as.administrator.transport.request({ method, path, ...(body ? { body } : {}) })).body;
  const before = (await found({ match_all: {} })).length;
  await call('PUT', '/_snapshot/drill', { type: 'fs', settings: { location: 'drill' } });
  const chosen = { indices: 'otel-v1-apm-*', include_global_state: false };
  const { snapshot } = await call('PUT', '/_snapshot/drill/one?wait_for_completion=true', chosen);
  expect(snapshot).toMatchObject({ state: 'SUCCESS', failures: [] });
  await call('DELETE', `/${index}`);
  expect(await post(service('a', [span(1, undefined)]))).toBe(503); // not into an index of its own making
  const { snapshot: restored } = await call('POST', '/_snapshot/drill/one/_restore?wait_for_completion=true', {
    ...chosen,
    indices: index,
  });
  expect(restored.shards.failed).toBe(0);
  expect(await found({ match_all: {} })).toHaveLength(before);
  // Alias and write index came with it: writers go on.
  await store(service('a', [span(1, undefined, { traceId: traceId(4) })]));
  expect(await found(ofTrace(4))).toHaveLength(1);
});

test('a node that is killed in mid-bulk: what was not answered comes again, and nothing is missing', async () => {
  const batches = Array.from({ length: 30 }, (_, batch) =>
    Array.from({ length: 200 }, (_, n) => span(batch * 200 + n, undefined, { traceId: traceId(5) })),
  );
  // Like the collector: four at a time, and what was not answered with 200 again.
  let open = batches;
  const round = async (): Promise<void> => {
    const left: typeof batches = [];
    const queue = [...open];
    const consume = async () => {
      for (let batch = queue.shift(); batch; batch = queue.shift()) {
        if ((await post(service('a', batch))) !== 200) left.push(batch);
        if (queue.length === 20) void node.kill();
      }
    };
    await Promise.all([consume(), consume(), consume(), consume()]);
    open = left;
  };
  await round();
  expect(open.length).toBeGreaterThan(0);
  expect(open.length).toBeLessThan(batches.length);
  await disconnect();
  await start();
  await connect();
  while (open.length > 0) await round();
  await as.bootstrap.indices.refresh({ index: 'otel-v1-apm-*' });
  const { body } = await as.bootstrap.count({ index: 'otel-v1-apm-span', body: { query: ofTrace(5) } });
  expect(body.count).toBe(30 * 200);
});
