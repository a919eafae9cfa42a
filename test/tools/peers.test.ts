import { zstdCompressSync } from 'node:zlib';
import { Arrivals, isComplete, type Verdict } from '../../tools/bench/peers/arrivals';
import { startHoneycomb } from '../../tools/bench/peers/honeycomb';
import { decodeMessagePack } from '../../tools/bench/peers/msgpack';
import { Load, spansATrace } from '../../tools/bench/store-load';

const packed = (hex: string): unknown => decodeMessagePack(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

test.each([
  ['07', 7],
  ['e0', -32],
  ['cc ff', 255],
  ['cd 01f6', 502],
  ['d1 ff38', -200],
  ['cf 0000000100000000', 4_294_967_296n],
  ['d3 ffffffffffffffff', -1n],
  ['cb 3ff8000000000000', 1.5],
  ['ca 3fc00000', 1.5],
  ['a3 666565', 'fee'],
  ['d9 03 e6b8af', '港'],
  ['c0', null],
  ['93 c2 c3 01', [false, true, 1]],
  ['dc 0001 c3', [true]],
  ['82 a1 61 01 a1 62 90', { a: 1, b: [] }],
  ['de 0001 a1 61 c4 01 ff', { a: Buffer.from([255]) }],
  ['92 d6 ff 00000000 c3', [Buffer.from([255, 0, 0, 0, 0]), true]],
])('MessagePack %s is read', (hex, value) => {
  expect(packed(hex)).toEqual(value);
});

test('MessagePack that ends too early, or begins nothing, is refused', () => {
  expect(() => packed('a5 6665')).toThrow(RangeError);
  expect(() => packed('93 01')).toThrow(RangeError);
  expect(() => packed('c1')).toThrow('0xc1 at 0 begins nothing');
});

describe('what came out of a sampler', () => {
  const sent = new Map([
    ['a', false],
    ['b', false],
    ['c', true],
  ]);
  const of = (...spans: [string, string][]): Verdict => {
    const arrivals = new Arrivals();
    for (const [trace, span] of spans) arrivals.take(trace, span);
    return arrivals.judge(sent, 2);
  };

  test('is complete where kept traces are whole and failed ones came', () => {
    const verdict = of(['c', '1'], ['a', '1'], ['c', '2'], ['a', '2']);
    expect(verdict).toEqual({ sent: 3, kept: 2, whole: 2, failedSent: 1, failedKept: 1, strange: 0 });
    expect(isComplete(verdict)).toBe(true);
  });

  test.each<[string, [string, string][]]>([
    ['a span is missing', [['c', '1']]],
    [
      'a span came twice',
      [
        ['c', '1'],
        ['c', '1'],
      ],
    ],
    [
      'a span came once more',
      [
        ['c', '1'],
        ['c', '2'],
        ['c', '2'],
      ],
    ],
    [
      'a failed trace is missing',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    [
      'nobody sent a trace',
      [
        ['c', '1'],
        ['c', '2'],
        ['x', '1'],
        ['x', '2'],
      ],
    ],
    ['nothing came', []],
  ])('is not complete where %s', (_, spans) => {
    expect(isComplete(of(...spans))).toBe(false);
  });

  test('is forgotten once it is judged', () => {
    const arrivals = new Arrivals();
    arrivals.take('c', '1');
    arrivals.judge(sent, 2);
    expect(arrivals.judge(sent, 2).kept).toBe(0);
  });
});

test("Honeycomb's stand-in counts the spans of a batch, and tells what it cannot answer", async () => {
  const arrivals = new Arrivals();
  const { url, problems, close } = await startHoneycomb('127.0.0.1', arrivals);
  try {
    const auth = (await (await fetch(`${url}/1/auth`)).json()) as { environment: { name: string } };
    expect(auth.environment.name).toBe('bench');
    // [{ data: { 'trace.trace_id': 'a', 'trace.span_id': '1' }, samplerate: 5 }]
    const body = Buffer.from(
      `9182a46461746182ae${hex('trace.trace_id')}a161ad${hex('trace.span_id')}a131aa${hex('samplerate')}05`,
      'hex',
    );
    const answer = await fetch(`${url}/1/batch/payment`, {
      method: 'POST',
      headers: { 'content-type': 'application/msgpack', 'content-encoding': 'zstd' },
      body: new Uint8Array(zstdCompressSync(body)),
    });
    expect(await answer.json()).toEqual([{ status: 202 }]);
    expect(arrivals.judge(new Map([['a', true]]), 1)).toMatchObject({ kept: 1, whole: 1, failedKept: 1 });
    expect(problems).toEqual([]);
    expect((await fetch(`${url}/1/events/payment`, { method: 'POST', body: '{}' })).status).toBe(400);
    expect(problems).toEqual(['POST /1/events/payment is not answered here']);
  } finally {
    close();
  }
});

const hex = (text: string): string => Buffer.from(text).toString('hex');

test('a load says which traces are in a request, and no two requests share one', () => {
  const load = new Load(Date.now(), 500, 2);
  const [one, two] = [load.next(), load.next()];
  for (const { body, traces } of [one, two]) {
    expect(traces.size).toBe(50);
    for (const id of traces.keys()) {
      const bytes = Buffer.from(id, 'hex');
      let spans = 0;
      for (let at = body.indexOf(bytes); at >= 0; at = body.indexOf(bytes, at + 1)) spans++;
      expect(spans).toBe(spansATrace);
    }
  }
  expect(new Set([...one.traces.keys(), ...two.traces.keys()].map((id) => id.slice(16))).size).toBe(100);
});
