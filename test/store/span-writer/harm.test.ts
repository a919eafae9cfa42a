/** One service that spoils nothing: many keys, large traces, many dead letters; and spans that come again elsewhere. */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Client } from '@opensearch-project/opensearch';
import { DeadLetters } from '../../../lib/store/span-writer/dead-letters';
import { replay } from '../../../lib/store/span-writer/replay';
import { attribute, encode, type Json, map, Rig, service, span, traceId } from './support';

let rig: Rig;
afterEach(async () => {
  await rig.stop();
  expect(rig.store.problems).toEqual([]);
});
const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

test('a service that sends 1,000 keys gets 50 fields; the rest are lines, and are counted', async () => {
  rig = await new Rig().start();
  await rig.post(
    encode(
      service(
        'noisy',
        many(50, (n) => span(n, undefined, { attributes: many(20, (k) => attribute(`key.${n}.${k}`, `v${n}`)) })),
      ),
      service('other', [
        span(99, undefined, { attributes: [attribute('shop', 'HK-7'), attribute('http.route', '/x')] }),
      ]),
    ),
  );
  const stored = rig.store.in('otel-v1-apm-span');
  const fields = new Set(
    stored.flatMap((one) => Object.keys(one).filter((key) => key.startsWith('span.attributes.key'))),
  );
  expect(fields.size).toBe(50);
  expect(stored.flatMap((one) => one['harbourline.aside'] ?? [])).toHaveLength(950);
  expect(stored.at(-1)).toMatchObject({ 'span.attributes.shop': 'HK-7', 'span.attributes.http@route': '/x' });
  expect(await rig.metrics()).toContain('attributes_aside_total{reason="budget"} 950');
});

test('an index that is full all the same: the fields that it has stay, the others are lines, and nothing is sent twice again', async () => {
  rig = await new Rig().start();
  const known = new Set(['span.attributes.first']);
  rig.store.verdict = (_, __, document: Json) =>
    Object.keys(document).some((key) => /^span\.attributes\.(?!http@)/.test(key) && !known.has(key))
      ? { status: 400, type: 'illegal_argument_exception', reason: 'Limit of total fields [1000] has been exceeded' }
      : undefined;
  const one = (id: number, ...keys: string[]) =>
    rig.post(encode(service('a', [span(id, undefined, { attributes: keys.map((key) => attribute(key, 'v')) })])));
  await one(1, 'first');
  await one(2, 'first', 'second', 'http.route');
  expect(rig.store.spans['span 2']).toMatchObject({
    'span.attributes.first': 'v',
    'span.attributes.http@route': 'v',
    'harbourline.aside': ['span.attributes.second=v'],
  });
  const before = rig.store.bulks.length;
  await one(3, 'first', 'third');
  expect(rig.store.bulks.length).toBe(before + 1);
  expect(rig.store.spans['span 3']['harbourline.aside']).toEqual(['span.attributes.third=v']);
  expect(await rig.metrics()).not.toContain('documents_defused_total{');
});

test('keys that are one field: both values are there, and the second is counted', async () => {
  rig = await new Rig().start();
  const event = { name: 'e', timeUnixNano: '1', attributes: [attribute('x.y', '1'), attribute('x@y', '2')] };
  await rig.post(
    encode(
      service('a', [
        span(1, undefined, { attributes: [attribute('a.b', '1'), attribute('a@b', '2')], events: [event] }),
      ]),
    ),
  );
  const stored = rig.store.spans['span 1'];
  expect(stored['span.attributes.a@b']).toBe('1');
  expect(stored['harbourline.aside']).toEqual(['span.attributes.a@b=2', 'events.attributes.x@y=2']);
  expect(await rig.metrics()).toContain('attributes_aside_total{reason="collision"} 2');
});

test('integers keep every digit', async () => {
  rig = await new Rig().start();
  const values = ['1541815603606036480', '-9223372036854775808', '9223372036854775807', '9007199254740991', '-7'];
  await rig.post(
    encode(
      service('a', [
        span(1, undefined, { attributes: values.map((value, n) => ({ key: `n${n}`, value: { intValue: value } })) }),
      ]),
    ),
  );
  expect(values.map((_, n) => `${rig.store.spans['span 1'][`span.attributes.n${n}`]}`)).toEqual(values);
});

test.each<[string, Json]>([
  ['a word of 9 MiB', attribute('text', 'y'.repeat(9 << 20))],
  ['a key of 2 MiB', attribute('k'.repeat(2 << 20), 'v')],
  [
    'a map of 30 levels',
    {
      key: 'deep',
      value: Array.from({ length: 30 }).reduce<Json>((inner) => map({ in: inner }), { stringValue: 'x' }),
    },
  ],
  ['digits without an end', attribute('digits', '1 '.repeat(1 << 19))],
])('%s does not come again indefinitely', async (_, strange) => {
  rig = await new Rig().start({ maxBodyBytes: 128 << 20, bulkBytes: 8 << 20 });
  const body = encode(service('a', [span(1, undefined, { attributes: [strange] }), span(2, undefined)]));
  expect((await rig.post(body)).status).toBe(200);
  expect(rig.store.spans['span 2']).toBeDefined();
  expect(rig.store.in('otel-v1-apm-span').length + rig.deadLetters.length).toBe(2);
});

test('a secret in a long text is masked, wherever it stands', async () => {
  rig = await new Rig().start({ maxBodyBytes: 128 << 20, bulkBytes: 8 << 20 });
  const secret = 'ann@example.com ';
  const text = 'some words '.repeat(23_830) + secret + 'and more '.repeat(40_000) + secret;
  await rig.post(encode(service('a', [span(1, undefined, { attributes: [attribute('text', text)] })])));
  expect(JSON.stringify(rig.store.spans['span 1'])).not.toContain('ann@');
});

describe('a trace of 24,000 spans with 80 innocent ones', () => {
  const large = () =>
    encode(
      service(
        'big',
        many(24_000, (n) => span(n, n === 0 ? undefined : 0, { attributes: [attribute('text', 'x'.repeat(620))] })),
      ),
      service(
        'small',
        many(80, (n) => span(n, undefined, { traceId: traceId(100 + n) })),
      ),
    );

  test('is stored in parts, with the root of each trace on every span', async () => {
    rig = await new Rig().start({ maxBodyBytes: 128 << 20, bulkBytes: 8 << 20 });
    const body = large();
    expect(body.length).toBeGreaterThan(16 << 20);
    expect((await rig.post(body)).status).toBe(200);
    const stored = rig.store.in('otel-v1-apm-span');
    expect(stored).toHaveLength(24_080);
    expect(
      new Set(stored.filter(({ serviceName }) => serviceName === 'big').map(({ traceGroup }) => traceGroup)),
    ).toEqual(new Set(['span 0']));
    expect(rig.deadLetterFiles).toEqual([]);
  });

  test('that is sent again while it is being stored is stored once', async () => {
    rig = await new Rig().start({ maxBodyBytes: 128 << 20, bulkBytes: 8 << 20, maxBytesInFlight: 64 << 20 });
    const body = large();
    const answers = await Promise.all([rig.post(body), rig.post(body)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(rig.store.bulks.flat().filter((id) => id.includes('/'))).toHaveLength(24_080);
  });

  test('that is cut is refused with 400 and counted', async () => {
    rig = await new Rig().start({ maxBodyBytes: 128 << 20 });
    expect((await rig.post(large().subarray(0, -100))).status).toBe(400);
    expect(await rig.metrics()).toContain('requests_refused_total{status="400",reason="protobuf"} 1');
  });
});

describe('dead letters', () => {
  test('have a bound; what is beyond is counted', async () => {
    rig = await new Rig().start({ deadLetterMaxBytes: 100_000 });
    const nameless = many(1_000, (n) => span(n, undefined, { traceId: Buffer.alloc(0) }));
    expect((await rig.post(encode(service('a', nameless)))).status).toBe(200);
    const bytes = readdirSync(rig.deadLetterDirectory).reduce(
      (sum, name) => sum + statSync(join(rig.deadLetterDirectory, name)).size,
      0,
    );
    expect(bytes).toBeLessThanOrEqual(100_000);
    const text = await rig.metrics();
    expect(text).toContain('dead_letters_total{reason="invalid_id"} 1000');
    expect(text).toContain(`dead_letters_dropped_total{reason="invalid_id"} ${1_000 - rig.deadLetters.length}`);
  });

  test('that are written while a replay runs stay, wherever the writer had its file open', async () => {
    rig = await new Rig().start();
    rig.store.verdict = (index) => (index === 'otel-v1-apm-span' ? { status: 400, type: 'x_exception' } : undefined);
    await rig.post(encode(service('a', [span(1, undefined)])));
    const [name] = rig.deadLetterFiles;
    const [line] = rig.deadLetters;
    const late = (id: string) => `${JSON.stringify({ ...line, id })}\n`;
    let inTheMiddle = true;
    rig.store.verdict = (index, id) => {
      if (inTheMiddle) {
        inTheMiddle = false;
        // To the file of that name, and to the one that the replay has taken.
        appendFileSync(join(rig.deadLetterDirectory, name!), late('new-file'));
        const [claimed] = readdirSync(rig.deadLetterDirectory).filter((file) => file.includes('.replay-'));
        appendFileSync(join(rig.deadLetterDirectory, claimed!), late('old-file'));
      }
      return index === 'otel-v1-apm-span' && id === 'old-file' ? { status: 400, type: 'x_exception' } : undefined;
    };
    const client = new Client({ node: `http://127.0.0.1:${rig.storePort}` });
    await replay([join(rig.deadLetterDirectory, name!)], {}, () => {}, client);
    await client.close();
    expect(rig.deadLetters.map(({ id }) => id).sort()).toEqual(['new-file', 'old-file']);
    expect(rig.deadLetterFiles).toEqual([name]);
  });

  test('are stored once by two replays at once, while more are written', async () => {
    rig = await new Rig().start({ bulkBytes: 20_000 });
    const refusing = (index: string) =>
      index === 'otel-v1-apm-span' ? { status: 400, type: 'x_exception' } : undefined;
    const posted = (from: number) =>
      rig.post(
        encode(
          service(
            'a',
            many(50, (n) => span(from + n, undefined, { attributes: [attribute('t', 'x'.repeat(300))] })),
          ),
        ),
      );
    rig.store.verdict = refusing;
    await posted(0);
    const folder = rig.deadLetterDirectory;
    const [name] = rig.deadLetterFiles;
    // Of a replay that was killed: its process is no more, or is something else now. And of one that runs.
    renameSync(join(folder, name!), join(folder, name!.replace('.jsonl', '.replay-1.jsonl')));
    await posted(100);
    const running = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', 'replay']);
    const theirs = name!.replace('.jsonl', `.replay-${running.pid}-7.jsonl`);
    writeFileSync(join(folder, theirs), `${readFileSync(join(folder, name!), 'utf8').split('\n')[0]}\n`);
    const before = rig.store.bulks.length;
    rig.store.verdict = () => undefined;
    const client = new Client({ node: `http://127.0.0.1:${rig.storePort}` });
    const said: string[] = [];
    const late = new DeadLetters(folder);
    const [line] = rig.deadLetters.filter(({ id }) => id);
    const letter = (n: number) => ({
      ...{ index: line!.index, id: `late ${n}`, type: 'x', reason: 'y' },
      source: JSON.stringify({ ...line!.document, name: `late ${n}` }),
    });
    const writing = (async () => {
      for (let n = 0; n < 20; n++) await late.write([letter(n)]);
    })();
    const one = () => replay([folder], {}, (text) => said.push(text), client);
    const totals = await Promise.all([one(), one(), writing]);
    await one();
    await client.close();
    running.kill('SIGKILL');
    const ids = rig.store.bulks.slice(before).flat();
    const first = ids.filter((id) => !id.startsWith('late'));
    expect([first.length, new Set(first).size]).toEqual([100, 100]);
    expect(new Set(ids).size).toBe(120);
    expect(totals.slice(0, 2).reduce((sum, total) => sum + (total?.stored ?? 0), 0)).toBeGreaterThanOrEqual(100);
    expect(rig.deadLetterFiles).toEqual([theirs]);
    expect(said.join('\n')).toContain(`${theirs}: process ${running.pid} is replaying it`);
  });

  test('are written to a folder that comes back', async () => {
    rig = await new Rig().start();
    rig.store.verdict = () => ({ status: 400, type: 'x_exception' });
    rmSync(rig.deadLetterDirectory, { recursive: true });
    expect((await rig.post(encode(service('a', [span(1, undefined)])))).status).toBe(503);
    mkdirSync(rig.deadLetterDirectory);
    expect((await rig.post(encode(service('a', [span(1, undefined)])))).status).toBe(200);
  });
});
