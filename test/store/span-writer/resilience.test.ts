import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@opensearch-project/opensearch';
import { writerMetrics } from '../../../lib/contract/metrics';
import { DeadLetters } from '../../../lib/store/span-writer/dead-letters';
import { Metrics } from '../../../lib/store/span-writer/metrics';
import { publishMetrics } from '../../../lib/store/span-writer/publish';
import { replay } from '../../../lib/store/span-writer/replay';
import { encode, FakeStore, type Json, Rig, service, span } from './support';

describe('dead letters', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dead-letters-'));
  const store = new FakeStore();
  let client: Client;
  const lines: string[] = [];
  beforeAll(async () => {
    client = new Client({ node: `http://127.0.0.1:${await store.listen()}` });
  });
  afterAll(async () => {
    await client.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const letter = (id: string, type: string) => ({
    index: 'otel-v1-apm-span',
    id,
    source: JSON.stringify({ traceId: 't', spanId: id, name: id }),
    type,
    reason: 'because',
  });
  const again = () => replay([folder], {}, (line) => lines.push(line), client);

  test('are stored again; what is refused again stays, the rest is gone from the file', async () => {
    await new DeadLetters(folder).write([letter('a', 'x'), letter('b', 'x'), letter('c', 'invalid_id')]);
    store.verdict = (_, id) => (id === 'b' ? { status: 400, type: 'mapper_parsing_exception' } : undefined);
    expect(await again()).toEqual({ stored: 1, defused: 0, dead: 2 });
    const [file] = readdirSync(folder);
    expect(
      readFileSync(join(folder, file!), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['b', 'c']);
    store.verdict = () => undefined;
    expect(await again()).toEqual({ stored: 1, defused: 0, dead: 1 });
    expect(lines.at(-1)).toBe('1 stored, 1 left');
    expect(store.in('otel-v1-apm-span')).toHaveLength(2);
  });

  test('stay as they are when the store is away, and when a file is none of theirs', async () => {
    await new DeadLetters(folder).write([letter('d', 'x')]);
    store.answer = () => ({ status: 503 });
    await expect(again()).rejects.toThrow('Try again later');
    store.answer = () => undefined;
    expect(readdirSync(folder)).toHaveLength(1);
    writeFileSync(join(folder, 'other.jsonl'), '{"a":1}\n');
    await expect(again()).rejects.toThrow(/other.jsonl:1 is no dead letter. Nothing was sent/);
    await expect(replay(['/nowhere'], {}, () => {}, client)).rejects.toThrow('There is no /nowhere');
  });

  test('that were cut short by a full disk or a kill do not hold up the others', async () => {
    const own = mkdtempSync(join(tmpdir(), 'dead-letters-'));
    const path = join(own, `dead-letters-${new Date().toISOString().slice(0, 10)}.jsonl`);
    writeFileSync(path, '{"time":"2026-03-01T12:00:00Z","index":"otel-v1-apm-sp');
    await new DeadLetters(own).write([letter('f', 'x')]);
    const said: string[] = [];
    expect(await replay([own], {}, (line) => said.push(line), client)).toEqual({ stored: 1, defused: 0, dead: 0 });
    expect(said[0]).toBe(`${path}:1 was cut short while it was written: its span was sent again, and is left out`);
    rmSync(own, { recursive: true });
  });

  test('are deleted after their days', async () => {
    const day = (text: string) => () => new Date(`${text}T12:00:00Z`);
    const own = mkdtempSync(join(tmpdir(), 'dead-letters-'));
    for (const date of ['2026-03-01', '2026-03-02', '2026-03-08']) {
      await new DeadLetters(own, { now: day(date), days: 7 }).write([letter('e', 'x')]);
    }
    expect(readdirSync(own).sort()).toEqual(['dead-letters-2026-03-02.jsonl', 'dead-letters-2026-03-08.jsonl']);
    rmSync(own, { recursive: true });
  });
});

test('own metrics go out as deltas, with CloudWatch’s units, a histogram that percentiles can be read from', async () => {
  const batches: Json[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      batches.push(JSON.parse(text));
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const metrics = new Metrics();
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`;
  const stop = publishMetrics(metrics, endpoint, 3_600_000);
  metrics.add('harbourline_writer_documents_stored_total', 7, { index: 'a' });
  metrics.add('harbourline_writer_documents_stored_total', 3, { index: 'b' });
  metrics.add('harbourline_writer_requests_refused_total', 1, { status: 429, reason: 'x' });
  metrics.add('harbourline_writer_requests_refused_total', 1, { status: 400, reason: 'x' });
  metrics.observe(0.25);
  await stop(); // the last minute is not lost
  const sent: Json[] = batches[0].resourceMetrics[0].scopeMetrics[0].metrics;
  expect(sent.map(({ name, unit }) => [name, unit]).sort()).toEqual(
    Object.values(writerMetrics)
      .map(({ name, unit }) => [name, unit])
      .sort(),
  );
  const value = (name: string) => sent.find((metric) => metric.name === name).sum.dataPoints[0].asDouble;
  expect([value(writerMetrics.stored.name), value(writerMetrics.retried.name)]).toEqual([10, 1]);
  const { exponentialHistogram } = sent.find(({ name }) => name === writerMetrics.latency.name);
  expect(exponentialHistogram).toMatchObject({ aggregationTemporality: 1, dataPoints: [{ count: 1, sum: 250 }] });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a storm of 429 and 503: everything comes again until it is in, once', async () => {
  const rig = await new Rig().start();
  let seed = 7;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  rig.store.answer = () => (random() < 0.3 ? { status: random() < 0.5 ? 429 : 503 } : undefined);
  rig.store.verdict = () => (random() < 0.02 ? { status: 429, type: 'rejected_execution_exception' } : undefined);
  let open = Array.from({ length: 40 }, (_, batch) => batch);
  let rounds = 0;
  for (; open.length > 0 && rounds < 500; rounds++) {
    const spans = (batch: number) => Array.from({ length: 20 }, (_, n) => span(batch * 20 + n, undefined));
    const answers = await Promise.all(open.slice(0, 4).map((batch) => rig.post(encode(service('a', spans(batch))))));
    open = [...open.slice(4), ...open.slice(0, 4).filter((_, at) => answers[at]!.status !== 200)];
  }
  expect(open).toEqual([]);
  expect(rounds).toBeGreaterThan(15); // it was a storm
  expect(rig.store.in('otel-v1-apm-span')).toHaveLength(800);
  expect(rig.deadLetterFiles).toEqual([]);
  await rig.stop();
});

test('memory is bounded: what does not fit beside what is under way comes again', async () => {
  const rig = await new Rig().start({ maxInFlight: 100, maxBytesInFlight: 1_000 });
  let open = () => {};
  rig.store.gate = new Promise((resolve) => {
    open = resolve;
  });
  const came = new Promise<void>((resolve) => {
    rig.store.onBulk = resolve;
  });
  const large = encode(
    service(
      'a',
      Array.from({ length: 50 }, (_, n) => span(n, undefined)),
    ),
  );
  expect(large.length).toBeGreaterThan(1_000);
  const first = rig.post(large); // alone, whatever its size
  await came;
  expect((await rig.post(encode(service('a', [span(1, undefined)])))).status).toBe(429);
  open();
  expect((await first).status).toBe(200);
  expect((await rig.post(large)).status).toBe(200);
  await rig.stop();
});
