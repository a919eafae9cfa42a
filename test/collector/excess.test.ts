import { parse } from 'yaml';
import { waitFor } from '../../harness/wait';
import { destinationAttribute, metrics } from '../../lib/contract/metrics';
import { testSampler } from './support';
import { quiet, withCollector } from './with-collector';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

/** The sampler's own way from spans to the figure, into a file. */
function configuration(port: number, out: string): object {
  const { processors, connectors, service } = parse(
    testSampler({ mainland: { prefixes: ['10.20.0.0/16'], hostSuffixes: [] } }),
  );
  const own = service.pipelines['metrics/excess'];
  expect(own.exporters).toEqual(['awsemf']);
  const used = ['harbourline_crossing', ...own.processors];
  return {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    processors: Object.fromEntries(used.map((name) => [name, processors[name]])),
    connectors: { span_metrics: { ...connectors.span_metrics, metrics_flush_interval: '1s' } },
    exporters: { file: { path: out } },
    service: {
      telemetry: quiet,
      pipelines: {
        traces: { receivers: ['otlp'], processors: ['harbourline_crossing'], exporters: ['span_metrics'] },
        metrics: { ...own, exporters: ['file'] },
      },
    },
  };
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

test('failed calls count as they are, others as less than nothing, of the spans by which a crossing is judged', async () => {
  let n = 0;
  const spans = (count: number, kind: 2 | 3, code: 0 | 2, server?: string) =>
    Array.from({ length: count }, () => ({
      traceId: `${++n}`.padStart(32, '0'),
      spanId: `${n}`.padStart(16, '0'),
      parentSpanId: '00000000000000aa',
      name: 'pay',
      kind,
      startTimeUnixNano: '1000000000',
      endTimeUnixNano: '2000000000',
      status: { code },
      attributes: server ? [text('server.address', server)] : [],
    }));
  const of = (service: string, ...groups: object[][]) => ({
    resource: { attributes: [text('service.name', service), text('deployment.environment.name', 'dev')] },
    scopeSpans: [{ spans: groups.flat() }],
  });
  const resourceSpans = [
    of('ledger', spans(7, 2, 2), spans(2, 2, 0), spans(4, 3, 2)), // the last are clients within Hong Kong
    of('fx', spans(3, 2, 0), spans(6, 3, 2, '10.20.0.9'), spans(1, 3, 0, '10.20.0.9')),
  ];
  const sumsOf = (written: readonly any[]) => {
    const found: Record<string, number> = {};
    for (const { scopeMetrics } of written.flatMap(({ resourceMetrics }) => resourceMetrics)) {
      for (const { name, sum } of scopeMetrics.flatMap((scoped: any) => scoped.metrics)) {
        expect(name).toBe(metrics.excess.name);
        expect(sum.isMonotonic ?? false).toBe(false);
        for (const { asInt, attributes } of sum.dataPoints) {
          const values = Object.fromEntries(attributes.map(({ key, value }: any) => [key, value.stringValue]));
          const key = `${values['service.name']} ${values.crossing}`;
          const destination = values[destinationAttribute];
          for (const name of [key, ...(destination ? [`→ ${destination}`] : [])])
            found[name] = (found[name] ?? 0) + Number(asInt);
        }
      }
    }
    return found;
  };
  const sums = await withCollector(configuration, async ({ post, written, log }) => {
    await post('/v1/traces', { resourceSpans });
    const seen = () => sumsOf(written());
    await waitFor('both services', () => Object.keys(seen()).length === 4 || JSON.stringify(seen()) + log());
    return seen();
  });
  expect(sums).toEqual({ 'ledger none': 5, 'fx none': -3, 'fx hk-cn': 5, '→ 10.20.0.9': 5 });
});
