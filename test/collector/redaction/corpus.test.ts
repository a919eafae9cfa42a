import { waitFor } from '../../../harness/wait';
import { type RedactionOptions, redactionProcessors } from '../../../lib/collector/blocks/redaction';
import { spansOf, straight, withCollector } from '../with-collector';
import { mutations, negatives, positives } from './corpus';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

/** Sends every text as a span's name and attribute through the real binary and returns what came out, in order. */
function through(texts: readonly string[], options: Partial<RedactionOptions> = {}): Promise<any[]> {
  const spans = texts.map((text, index) => ({
    traceId: '1'.repeat(32),
    spanId: `${index + 1}`.padStart(16, '0'),
    name: text,
    startTimeUnixNano: '1',
    endTimeUnixNano: '2',
    attributes: [
      { key: 'http.route', value: { stringValue: text } },
      { key: 'note', value: { stringValue: `for ${text}.` } },
    ],
    links: [
      { traceId: '2'.repeat(32), spanId: '3'.repeat(16), attributes: [{ key: 'why', value: { stringValue: text } }] },
    ],
  }));
  return withCollector(
    straight('traces', redactionProcessors({ ownPrefixes: [], ...options })),
    async ({ post, written, log }) => {
      await post('/v1/traces', { resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans }] }] });
      await waitFor('every span', () => spansOf(written()).length === texts.length || log());
      return spansOf(written());
    },
    { env: { PSEUDONYM_SECRET: 'x'.repeat(64) } },
  );
}

const cases = Object.entries(positives).flatMap(([kind, values]) => values.map((value) => ({ kind, value })));

test('every listed value is masked, in every place', async () => {
  const out = await through(cases.map(({ value }) => value));
  const recall = new Map<string, [masked: number, of: number]>();
  const through_ = cases.filter(({ kind, value }, index) => {
    const came = JSON.stringify(out[index]).includes(JSON.stringify(value).slice(1, -1));
    const [masked, of] = recall.get(kind) ?? [0, 0];
    recall.set(kind, [masked + (came ? 0 : 1), of + 1]);
    return came;
  });
  console.log(
    ['recall', ...[...recall].map(([kind, [masked, of]]) => `${kind.padEnd(26)}${masked} of ${of}`)].join('\n'),
  );
  expect(through_).toEqual([]);
});

test('nothing else is touched', async () => {
  const out = await through(negatives);
  const touched = negatives.filter((value, index) => out[index].name !== value);
  console.log(`false positives: ${touched.length} of ${negatives.length}`);
  expect(touched).toEqual([]);
});

test('mutations: what is masked of them', async () => {
  const mutated = Object.entries(mutations).flatMap(([name, mutate]) =>
    cases
      .map(({ kind, value }) => ({ name, kind, value, text: mutate(value) }))
      .filter(({ value, text }) => text !== value),
  );
  const out = await through(mutated.map(({ text }) => text));
  const digits = (text: string) => decode(text).normalize('NFKC').replace(/[ .-]/g, '');
  const table = new Map<string, { masked: number; of: number; missed: Set<string> }>();
  mutated.forEach(({ name, kind, value }, index) => {
    const row = table.get(name) ?? { masked: 0, of: 0, missed: new Set<string>() };
    table.set(name, row);
    row.of += 1;
    // However it is written: what is left must not read as the value.
    if (digits(out[index].name).includes(digits(value))) row.missed.add(kind);
    else row.masked += 1;
  });
  console.log(
    [
      'mutations',
      ...[...table].map(
        ([name, { masked, of, missed }]) =>
          `${name.padEnd(22)}${masked} of ${of}${missed.size > 0 ? `, not all of ${[...missed].join(', ')}` : ''}`,
      ),
    ].join('\n'),
  );
  for (const [name, { masked, of }] of table) expect([name, masked / of >= 0.9]).toEqual([name, true]);
});

test('with an allow-list, an unknown key is masked and a known one is not', async () => {
  const [span] = await through(['/orders'], { allowedKeys: ['payment'] });
  expect(Object.fromEntries(span.attributes.map(({ key, value }: any) => [key, value.stringValue]))).toEqual({
    'http.route': '/orders',
    note: '****',
  });
});

test('values of the keys to join by become pseudonyms, the same for the same value', async () => {
  const of = async (text: string) => {
    const [span] = await through([text], { allowedKeys: [], pseudonymKeys: ['note'] });
    return span.attributes.find(({ key }: any) => key === 'note').value.stringValue;
  };
  const [first, again, other] = [await of('A1234563'), await of('A1234563'), await of('B1234562')];
  expect(first).toMatch(/^hmac:[a-p]{32}$/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

function decode(text: string): string {
  try {
    return decodeURIComponent(decodeURIComponent(text));
  } catch {
    return text;
  }
}
