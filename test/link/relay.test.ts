/** The relay and the receiver: as they are rendered, and as the very binary runs them. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { tierName } from '../../config/tier-names';
import { startCollector } from '../../harness/collectors';
import type { Service } from '../../harness/process';
import { waitFor } from '../../harness/wait';
import { clientTls } from '../../lib/collector/blocks/components';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { receiverConfiguration } from '../../lib/collector/receiver';
import { relayConfiguration } from '../../lib/collector/relay';
import { filesOf, paths, variablesOf } from '../../lib/contract/instance';
import { metrics } from '../../lib/contract/metrics';
import { issueCertificates } from '../../lib/machine/certificates.issue';
import { assemblyOf, configOf, environmentNames } from '../support/app';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

const options = {
  environment: 'dev',
  region: 'ap-east-1',
  receiverName: 'receiver',
  minimumCalls: 10,
  services: ['payment'],
  queueBytes: 1e9,
};

/** What launch templates of a tier write at boot, in all stages. */
function bootFiles(tier: string): Map<string, string>[] {
  return (
    environmentNames
      .flatMap((environment) => assemblyOf(environment).stacksRecursively)
      .flatMap(({ template }) => Object.values<any>(template.Resources))
      .filter(({ Type }) => Type === 'AWS::EC2::LaunchTemplate')
      .map(({ Properties }) => Properties.LaunchTemplateData.UserData['Fn::Base64'])
      .map((text) =>
        typeof text === 'string'
          ? text
          : text['Fn::Join'][1].map((part: any) => (typeof part === 'string' ? part : 'x')).join(''),
      )
      // What people's sessions start on runs no collector.
      .filter((text) => text.startsWith('#cloud-config'))
      .map(filesOf)
      .filter((files) => variablesOf(files.get(paths.scriptsEnvironment) ?? '').TIER === tier)
  );
}

describe.each(['relay', 'receiver'])('the synthesised %s', (tier) => {
  const all = bootFiles(tier);

  test('has pipelines for metrics only, in every environment', () => {
    expect(all).toHaveLength(environmentNames.length);
    for (const files of all) {
      const { service, exporters } = parse(files.get(paths.configuration) ?? '');
      for (const name of Object.keys(service.pipelines)) expect(name).toMatch(/^metrics(\/|$)/);
      if (tier === 'receiver') continue;
      // What crosses has gone through the lists; nothing else leads out.
      const crossing = Object.values<any>(service.pipelines).filter((each) =>
        each.exporters.includes('otlp_http/mainland'),
      );
      expect(crossing).toHaveLength(1);
      expect(crossing[0].processors).toEqual(['memory_limiter', 'harbourline_aggregates']);
      expect(exporters['otlp_http/mainland']).toMatchObject({
        compression: 'zstd',
        tls: { min_version: '1.2', server_name_override: expect.any(String) },
        sending_queue: { storage: 'file_storage/queue', sizer: 'bytes' },
        // A connection that an outage left behind is found before a request has waited for its end.
        timeout: '30s',
        http2_read_idle_timeout: '10s',
        http2_ping_timeout: '5s',
      });
    }
  });
});

test('the relay gets its share of the rate, and holds the outage that was asked for', () => {
  for (const files of bootFiles('relay')) {
    const { RATE_BITS } = variablesOf(files.get(paths.scriptsEnvironment) ?? '');
    expect(Number(RATE_BITS)).toBe(500_000);
    const { exporters } = parse(files.get(paths.configuration) ?? '');
    // A day at that rate.
    expect(exporters['otlp_http/mainland'].sending_queue.queue_size).toBe((500_000 / 8) * 86_400);
    expect(configOf('dev').link?.relay.outageHours).toBe(24);
  }
});

/** Names that say something of a person, or hold an id: none of them is on the list of services. */
const smuggled = [
  'zhang.wei',
  'Zhang.Wei.1988-03-12',
  'hkid-A12345.6-7',
  'tel-138-0013-8000',
  'card-4111-1111-1111-1111',
  'loan-rejected-customer-Wong-Ka-Ming',
  'S_kvM1d7TaajzpKdDg5HNg',
  'payment-zhang-wei',
  'paymentx',
  'Payment',
  'payment ',
  '陈大文',
];

/** An OTLP request of metrics: calls of a service, at one crossing. */
function calls(service: string, number: number, attributes: Record<string, string>): object {
  const list = (entries: Record<string, string>) =>
    Object.entries(entries).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const now = `${Date.now()}000000`;
  return {
    resourceMetrics: [
      {
        resource: { attributes: list({ 'service.name': service, 'host.name': 'planted-host' }) },
        scopeMetrics: [
          {
            scope: { name: 'planted-scope' },
            metrics: [
              {
                name: metrics.calls.name,
                description: 'planted description',
                sum: {
                  aggregationTemporality: 1,
                  isMonotonic: true,
                  dataPoints: [
                    {
                      asInt: `${number}`,
                      timeUnixNano: now,
                      attributes: list(attributes),
                      exemplars: [
                        {
                          timeUnixNano: now,
                          asInt: '1',
                          traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
                          spanId: '00f067aa0ba902b7',
                        },
                      ],
                    },
                  ],
                },
              },
              { name: 'planted.metric', gauge: { dataPoints: [{ timeUnixNano: now, asInt: '1' }] } },
            ],
          },
        ],
      },
    ],
  };
}

describe('the binary', () => {
  test('takes every configuration of relays and receivers', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'harbourline-validate-'));
    const { tier } = await issueCertificates({ tiers: { tier: ['tier'] }, now: new Date() });
    for (const part of ['certificate', 'key', 'authority'] as const)
      writeFileSync(join(scratch, `${part}.pem`), tier![part]);
    const otlp = receiverConfiguration({ environment: 'dev', port: 4318, sink: 'otlp' });
    const texts = ['relay', 'receiver'].flatMap((name) =>
      bootFiles(name).map((files) => files.get(paths.configuration)!),
    );
    const binary = await collectorBinary(hostTarget());
    const validate = (text: string) => {
      writeFileSync(join(scratch, 'collector.yaml'), text);
      const { status, stderr } = spawnSync(binary, ['validate', '--config', join(scratch, 'collector.yaml')], {
        env: {
          AWS_REGION: 'ap-east-1',
          BIND_ADDRESS: '127.0.0.1',
          LOOPBACK_ADDRESS: '127.0.0.1',
          DATA_DIRECTORY: scratch,
          TLS_DIRECTORY: scratch,
          LINK_TLS_DIRECTORY: scratch,
          INSTANCE_ID: 'i',
          RECEIVER_ENDPOINT: 'https://10.20.8.10:4318',
          BACKEND_ENDPOINT: 'http://10.20.8.11:4318',
        },
        encoding: 'utf8',
      });
      return { status, stderr };
    };
    for (const text of [...texts, otlp]) expect(validate(text)).toEqual({ status: 0, stderr: '' });
    expect(validate(texts[0]!.replace('minimum_count', 'minimum_number')).status).not.toBe(0);
    rmSync(scratch, { recursive: true, force: true });
  });

  const addresses = { relay: '127.66.0.1', receiver: '127.66.0.2', sender: '127.66.0.3', backend: '127.66.0.4' };
  const port = { receiver: 4318, backend: 4398 };
  const bodies: string[] = [];
  const running: Service[] = [];
  let folder: string;
  let backend: Server;
  let requested: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'harbourline-relay-'));
    const binary = await collectorBinary(hostTarget());
    const tiers = await issueCertificates({
      tiers: { relay: [tierName('relay', 'dev')], sampler: [tierName('sampler', 'dev')] },
      now: new Date(),
    });
    // The organisation's own authority signs both ends of the link, the tiers' does not.
    const link = await issueCertificates({ tiers: { relay: ['relay'], receiver: ['receiver'] }, now: new Date() });
    backend = createServer((request, response) => {
      requested = [...requested, request.url ?? ''];
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    }).listen(port.backend, addresses.backend);

    const start = async (
      name: 'relay' | 'receiver' | 'sender',
      configuration: string,
      certificate: keyof typeof tiers | keyof typeof link,
      of: typeof tiers,
      environment: Record<string, string> = {},
    ) =>
      running.push(
        await startCollector({
          name,
          binary,
          directory: folder,
          address: addresses[name],
          tier: { configuration, environment: { AWS_REGION: 'ap-east-1' }, drain: {} },
          certificate: of[certificate]!,
          environment,
        }),
      );
    const receiver = receiverConfiguration({ environment: 'dev', port: port.receiver, sink: 'otlp' });
    await start(
      'receiver',
      receiver.replace('endpoint: ${env:BACKEND_ENDPOINT}', '$&\n  encoding: json\n  compression: none'),
      'receiver',
      link,
      {
        LINK_TLS_DIRECTORY: join(folder, 'receiver', 'tls'),
        BACKEND_ENDPOINT: `http://${addresses.backend}:${port.backend}`,
      },
    );
    mkdirSync(join(folder, 'link-tls'));
    for (const part of ['certificate', 'key', 'authority'] as const)
      writeFileSync(join(folder, 'link-tls', `${part}.pem`), link.relay![part]);
    await start(
      'relay',
      relayConfiguration(options).replace('window: 60s', 'window: 1s').replace('grace: 20s', 'grace: 1s'),
      'relay',
      tiers,
      {
        LINK_TLS_DIRECTORY: join(folder, 'link-tls'),
        RECEIVER_ENDPOINT: `https://${addresses.receiver}:${port.receiver}`,
      },
    );
    await start(
      'sender',
      stringify({
        extensions: { health_check: { endpoint: `${addresses.sender}:13133` } },
        receivers: { otlp: { protocols: { http: { endpoint: `${addresses.sender}:4318` } } } },
        exporters: {
          otlp_grpc: {
            endpoint: `${addresses.relay}:4317`,
            tls: clientTls(tierName('relay', 'dev')),
            sending_queue: { enabled: false },
            retry_on_failure: { enabled: false },
          },
        },
        service: {
          extensions: ['health_check'],
          telemetry: { metrics: { level: 'none' } },
          pipelines: Object.fromEntries(
            ['metrics', 'traces', 'logs'].map((name) => [name, { receivers: ['otlp'], exporters: ['otlp_grpc'] }]),
          ),
        },
      }),
      'sampler',
      tiers,
    );
  });
  afterAll(async () => {
    for (const service of running.reverse()) await service.stop();
    backend.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = (signal: string, body: object) =>
    fetch(`http://${addresses.sender}:4318/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const crossing = { crossing: 'hk-cn', 'span.kind': 'SPAN_KIND_CLIENT' };

  test('aggregates arrive in the mainland, and nothing that is not listed', async () => {
    const answers = await Promise.all([
      send('metrics', calls('payment', 12, { ...crossing, customer: 'planted-customer' })),
      send('metrics', calls('payment', 3, crossing)),
      send('metrics', calls('quiet', 9, crossing)),
      // Too few calls of a service that is listed, in that direction: groups are judged over kinds and statuses, not over that.
      send('metrics', calls('payment', 9, { crossing: 'cn-hk', 'span.kind': 'SPAN_KIND_SERVER' })),
      send('metrics', calls('planted name', 99, crossing)),
      ...smuggled.map((name) => send('metrics', calls(name, 99, crossing))),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    await waitFor('aggregates in the mainland', () => bodies.length > 0 || 'none');
    const all = bodies.join('\n');
    expect(all).toContain('"payment"');
    expect(all).toContain('"asInt":"15"');
    expect(all).not.toMatch(/planted|quiet|4bf92f35|exemplars|cn-hk/);
    // A service that nobody listed is one of the others, whatever it is called.
    expect(all).toContain('"other"');
    for (const name of smuggled) expect(all).not.toContain(name);
  });

  test('spans and logs are refused by the relay, and by the receiver', async () => {
    const span = {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      name: 'planted span',
      startTimeUnixNano: '1',
      endTimeUnixNano: '2',
    };
    const before = bodies.length;
    expect((await send('traces', { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })).ok).toBe(false);
    expect(
      (await send('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'planted' } }] }] }] }))
        .ok,
    ).toBe(false);
    const log = readFileSync(join(folder, 'sender.log'), 'utf8');
    expect(log).toContain('unknown service opentelemetry.proto.collector.trace.v1.TraceService');
    expect(log).toContain('unknown service opentelemetry.proto.collector.logs.v1.LogsService');
    expect(bodies.slice(before).join('')).not.toContain('planted');
    expect(requested.every((url) => url === '/v1/metrics')).toBe(true);
  });

  test('what is left behind is counted by reason', async () => {
    const text = await (await fetch(`http://${addresses.relay}:8888/metrics`)).text();
    for (const reason of ['metric', 'attribute', 'exemplar', 'folded', 'small_group']) {
      expect(text).toMatch(new RegExp(`otelcol_processor_aggregates_dropped[^\\n]*reason="${reason}"[^\\n]* [1-9]`));
    }
  });

  test('nobody is served without a certificate of the link', async () => {
    await expect(
      fetch(`https://${addresses.receiver}:${port.receiver}/v1/metrics`, { method: 'POST' }),
    ).rejects.toThrow();
  });
});
