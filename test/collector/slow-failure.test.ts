import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { waitFor } from '../../harness/wait';
import { featureGates } from '../../lib/contract/sampling';
import { testSampler } from './support';
import { type Collector, spansOf, straight, withCollector } from './with-collector';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

/** The sampler's own policies, with its waits in the same proportion and shorter. */
const { tail_sampling } = parse(
  testSampler({
    // Less than one of the traces weighs: a budget bounds what is kept over time.
    sampling: { errorBytesPerSecond: 1_000 },
  }),
).processors;
const configuration = straight('traces', { tail_sampling: { ...tail_sampling, decision_wait: '30s' } });

const id = (n: number, length: number): string => `${n}`.padStart(length, '0');

test('a payment whose root fails long after its first span is kept, each of 300, and says why', async () => {
  const numbers = Array.from({ length: 300 }, (_, n) => n + 1);
  const spanOf = (n: number, more: object) => ({
    traceId: id(n, 32),
    name: 'pay',
    startTimeUnixNano: '1000000000',
    endTimeUnixNano: '2000000000',
    ...more,
  });
  const requestOf = (spans: object[]) => ({
    resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans }] }],
  });
  const use = async ({ post, written, log }: Collector) => {
    const first = numbers.map((n) => spanOf(n, { spanId: id(n, 16), parentSpanId: id(1000 + n, 16) }));
    await post('/v1/traces', requestOf(first));
    // Longer than the wait after a root: without one, nothing is decided yet.
    await sleep(2_500);
    const roots = numbers.map((n) => spanOf(n, { spanId: id(1000 + n, 16), status: { code: 2 } }));
    await post('/v1/traces', requestOf(roots));
    const stored = () => spansOf(written());
    await waitFor('both spans of each trace', () => stored().length === 600 || `${stored().length} spans\n${log()}`);
    return stored();
  };
  const spans = await withCollector(configuration, use, { args: [`--feature-gates=${featureGates.join(',')}`] });
  expect(new Set(spans.map(({ traceId }: any) => traceId)).size).toBe(300);
  for (const { scope, traceState } of spans) {
    expect(JSON.stringify(scope)).toContain('"tailsampling.policy","value":{"stringValue":"errors"}');
    expect(traceState).toBe('ot=th:0');
  }
});
