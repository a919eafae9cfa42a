/** Spans that a store may choke on: forty kinds, by what is wrong with each. */
import { attribute, type Json, span } from './support';

const long = (low: number, high: number) => ({ low, high, unsigned: true });
const value = (key: string, content: Json): Json => ({ key, value: content });
const many = (count: number, make: (n: number) => Json): Json[] => Array.from({ length: count }, (_, n) => make(n));
const nested = (depth: number): Json =>
  depth === 0 ? { stringValue: 'deep' } : { kvlistValue: { values: [value('a', nested(depth - 1))] } };
const attributes = (...list: Json[]): Json => ({ attributes: list });

/** Kind → what differs from an ordinary span. */
export const poison: Readonly<Record<string, Json>> = {
  'a value of 40,000 characters': attributes(attribute('x', 'v'.repeat(40_000))),
  'a value of 4 MiB': attributes(attribute('x', 'v'.repeat(4 << 20))),
  'a value of 40,000 Chinese characters': attributes(attribute('x', '汉'.repeat(40_000))),
  'a key of 5,000 characters': attributes(attribute('k'.repeat(5_000), 'v')),
  'a key of 60,000 characters': attributes(attribute('k'.repeat(60_000), 'v')),
  'an empty key': attributes(attribute('', 'v')),
  'a key of one dot': attributes(attribute('.', 'v')),
  'a key of dots': attributes(attribute('...', 'v')),
  'a key that begins and ends with dots': attributes(attribute('.a.', 'v')),
  'a key of a space': attributes(attribute(' ', 'v')),
  'a key with a line feed': attributes(attribute('a\nb', 'v')),
  'a key with a quotation mark': attributes(attribute('a"b', 'v')),
  'a key with a wildcard': attributes(attribute('a*', 'v')),
  'a key with a NUL': attributes(attribute('a\u0000b', 'v')),
  'a key in Chinese': attributes(attribute('付款', 'v')),
  'a key that is another one with more parts': attributes(
    attribute('p', 'v'),
    attribute('p.q', 'v'),
    attribute('p.q.r', 'v'),
  ),
  'a key that is there twice': attributes(attribute('twice', 'a'), attribute('twice', 'b')),
  'a key named _id': attributes(attribute('_id', 'v')),
  'a key named __proto__': attributes(attribute('__proto__', 'v')),
  'a value with a NUL': attributes(attribute('n', 'a\u0000b')),
  'a value that is half a character': attributes(attribute('h', 'a\ud800b')),
  'a value that looks like a date': attributes(attribute('d', '2026-03-01')),
  'a value that looks like a number': attributes(attribute('i', '17')),
  'a number where a text was': attributes(value('i', { intValue: long(17, 0) })),
  'a boolean where a text was': attributes(value('i', { boolValue: true })),
  'a list where a text was': attributes(
    value('i', { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: true }] } }),
  ),
  'a map where a text was': attributes(value('i', { kvlistValue: { values: [attribute('a', 'b')] } })),
  'bytes where a text was': attributes(value('i', { bytesValue: Buffer.from([0, 255, 128]) })),
  'not a number': attributes(value('f', { doubleValue: Number.NaN })),
  infinity: attributes(value('f', { doubleValue: Number.POSITIVE_INFINITY })),
  'the smallest integer': attributes(value('f', { intValue: long(0, -2147483648) })),
  'no value': attributes({ key: 'none' }),
  'maps of 30 levels': attributes(value('deep', nested(30))),
  'a hundred new keys': attributes(...many(100, (n) => attribute(`fresh.${n}`, 'v'))),
  'two thousand new keys': attributes(...many(2_000, (n) => attribute(`flood.${n}`, 'v'))),
  'a thousand events': {
    events: many(1_000, (n) => ({ name: `e${n}`, timeUnixNano: long(n, 0), attributes: [attribute('a', 'b')] })),
  },
  'a start in the year 2554': { startTimeUnixNano: long(-1, -1), endTimeUnixNano: long(-1, -1) },
  'a start in 1970 and an end today': { startTimeUnixNano: long(0, 0) },
  'an event in the year 2554': {
    events: [{ name: 'e', timeUnixNano: long(-1, -1), attributes: [] }],
    ...attributes(attribute('fate', 'drowning value'), attribute('http.route', '/kept')),
  },
  'a name of 100,000 characters': { name: 'n'.repeat(100_000) },
  'a trace id of 4 bytes': { traceId: Buffer.alloc(4, 1) },
};

/** A span of each kind, in one trace. */
export const poisoned = (): Json[] => Object.values(poison).map((extra, n) => span(1_000 + n, undefined, extra));
