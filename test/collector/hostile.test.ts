import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePort } from '../../harness/ports';
import { waitFor } from '../../harness/wait';
import { agentConfiguration } from '../../lib/collector/agent';
import { embeddedMetrics } from '../../lib/collector/blocks/own-metrics';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { spanLimits } from '../../lib/contract/limits';
import { metrics } from '../../lib/contract/metrics';
import { names } from '../../lib/contract/names';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

const folder = mkdtempSync(join(tmpdir(), 'harbourline-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Running {
  readonly log: () => string;
  readonly alive: () => boolean;
  stop(): Promise<void>;
}

async function run(name: string, configuration: object, env: Record<string, string> = {}): Promise<Running> {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, stringify(configuration));
  const child = spawn(await collectorBinary(hostTarget()), ['--config', file], { env });
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return {
    log: () => log,
    alive: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

const resource = {
  attributes: [
    { key: 'service.name', value: { stringValue: 'payment' } },
    { key: 'deployment.environment.name', value: { stringValue: 'dev' } },
  ],
};
const spanOf = (n: number, attributes: object[] = []) => ({
  traceId: '1'.repeat(32),
  spanId: `${n}`.padStart(16, '0'),
  name: `span ${n}`,
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
  attributes,
});
const nested = (levels: number): object =>
  Array.from({ length: levels }).reduce<object>((inner) => ({ arrayValue: { values: [inner] } }), {
    stringValue: 'bottom',
  });

describe('an agent and hostile spans', () => {
  const out = join(folder, 'out.json');
  let port: number;
  let metricsPort: number;
  let agent: Running;

  beforeAll(async () => {
    port = await freePort();
    metricsPort = await freePort();
    const { receivers, processors, service } = parse(agentConfiguration({ environment: 'dev' }));
    receivers.otlp.protocols.http.endpoint = `127.0.0.1:${port}`;
    delete receivers.otlp.protocols.grpc;
    const { memory_limiter: _, ...own } = processors;
    const used = service.pipelines.traces.processors.filter((name: string) => name !== 'memory_limiter');
    agent = await run('agent', {
      receivers: { otlp: receivers.otlp },
      processors: Object.fromEntries(used.map((name: string) => [name, own[name]])),
      exporters: { file: { path: out } },
      service: {
        telemetry: {
          logs: { level: 'error' },
          metrics: {
            level: 'detailed',
            readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port: metricsPort } } } }],
          },
        },
        pipelines: { traces: { receivers: ['otlp'], processors: used, exporters: ['file'] } },
      },
    });
  });
  afterAll(() => agent.stop());

  const post = (body: string | Buffer, type = 'application/json') =>
    fetch(`http://127.0.0.1:${port}/v1/traces`, { method: 'POST', headers: { 'content-type': type }, body });
  const send = (...spans: object[]) => post(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }));

  test('only what is beyond the limits is cut, and counted by reason and service; innocent spans beside it are whole', async () => {
    await waitFor('the agent to take a span', async () => (await send(spanOf(0))).ok || agent.log());
    const keys = Array.from({ length: 300 }, (_, n) => ({ key: `${'k'.repeat(4000)}${n}`, value: { intValue: '1' } }));
    const answers = [
      await send(spanOf(1), spanOf(2, [{ key: 'deep', value: nested(48) }]), spanOf(3)),
      await send(spanOf(4, [{ key: 'long', value: { stringValue: 'word '.repeat(700_000) } }]), spanOf(5)),
      await send(spanOf(6, keys), spanOf(7)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const stored = () =>
      readFileSync(out, 'utf8')
        .split('\n')
        .filter(Boolean)
        .flatMap((line) => JSON.parse(line).resourceSpans)
        .flatMap(({ scopeSpans }: any) => scopeSpans)
        .flatMap(({ spans }: any) => spans);
    await waitFor('eight spans', () => stored().length >= 8 || stored().length);
    expect(new Set(stored().map(({ name }: { name: string }) => name))).toEqual(
      new Set(Array.from({ length: 8 }, (_, n) => `span ${n}`)),
    );
    for (const span of stored()) expect(JSON.stringify(span).length).toBeLessThan(2 * spanLimits.spanBytes);
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    for (const reason of ['depth', 'value', 'attributes', 'name']) {
      expect(metrics).toMatch(
        new RegExp(`otelcol_processor_limits_cut_spans\\{[^}]*reason="${reason}"[^}]*service="payment"[^}]*\\} 1`),
      );
    }
  });

  test('a body of 20 MiB that is nested two million deep is refused, and the agent lives', async () => {
    expect((await post(deepBody(20 * 1024 * 1024), 'application/x-protobuf')).status).toBe(400);
    expect(agent.alive()).toBe(true);
    expect((await send(spanOf(9))).status).toBe(200);
  });

  test('the deepest that fits a message is cut, and the agent lives', async () => {
    expect((await post(deepBody(4_000_000), 'application/x-protobuf')).status).toBe(200);
    expect(agent.alive()).toBe(true);
    expect((await send(spanOf(11))).status).toBe(200);
  });
});

/** A request whose one attribute is a list in a list in a list…, as deep as so many bytes allow: written from its end. */
function deepBody(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes + 64);
  let at = buffer.length;
  const wrap = (tag: number): void => {
    let length = buffer.length - at;
    const head = [tag];
    for (; length >= 128; length = Math.floor(length / 128)) head.push((length & 127) | 128);
    head.push(length);
    at -= head.length;
    buffer.set(head, at);
  };
  // AnyValue.array_value, ArrayValue.values
  while (buffer.length - at < bytes) for (const tag of [0x0a, 0x2a]) wrap(tag);
  // KeyValue.value, Span.attributes, ScopeSpans.spans, ResourceSpans.scope_spans, TracesData.resource_spans
  for (const tag of [0x12, 0x4a, 0x12, 0x12, 0x0a]) wrap(tag);
  return buffer.subarray(at);
}

describe('CloudWatch that refuses for a while', () => {
  let server: Server;
  let refusals = 4;
  const taken: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const put = `${request.headers['x-amz-target']}`.endsWith('PutLogEvents');
        const refused = put && refusals-- > 0;
        if (put && !refused) taken.push(Buffer.concat(chunks).toString());
        response.writeHead(refused ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(refused ? '{"__type":"ThrottlingException","message":"Rate exceeded"}' : '{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('gets every count once it takes them again', async () => {
    const port = await freePort();
    const { awsemf } = embeddedMetrics(names('dev'), 'ap-east-1', [metrics.calls]);
    const collector = await run(
      'cloudwatch',
      {
        extensions: { 'file_storage/queue': { directory: folder } },
        receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
        exporters: {
          awsemf: {
            ...awsemf,
            log_stream_name: 'one',
            endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
            retry_on_failure: { ...awsemf.retry_on_failure, initial_interval: '10ms', max_interval: '50ms' },
          },
        },
        service: {
          extensions: ['file_storage/queue'],
          telemetry: { metrics: { level: 'none' }, logs: { level: 'error' } },
          pipelines: { metrics: { receivers: ['otlp'], exporters: ['awsemf'] } },
        },
      },
      {
        AWS_ACCESS_KEY_ID: 'TEST',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_EC2_METADATA_DISABLED: 'true',
        INSTANCE_ID: 'one',
      },
    );
    try {
      const point = {
        asInt: '7',
        timeUnixNano: `${Date.now()}000000`,
        attributes: [
          { key: 'crossing', value: { stringValue: 'none' } },
          { key: 'span.kind', value: { stringValue: 'SPAN_KIND_SERVER' } },
          { key: 'service.name', value: { stringValue: 'payment' } },
        ],
      };
      const body = JSON.stringify({
        resourceMetrics: [
          {
            resource,
            scopeMetrics: [
              {
                metrics: [
                  {
                    name: metrics.calls.name,
                    sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point] },
                  },
                ],
              },
            ],
          },
        ],
      });
      await waitFor('the collector to take metrics', async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/v1/metrics`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        return answer.ok || collector.log();
      });
      await waitFor('CloudWatch to take them', () => taken.length > 0 || collector.log());
      expect(taken.join()).toContain('payment');
      expect(refusals).toBeLessThan(0);
    } finally {
      await collector.stop();
    }
  });
});
