import { waitFor } from '../../harness/wait';
import { environmentGuard } from '../../lib/collector/blocks/components';
import { nodeMetricProcessors, serviceMetricProcessors } from '../../lib/collector/blocks/node-metrics';
import { serviceMetrics } from '../../lib/contract/metrics';
import { straight, withCollector } from './with-collector';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

const { processed } = serviceMetrics;
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const times = { startTimeUnixNano: '1785576600000000000', timeUnixNano: '1785576660000000000' };

interface Sum {
  readonly name?: string;
  readonly environment?: string;
  readonly instance?: string;
  readonly attributes?: readonly object[];
  readonly cumulative?: boolean;
  readonly monotonic?: boolean;
  readonly value: number;
}

/** What one service sends in one request. */
const request = ({ name = processed.name, environment = 'dev', instance, attributes = [], value, ...sum }: Sum) => ({
  resource: {
    attributes: [
      text('service.name', 'payment'),
      ...(environment ? [text('deployment.environment.name', environment)] : []),
      ...(instance ? [text('service.instance.id', instance)] : []),
      text('host.name', 'node-1'),
    ],
  },
  scopeMetrics: [
    {
      metrics: [
        {
          name,
          sum: {
            aggregationTemporality: sum.cumulative ? 2 : 1,
            isMonotonic: sum.monotonic ?? true,
            dataPoints: [{ ...times, asInt: `${value}`, attributes }],
          },
        },
      ],
    },
  ],
});

/** What comes out behind the processors of agent and gateway, run by the real binary. */
async function through(...sums: readonly Sum[]): Promise<any[]> {
  const processors = { ...environmentGuard('dev'), ...serviceMetricProcessors(), ...nodeMetricProcessors() };
  const requests = await withCollector(straight('metrics', processors), async ({ post, written, log }) => {
    await post('/v1/metrics', { resourceMetrics: sums.map(request) });
    await waitFor('the collector to write', () => written().length > 0 || 'nothing');
    expect(log()).toBe('');
    return written();
  });
  return requests
    .flatMap(({ resourceMetrics }) => resourceMetrics)
    .flatMap(({ scopeMetrics }: any) => scopeMetrics)
    .flatMap(({ metrics }: any) => metrics)
    .map(({ name, sum, gauge }: any) => {
      const [point] = (sum ?? gauge).dataPoints;
      const attributes = point.attributes.map(({ key, value }: any) => [key, value.stringValue]);
      return { name, kind: gauge ? 'gauge' : 'sum', value: Number(point.asInt), ...Object.fromEntries(attributes) };
    });
}

test('a metric of the list comes through with its service and its process; all others are dropped', async () => {
  const [seen, ...more] = await through(
    { value: 7, instance: 'i', attributes: [text('error.type', 'queue_full')] },
    { value: 1, name: 'http.server.request.duration' },
    { value: 2, environment: 'prod' },
    { value: 3, environment: '' },
    // Its name is a collector's: a service does not speak for one.
    { value: 4, name: 'otelcol_receiver_accepted_spans' },
  );
  expect(more).toEqual([]);
  expect(seen).toEqual({
    name: processed.name,
    kind: 'sum',
    value: 7,
    'service.name': 'payment',
    'service.instance.id': 'i',
    'error.type': 'queue_full',
  });
});

test('attributes are those of the list, and no free text', async () => {
  const [seen] = await through({
    value: 1,
    instance: 'i',
    attributes: [text('error.type', 'card 4111 1111 1111 1111'), text('customer', 'a.b@example.com')],
  });
  expect(seen).toMatchObject({ 'error.type': 'other', 'service.name': 'payment' });
  expect(seen).not.toHaveProperty('customer');
});

test("values are words with a few digits, and nobody's number", async () => {
  const kept = ['500', 'queue_full', 'grpc.v1-b2', '3.12.1'];
  const bounded = ['13812345678', '9123-4567', 'A1234563', 'a.b@example.com', 'connection to 10.20.0.15 failed'];
  const seen = await through(
    ...[...kept, ...bounded].map((value) => ({ value: 1, attributes: [text('error.type', value)] })),
  );
  expect(seen.map((metric) => metric['error.type'])).toEqual([...kept, ...bounded.map(() => 'other')]);
});

test('workers that do not say which they are stay apart: the exporter would drop all but one', async () => {
  const seen = await through({ value: 1 }, { value: 2 });
  expect(new Set(seen.map((metric) => metric['service.instance.id'])).size).toBe(2);
});

test('what goes up and down is read as it stands', async () => {
  const seen = await through({ value: 12, cumulative: true, monotonic: false });
  expect(seen).toMatchObject([{ kind: 'gauge', value: 12 }]);
});
