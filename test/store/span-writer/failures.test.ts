import { mkdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { responseType } from '../../../lib/store/span-writer/otlp';
import { attribute, encode, type Json, Rig, service, span, spanId, traceId, type Verdict } from './support';

let rig: Rig;
afterEach(async () => {
  await rig.stop();
  expect(rig.store.problems).toEqual([]);
});

const three = encode(service('a', [span(1, undefined), span(2, 1), span(3, 1)]));
const idOf = (n: number) => `${traceId(1).toString('hex')}/${spanId(n).toString('hex')}`;
/** Without what tells spans of the same ids apart. */
const shortId = (id: string) => id.split('/', 2).join('/');
const partialSuccess = async (response: Response): Promise<Json> =>
  responseType.toObject(responseType.decode(new Uint8Array(await response.arrayBuffer())), { longs: Number })
    .partialSuccess;

describe('the store does not take it now: the collector keeps it', () => {
  const request = (status: number, type?: string) => ({
    status,
    ...(type ? { body: { error: { type }, status } } : {}),
  });

  test.each<[string, number, ReturnType<typeof request>]>([
    ['pushes back', 429, request(429, 'rejected_execution_exception')],
    ['fails', 503, request(500, 'exception')],
    ['is overloaded', 503, request(503)],
    ['is behind a gateway that times out', 503, request(504)],
    ['is not initialised', 503, { status: 503, body: 'OpenSearch Security not initialized.' as never }],
    ['does not know the writer', 503, request(401)],
    ['does not let the writer in', 503, request(403, 'security_exception')],
    ['has no such index', 503, request(404, 'index_not_found_exception')],
    ['is something else', 503, request(400)],
    ['answers without items', 503, { status: 200, body: { errors: false } as never }],
  ])('when it %s', async (_, status, answer) => {
    rig = await new Rig().start();
    rig.store.answer = () => answer;
    const response = await rig.post(three);
    expect(response.status).toBe(status);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(rig.deadLetterFiles).toEqual([]);
    expect(await rig.metrics()).toMatch(new RegExp(`requests_refused_total{status="${status}",reason="[^"]+"} 1`));

    rig.store.answer = () => undefined;
    expect((await rig.post(three)).status).toBe(200);
    expect(Object.keys(rig.store.spans)).toHaveLength(3);
  });

  test.each<[number, Verdict]>([
    [429, { status: 429, type: 'rejected_execution_exception' }],
    [503, { status: 403, type: 'security_exception' }],
    [503, { status: 404, type: 'index_not_found_exception' }],
    [503, { status: 503, type: 'unavailable_shards_exception' }],
    [503, { status: 400, type: 'index_closed_exception' }],
    [503, { status: 400, type: 'illegal_argument_exception', reason: 'no write index is defined for alias [x]' }],
  ])('when an item inside a 200 says %i: %j', async (status, verdict) => {
    rig = await new Rig().start();
    rig.store.verdict = (_, id) => (shortId(id) === idOf(2) ? verdict : undefined);
    const response = await rig.post(three);
    expect(response.status).toBe(status);
    expect(response.headers.has('retry-after')).toBe(true);

    rig.store.verdict = () => undefined;
    expect((await rig.post(three)).status).toBe(200);
    // The retry rewrote the same documents.
    expect(rig.store.bulks[1]).toEqual(rig.store.bulks[0]);
    expect(Object.keys(rig.store.spans)).toHaveLength(3);
    expect(rig.deadLetterFiles).toEqual([]);
  });

  test('the store’s Retry-After is passed on', async () => {
    rig = await new Rig().start();
    rig.store.answer = () => ({ status: 429, headers: { 'retry-after': '17' } });
    expect((await rig.post(three)).headers.get('retry-after')).toBe('17');
  });

  test('when it cuts connections, or is away, and is back', async () => {
    rig = await new Rig().start();
    rig.store.answer = () => 'cut';
    expect((await rig.post(three)).status).toBe(503);
    rig.store.answer = () => undefined;
    await rig.store.close();
    expect((await rig.post(three)).status).toBe(503);
    await rig.store.listen(rig.storePort);
    expect((await rig.post(three)).status).toBe(200);
  });

  test('dead letters are not written while other documents must come again', async () => {
    rig = await new Rig().start();
    const refuse = { [idOf(1)]: { status: 400, type: 'mapper_parsing_exception' }, [idOf(3)]: { status: 429 } };
    rig.store.verdict = (_, id) => refuse[shortId(id)];
    expect((await rig.post(three)).status).toBe(429);
    expect(rig.deadLetterFiles).toEqual([]);
    delete refuse[idOf(3)];
    expect((await rig.post(three)).status).toBe(200);
    expect(rig.deadLetters.map(({ id }) => shortId(id))).toEqual([idOf(1)]);
  });
});

describe('the store refuses a document for its content', () => {
  test.each<Verdict>([
    { status: 400, type: 'mapper_parsing_exception', reason: 'failed to parse field [x]' },
    { status: 400, type: 'strict_dynamic_mapping_exception', reason: 'not allowed' },
    { status: 400, type: 'illegal_argument_exception', reason: 'Limit of total fields [1000] has been exceeded' },
    { status: 413, type: 'too_large', reason: 'document too large' },
  ])('%j: it is a dead letter, the others are stored', async (verdict) => {
    rig = await new Rig().start();
    rig.store.verdict = (_, id) => (shortId(id) === idOf(2) ? verdict : undefined);
    const response = await rig.post(three);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-protobuf');
    const partial = await partialSuccess(response);
    expect(partial.rejectedSpans).toBe(1);
    expect(partial.errorMessage).toContain(verdict!.type);
    expect(Object.keys(rig.store.spans)).toEqual(['span 1', 'span 3']);

    const [name] = rig.deadLetterFiles;
    expect(name).toMatch(/^dead-letters-\d{4}-\d\d-\d\d\.jsonl$/);
    expect(statSync(join(rig.deadLetterDirectory, name!)).mode & 0o777).toBe(0o600);
    expect(rig.deadLetters).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        index: 'otel-v1-apm-span',
        id: expect.stringMatching(new RegExp(`^${idOf(2)}/`)),
        reason: `${verdict!.type}: ${verdict!.reason}`,
        document: expect.objectContaining({ name: 'span 2', spanId: spanId(2).toString('hex') }),
      },
    ]);
    const text = await rig.metrics();
    expect(text).toContain(`harbourline_writer_dead_letters_total{reason="${verdict!.type}"} 1`);
    expect(text).toContain('harbourline_writer_documents_stored_total{index="otel-v1-apm-span"} 2');
    expect(text).toContain('harbourline_writer_spans_received_total 3');
  });

  test('a dead edge is reported, but rejects no span', async () => {
    rig = await new Rig().start();
    rig.store.verdict = (index) =>
      index === 'otel-v1-apm-service-map' ? { status: 400, type: 'x_exception' } : undefined;
    const response = await rig.post(encode(service('a', [span(1, undefined)]), service('b', [span(2, 1)])));
    expect(await partialSuccess(response)).toMatchObject({
      errorMessage: expect.stringContaining('0 spans and 3 edges'),
    });
    expect(rig.deadLetters).toHaveLength(3);
  });

  test('a body that is too large for the store is halved until it fits; what fits nowhere is a dead letter', async () => {
    rig = await new Rig().start();
    rig.store.answer = (bytes) => (bytes > 2000 ? { status: 413, body: 'too large' } : undefined);
    const large = span(2, 1, { attributes: [attribute('x', 'y'.repeat(3000))] });
    const response = await rig.post(encode(service('a', [span(1, undefined), large, span(3, 1)])));
    expect(response.status).toBe(200);
    expect(Object.keys(rig.store.spans)).toEqual(['span 1', 'span 3']);
    expect(rig.deadLetters.map(({ id }) => shortId(id))).toEqual([idOf(2)]);
  });

  test('a span without proper ids is a dead letter, the others are stored', async () => {
    rig = await new Rig().start();
    const response = await rig.post(
      encode(service('a', [span(1, undefined), span(2, 1, { spanId: Buffer.alloc(0) })])),
    );
    expect((await partialSuccess(response)).rejectedSpans).toBe(1);
    expect(Object.keys(rig.store.spans)).toEqual(['span 1']);
    expect(rig.deadLetters[0].reason).toContain('invalid_id');
  });

  test('a dead letter is on the disk before the answer', async () => {
    rig = await new Rig().start();
    const handle = await open(__filename, 'r');
    const files = Object.getPrototypeOf(handle);
    const { sync } = files;
    await handle.close();
    let synced = 0;
    files.sync = function (this: unknown) {
      synced += 1;
      return sync.call(this);
    };
    rig.store.verdict = () => ({ status: 400, type: 'mapper_parsing_exception' });
    expect((await rig.post(three)).status).toBe(200);
    expect(synced).toBe(2); // the file and its directory
    files.sync = sync;
  });

  test('when the dead letter cannot be written, nothing is acknowledged', async () => {
    rig = await new Rig().start();
    rig.store.verdict = () => ({ status: 400, type: 'mapper_parsing_exception' });
    rmSync(rig.deadLetterDirectory, { recursive: true });
    expect((await rig.post(three)).status).toBe(503);
    mkdirSync(rig.deadLetterDirectory);
    expect((await rig.post(three)).status).toBe(200);
    expect(rig.deadLetters).toHaveLength(3);
  });

  test('neither log nor metrics hold what the documents hold', async () => {
    rig = await new Rig().start();
    rig.store.verdict = () => ({ status: 400, type: 'mapper_parsing_exception', reason: 'value: orange-box' });
    const secret = span(1, undefined, { name: 'orange-box', attributes: [attribute('orange-box', 'orange-box')] });
    const response = await rig.post(encode(service('orange-box', [secret])));
    expect(JSON.stringify(await partialSuccess(response))).not.toContain('orange-box');
    expect(JSON.stringify(rig.logs)).not.toContain('orange-box');
    expect(await rig.metrics()).not.toContain('orange-box');
    expect(rig.logs).toContainEqual(expect.objectContaining({ message: 'documents refused for their content' }));
  });
});

describe('requests', () => {
  const post = (body: Buffer, headers?: Record<string, string>) => rig.post(body, headers);

  test.each<[string, number, Buffer, Record<string, string>]>([
    ['gzip', 200, gzipSync(three), { 'content-encoding': 'gzip' }],
    ['an empty request', 200, Buffer.alloc(0), {}],
    ['JSON', 415, Buffer.from('{}'), { 'content-type': 'application/json' }],
    ['zstd', 415, three, { 'content-encoding': 'zstd' }],
    ['no gzip', 400, three, { 'content-encoding': 'gzip' }],
    ['no protobuf', 400, Buffer.from('hello, this is text'), {}],
    ['a truncated request', 400, three.subarray(0, -5), {}],
    ['a large body', 413, Buffer.alloc(300_000), {}],
    ['a body that unpacks to a large one', 413, gzipSync(Buffer.alloc(3_000_000)), { 'content-encoding': 'gzip' }],
  ])('%s is answered with %i', async (_, status, body, headers) => {
    rig = await new Rig().start({ maxBodyBytes: 10_000 });
    expect((await post(body, headers)).status).toBe(status);
    expect(Object.keys(rig.store.spans)).toHaveLength(body.length > 0 && status === 200 ? 3 : 0);
    if (status !== 200) expect(await rig.metrics()).toContain(`requests_refused_total{status="${status}"`);
  });

  test('an answer without losses is empty', async () => {
    rig = await new Rig().start();
    expect((await (await post(three)).arrayBuffer()).byteLength).toBe(0);
  });

  test('other paths and methods are not there; health says nothing', async () => {
    rig = await new Rig().start();
    expect((await fetch(`${rig.url}/v1/traces`)).status).toBe(404);
    expect((await fetch(`${rig.url}/v1/metrics`, { method: 'POST' })).status).toBe(404);
    const health = await fetch(`${rig.url}/healthz`);
    expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
  });

  test('bulk bodies stay under their limit', async () => {
    rig = await new Rig().start({ bulkBytes: 2_000 });
    const sizes: number[] = [];
    rig.store.answer = (bytes) => void sizes.push(bytes);
    await post(
      encode(
        service(
          'a',
          Array.from({ length: 20 }, (_, n) => span(n, undefined)),
        ),
      ),
    );
    expect(Object.keys(rig.store.spans)).toHaveLength(20);
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2_000);
  });

  test('nothing is acknowledged before the store has; beyond the limit requests are put off', async () => {
    rig = await new Rig().start({ maxInFlight: 1 });
    let open = () => {};
    rig.store.gate = new Promise((resolve) => {
      open = resolve;
    });
    const came = new Promise<void>((resolve) => {
      rig.store.onBulk = resolve;
    });
    let answered = false;
    const first = post(three).then((response) => {
      answered = true;
      return response;
    });
    await came;
    const second = await post(three);
    expect([second.status, second.headers.has('retry-after')]).toEqual([429, true]);
    expect(await rig.metrics()).toContain('harbourline_writer_requests_in_flight 1');
    expect(answered).toBe(false);
    open();
    expect((await first).status).toBe(200);
    expect(await rig.metrics()).toContain('harbourline_writer_requests_in_flight 0');
    expect(await rig.metrics()).toContain('harbourline_writer_bulk_seconds_count 1');
  });
});
