import { isSensitiveKey, mask } from '../../../config/redaction';
import { Hint, hints } from '../../../lib/store/span-writer/hints';
import { Scrubber } from '../../../lib/store/span-writer/scrub';
import { generators, sensitive } from '../../../rehearsal/stage/driver/sensitive';
import { attribute, encode, type Json, map, Rig, service, span, spanId, traceId } from './support';

/** Mulberry32, so that every run sees the same values. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const counts = new Map<string, number>();
const scrubber = new Scrubber((kind) => counts.set(kind, (counts.get(kind) ?? 0) + 1));
beforeEach(() => counts.clear());

const fullWidth = (text: string) => text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

/** What `hints.ts` says in one pass, said by regular expressions. */
const expected: Readonly<Record<Exclude<keyof typeof Hint, 'all'>, RegExp>> = {
  encoded: /%[\dA-Fa-f]{2}|&#|\\[ux]/i,
  at: /@/,
  url: /:\/\//,
  card: /(?<![A-Za-z0-9])[A-Za-z]{1,2}[ -]?\d(?: ?\d){5}/,
  number: /(?:\d[ \-_.()\t\r\n+]{0,3}){10}\d/,
  word: /[\w+~-]{20}|[eE][aA][rR][eE][rR]|eyJ/,
};

test('one pass over a string sees whatever a finder could find', () => {
  const random = seeded(11);
  const parts = [...'0123456789', ...'aeJrRy_+~-@%&#\\uxX:/ .,()"', 'earer', 'EARER', 'eyJ', '://', '123', 'abcdef'];
  const seen = new Set<number>();
  for (let n = 0; n < 20_000; n++) {
    const text = Array.from({ length: 1 + random() * 25 }, () => parts[Math.floor(random() * parts.length)]).join('');
    const bits = Object.entries(expected).map(([hint, pattern]): number =>
      pattern.test(text) ? Hint[hint as keyof typeof Hint] : 0,
    );
    const want = bits.reduce((sum, bit) => sum | bit, 0);
    expect([text, hints(text)]).toEqual([text, want]);
    seen.add(want);
  }
  expect(seen.size).toBeGreaterThan(25);
  expect(hints('ａ')).toBe(Hint.all);
});

describe('a string', () => {
  test.each(Object.keys(generators) as (keyof typeof generators)[])(
    'loses what is of kind %s, however written',
    (kind) => {
      const random = seeded(7);
      for (let n = 0; n < 50; n++) {
        const { raw } = sensitive(kind, random);
        const encoded = encodeURIComponent(raw);
        const forms = [raw, encoded, encodeURIComponent(encoded), fullWidth(raw), encodeURIComponent(fullWidth(raw))];
        for (const form of forms) {
          for (const text of [form, `客户 ${form} 失败`, `order for ${form}, again`, `{"x":"${form}"}`]) {
            const scrubbed = scrubber.text(text);
            expect([text, scrubbed]).toEqual([text, expect.stringContaining(mask)]);
            // Nothing of the value's longer parts stays in any form.
            const rest = decodeURIComponent(scrubbed.replace(/%(?![\dA-F]{2})/g, '')).normalize('NFKC');
            for (const part of raw.split(/[ @.()-]/).filter((p) => p.length >= 7)) expect(rest).not.toContain(part);
          }
        }
      }
      expect(counts.size).toBeGreaterThan(0);
    },
  );

  test.each([
    ['4111.1111.1111.1111', mask],
    ['3782.822463.10005', mask],
    ['pan_4111111111111111_x', `pan_${mask}_x`],
    ['+86 138-1234-5678', mask],
    ['+86138 1234 5678', mask],
    ['138 1234 5678', mask],
    ['UID13812345678', `UID${mask}`],
    ['user_13812345678', `user_${mask}`],
    ['user_id=13812345678', `user_id=${mask}`],
    ['13812345678 次日', `${mask} 次日`],
    ['A1234563', mask],
    ['id A1234563.', `id ${mask}.`],
    ['AB987654(3)', mask],
    ['Ａ１２３４５６（３）', mask],
    ['https://h/p?q=1#f', 'https://h/p'],
    ['see HTTPS://user:pw@h:8443/p#f now', 'see HTTPS://h:8443/p now'],
    ['192.168.100.20, 138.1234.5678', `192.168.100.20, ${mask}`],
    ['{"u":"http://h/p?q=1","v":2}', '{"u":"http://h/p","v":2}'],
    ['https%3A%2F%2Fh%2Fp%3Fq%3D1', 'https://h/p'],
    ['postgresql://user:pw@db/orders', 'postgresql://db/orders'],
    // Of several kinds, in any order, and over one another.
    ['4111111111111111, a.b@example.com', `${mask}, ${mask}`],
    ['a.b@example.com, A1234563, 4111111111111111', `${mask}, ${mask}, ${mask}`],
    ['4111111111111111@example.com', mask],
    ['138 1234 5678@example.com!', `${mask}!`],
  ])('%s becomes %s', (text, expected) => {
    expect(scrubber.text(text)).toBe(expected);
    expect(counts.size).toBeGreaterThan(0);
  });

  test.each([
    'GET /orders/{id}',
    'https://orders.internal:8080/api/v1/orders',
    '4bf92f3577b34da6a3ce929d0e0e4736',
    '00f067aa0ba902b7',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '2026-08-01T09:30:00.123456789Z',
    '2026-08-01 09:30:00,123',
    '1785576600123456789',
    '1785576600123',
    '550e8400-e29b-41d4-a716-446655440000',
    'A1234567',
    'SKU 13912345678A',
    'INV13812345678',
    'A13912345678B',
    'build-13912345678',
    'offset=13812345678',
    '订单号：13912345678',
    'lot L13512345678',
    'RMA13512345678',
    'item_id=13512345678',
    '批次号 13512345678',
    'rss=13512345678',
    '商品编号：13912345678',
    '13812345678 毫秒',
    '13812345678 KB',
    '13812345678 bytes',
    'B1234560',
    'HKD 1234567.89',
    '1,234,567.89',
    '12345678',
    '10.20.30.40',
    '192.168.100.20',
    'https://139.196.123.45:8443/p',
    'v1.2.3-beta.4',
    'SELECT * FROM orders WHERE id = %s',
    '订单已创建',
    'ratio ５０％',
    'caf%C3%A9 100%25',
    'fw529a3039@dt=FfAIB',
    'users@inside',
    'https://registry.example.com/@types/node',
    'https://h/p, what?',
    '=?UTF-8?Q?x?=',
    '',
  ])('%s stays', (text) => {
    expect(scrubber.text(text)).toBe(text);
    expect(counts.size).toBe(0);
  });

  test('what lies over another is one find, of the longer kind', () => {
    scrubber.text('4111111111111111@example.com');
    expect([...counts]).toEqual([['email', 1]]);
  });

  const spelled = (of: (code: number) => string) => [...'4111111111111111'].map((c) => of(c.charCodeAt(0))).join('');
  const hex = (code: number, width: number) => code.toString(16).padStart(width, '0');
  test.each([
    ['JSON', spelled((code) => `\\u${hex(code, 4)}`)],
    ['JSON in JSON', spelled((code) => `\\\\u${hex(code, 4)}`)],
    ['JavaScript', spelled((code) => `\\x${hex(code, 2)}`)],
    ['JavaScript in JSON', spelled((code) => `\\\\x${hex(code, 2)}`)],
    ['HTML', spelled((code) => `&#${code};`)],
    ['HTML, with zeros', spelled((code) => `&#${`${code}`.padStart(6, '0')};`)],
    ['HTML, hexadecimal', spelled((code) => `&#x${hex(code, 2)};`)],
    ['HTML, hexadecimal, with zeros', spelled((code) => `&#x${hex(code, 5)};`)],
    ['with soft hyphens', '4111\u00ad1111\u200b1111\u200f1111'],
  ])('a number in escapes is found: %s', (_, text) => {
    expect(scrubber.text(`card ${text}!`)).toBe(`card ${mask}!`);
  });

  test('what the escapes of a secret stand among is decoded with it, and else stays as it came', () => {
    const around = '\\u8ba2\\u5355 \\xe9 &#x8ba2; &#35746; &#1;';
    expect(scrubber.text(`${around} 4111%201111%201111%201111`)).toBe(`订单 é 订 订 \u0001 ${mask}`);
    expect(scrubber.text(around)).toBe(around);
  });

  test('encodings are undone eight times, no more: each takes its time', () => {
    const encoded = (times: number) =>
      Array.from({ length: times }).reduce((text: string) => text.replaceAll('%', '%25'), '4111%2D1111%2D1111%2D1111');
    expect(scrubber.text(encoded(7))).toBe(mask);
    expect(scrubber.text(encoded(8))).toBe(encoded(8));
  });

  // It is looked through in pieces of 256 Ki characters.
  const piece = 256 * 1024;

  test.each([
    ['4111 1111 1111 1111', '1111'],
    ['138 1234 5678', '5678'],
    ['Bearer 0123456789abcdefghijKLMNOPQRSTUVWXYZ', 'XYZ'],
    ['a.b@example.com', 'example'],
    ['&#52;111&#32;1111&#32;1111&#32;1111', '111'],
  ])('a secret of a long text is found wherever it stands: %s', (secret, part) => {
    for (let before = 0; before < 45; before += 2) {
      // In prose, and after one endless word.
      for (const start of ['lorem ipsum '.repeat(piece / 12), 'x'.repeat(piece)]) {
        const end = `, and more${' of it'.repeat(1_000)}`;
        const scrubbed = scrubber.text(`${start.slice(before)} ${secret}${end}`);
        expect([before, scrubbed.includes(part)]).toEqual([before, false]);
        expect(scrubbed.endsWith(end)).toBe(true);
      }
    }
  });

  test('a long text that hides nothing comes back as it was, with marks to cut it at and without', () => {
    for (const word of ['lorem ipsum\n', 'x', `${'x'.repeat(piece - 3)} `, `${'x'.repeat(piece - 1)} `])
      for (const length of [piece, piece + 1, 3 * piece - 5]) {
        const text = word.repeat((3 * piece) / word.length + 1).slice(0, length);
        expect(scrubber.text(text) === text).toBe(true);
      }
    expect(counts.size).toBe(0);
  });

  test('a long run of letters takes no quadratic time', () => {
    const long = `${'a'.repeat(1_000_000)} @`;
    expect(scrubber.text(long)).toBe(long);
  });
});

describe('a request', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await new Rig().start();
  });
  afterEach(() => rig.stop());

  /** Every place where a user's string can stand, each with a value of `make(place)`. */
  const places = (make: (place: string) => string): object => {
    const value = (place: string) => ({ stringValue: make(place) });
    const everywhere = (place: string) => [
      attribute('plain', make(`${place} value`)),
      attribute(make(`${place} key`), 'x'),
      {
        key: 'list',
        value: {
          arrayValue: {
            values: [value(`${place} list`), { arrayValue: { values: [value(`${place} list in list`)] } }],
          },
        },
      },
      {
        key: 'map',
        value: map({
          deep: map({ deeper: value(`${place} map`), [make(`${place} nested key`)]: { stringValue: 'x' } }),
        }),
      },
      { key: 'bytes', value: { bytesValue: Buffer.from(make(`${place} bytes`)) } },
    ];
    const scope = { name: make('scope name'), version: make('scope version'), attributes: everywhere('scope') };
    return service(
      'a',
      [
        span(1, undefined, {
          name: make('span name'),
          traceState: make('trace state'),
          status: { code: 2, message: make('status message') },
          attributes: everywhere('span'),
          events: [{ timeUnixNano: 1, name: make('event name'), attributes: everywhere('event') }],
          links: [
            { traceId: traceId(1), spanId: spanId(1), traceState: make('link state'), attributes: everywhere('link') },
          ],
        }),
      ],
      scope,
      everywhere('resource'),
    );
  };

  test('is scrubbed wherever a string can stand', async () => {
    const seen: string[] = [];
    const body = encode(
      places((place) => {
        const planted = `planted.${seen.push(place)}x@example.com`;
        return planted;
      }),
    );
    expect((await rig.post(body)).status).toBe(200);
    expect(seen).toHaveLength(42);
    const [document] = rig.store.in('otel-v1-apm-span');
    const text = JSON.stringify(document, (_, value) =>
      // Bytes are stored as base64: looked into as well.
      typeof value === 'string' && /^[\w+/]{6,}=*$/.test(value) ? Buffer.from(value, 'base64').toString() : value,
    );
    expect(text).not.toContain('planted');
    expect(text).not.toContain('example.com');
    expect(text.split(mask).length - 1).toBe(42 + 1); // the root's name is the trace group too
    expect(await rig.metrics()).toContain('harbourline_writer_redactions_total{kind="email"} 42');
  });

  test('edges and trace groups are made of scrubbed names', async () => {
    const card = '4111111111111111';
    await rig.post(
      encode(
        service('a', [span(1, undefined, { name: `pay ${card}` })]),
        service(`b ${card}`, [span(2, 1, { name: card })]),
      ),
    );
    expect(rig.store.in('otel-v1-apm-service-map')).toHaveLength(3);
    expect(JSON.stringify([...rig.store.documents])).not.toContain(card);
  });

  const stored = async (...attributes: object[]): Promise<Json> => {
    await rig.post(encode(service('a', [span(1, undefined, { attributes })])));
    return Object.fromEntries(
      Object.entries(rig.store.spans['span 1'])
        .filter(([key]) => key.startsWith('span.attributes.'))
        .map(([key, value]) => [key.slice('span.attributes.'.length), value]),
    );
  };

  test('loses the values of sensitive keys, of any type and at any depth', async () => {
    const words = ['password', 'Secret', 'http.request.header.authorization', 'x-api-key', 'set-cookie', 'card_number'];
    for (const word of words) expect(isSensitiveKey(word)).toBe(true);
    expect(
      await stored(
        ...words.map((word) => attribute(word, 'x')),
        { key: 'token', value: { intValue: 5 } },
        { key: 'cookie', value: { arrayValue: { values: [{ stringValue: 'x' }] } } },
        { key: 'outer', value: map({ inner: map({ passwd: { stringValue: 'x' } }), tokens: { intValue: 3 } }) },
      ),
    ).toEqual({
      ...Object.fromEntries(words.map((word) => [word.replaceAll('.', '@'), mask])),
      token: mask,
      cookie: mask,
      outer: `{"inner":{"passwd":"${mask}"},"tokens":3}`,
    });
    expect(await rig.metrics()).toContain('redactions_total{kind="sensitive-key"} 9');
  });

  test('loses queries and fragments', async () => {
    expect(
      await stored(
        attribute('url.full', 'https://u:p@h/p?q=1'),
        attribute('url.query', 'q=1'),
        attribute('url.fragment', 'f'),
        attribute('http.target', '/p?q=1'),
        attribute('question', 'what? all of it # now'),
        { key: 'nested', value: map({ 'url.query': { stringValue: 'q=1' }, kept: { boolValue: true } }) },
      ),
    ).toEqual({
      'url@full': 'https://h/p',
      'http@target': '/p',
      question: 'what? all of it # now',
      nested: '{"kept":true}',
    });
  });

  test('loses numbers that look like cards, keeps others', async () => {
    expect(
      await stored(
        { key: 'int', value: { intValue: '4111111111111111' } },
        { key: 'double', value: { doubleValue: 378282246310005 } },
        { key: 'listed', value: { arrayValue: { values: [{ intValue: '6212345678901234569' }, { intValue: 7 }] } } },
        { key: 'nanos', value: { intValue: '1785576600123456789' } },
        { key: 'amount', value: { doubleValue: 1234567.89 } },
        { key: 'small', value: { intValue: 411111111111 } },
        { key: 'other', value: { intValue: '9111111111111111' } },
        { key: 'resident', value: { intValue: '440524188001010014' } },
        // A telephone number among amounts is an amount.
        { key: 'long', value: { intValue: '13812345678' } },
        { key: 'huge', value: { doubleValue: 4e21 } },
      ),
    ).toEqual({
      int: mask,
      double: mask,
      listed: `["${mask}",7]`,
      nanos: '1785576600123456789',
      amount: 1234567.89,
      small: 411111111111,
      other: '9111111111111111',
      resident: mask,
      long: 13812345678,
      huge: 4e21,
    });
  });

  test('may lack whatever OTLP lets it lack', () => {
    const attributes = [{ key: 'nothing' }, { key: 'tokens' }];
    const bare = { spanId: Buffer.alloc(8), name: '', traceState: '', attributes, events: [], links: [] };
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [bare] }] }] };
    scrubber.request(request as never);
    expect(attributes[0]).toEqual({ key: 'nothing' });
  });

  test('keeps its ids and times', async () => {
    // Ids whose hexadecimal digits read like a card.
    const ids = {
      traceId: Buffer.from('4111111111111111'.repeat(2), 'hex'),
      spanId: Buffer.from('4111111111111111', 'hex'),
    };
    await rig.post(encode(service('a', [span(1, undefined, { ...ids, links: [ids] })])));
    expect(rig.store.spans['span 1']).toMatchObject({
      traceId: '4111111111111111'.repeat(2),
      spanId: '4111111111111111',
      startTime: '2026-08-01T09:30:00.123456790Z',
      links: [expect.objectContaining({ spanId: '4111111111111111' })],
    });
  });
});
