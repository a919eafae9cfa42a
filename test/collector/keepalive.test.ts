import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../harness/ports';
import { waitFor } from '../../harness/wait';
import { clientKeepalive, pingsAllowed } from '../../lib/collector/blocks/components';
import { quiet, spansOf, withCollector } from './with-collector';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

const request = (name: string) => ({
  resourceSpans: [
    {
      resource: {},
      scopeSpans: [
        {
          spans: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), name, startTimeUnixNano: 1, endTimeUnixNano: 2 }],
        },
      ],
    },
  ],
});

/** The way to a gateway. What was connected when it is cut stays open, and nothing comes through any more; what connects later does. */
class Way {
  connections = 0;
  private readonly pairs: Socket[] = [];
  private readonly server: Server;

  constructor(to: number) {
    this.server = createServer((from) => {
      this.connections++;
      const beyond = connect(to, '127.0.0.1');
      for (const socket of [from, beyond]) socket.on('error', () => undefined);
      this.pairs.push(from, beyond);
      from.pipe(beyond);
      beyond.pipe(from);
    });
  }

  listen = (port: number): Promise<void> => new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));

  cut(): void {
    for (const socket of this.pairs) socket.unpipe().pause();
  }

  close(): void {
    this.server.close();
    for (const socket of this.pairs) socket.destroy();
  }
}

test('a connection on which nothing comes any more is left for a new one', async () => {
  const port = await freePort();
  const receiver = (http: number, output: string) => ({
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: `127.0.0.1:${port}`, keepalive: pingsAllowed },
          http: { endpoint: `127.0.0.1:${http}` },
        },
      },
    },
    exporters: { file: { path: output } },
    service: { telemetry: quiet, pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } } },
  });
  await withCollector(receiver, async ({ post: ready, written }) => {
    await ready('/v1/traces', request('ready'));
    const way = new Way(port);
    const through = await freePort();
    await way.listen(through);
    const sender = (http: number) => ({
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${http}` } } } },
      exporters: {
        otlp_grpc: {
          endpoint: `127.0.0.1:${through}`,
          tls: { insecure: true },
          ...clientKeepalive,
          timeout: '10s',
          retry_on_failure: { enabled: true, initial_interval: '100ms', max_interval: '500ms' },
        },
      },
      service: { telemetry: quiet, pipelines: { traces: { receivers: ['otlp'], exporters: ['otlp_grpc'] } } },
    });
    const arrives = (name: string) =>
      waitFor(`${name} to arrive`, async () => spansOf(written()).some((span) => span.name === name), 120);
    try {
      await withCollector(sender, async ({ post }) => {
        await post('/v1/traces', request('before'));
        await arrives('before');
        expect(way.connections).toBe(1);
        way.cut();
        await post('/v1/traces', request('after'));
        await arrives('after');
        expect(way.connections).toBe(2);
      });
    } finally {
      way.close();
    }
  });
});
