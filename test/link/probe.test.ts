import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { issueNodeCertificate } from '../../harness/opensearch-node/certificates';
import { bundle } from '../../lib/common/bundle';
import { responderHealth } from '../../lib/contract/responder';
import { measureRoundTrip } from '../../lib/link/probe/connect';
import { type ContinuityTls, checkContinuity, newTraceparent } from '../../lib/link/probe/continuity';
import { bucketOf, Findings } from '../../lib/link/probe/report';
import { probeSettings, probeVariables } from '../../lib/link/probe/settings';

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

describe('a round trip', () => {
  test('is timed by an answer, and a refusal is one', async () => {
    const server = createTcpServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    expect(await measureRoundTrip('127.0.0.1', port)).toBeGreaterThan(0);
    server.close();
    await once(server, 'close');
    expect(await measureRoundTrip('127.0.0.1', port)).toBeGreaterThan(0);
  });

  test('is none where no route leads', async () => {
    expect(await measureRoundTrip('255.255.255.255', 7)).toBeUndefined();
  });
});

describe('continuity', () => {
  let responder: ChildProcess;
  let url: string;
  beforeAll(async () => {
    const program = join(bundle(join(__dirname, '../../lib/link/probe/responder.ts')), 'main.js');
    const probe = createTcpServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const port = portOf(probe);
    probe.close();
    await once(probe, 'close');
    responder = spawn(process.execPath, [program], { env: { BIND_ADDRESS: '127.0.0.1', RESPONDER_PORT: `${port}` } });
    await once(responder.stdout!, 'data');
    url = `http://127.0.0.1:${port}/traceparent`;
  });
  afterAll(() => responder.kill());

  /** A proxy in front of the responder that does something to headers. */
  async function through(change: (header: string | undefined) => string | undefined): Promise<string> {
    const proxy: Server = createServer(async (request, response) => {
      const header = change(request.headers.traceparent as string | undefined);
      const answer = await fetch(url, { headers: header ? { traceparent: header } : {} });
      const back = answer.headers.get('traceparent');
      response.writeHead(answer.status, back ? { traceparent: back } : {}).end(await answer.text());
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const outcome = await checkContinuity({ url: `http://127.0.0.1:${portOf(proxy)}/traceparent` });
    proxy.close();
    return outcome;
  }

  test('is unchanged where nothing is in between', async () => {
    expect(await checkContinuity({ url })).toBe('unchanged');
  });
  test('is lost where a proxy strips the header', async () => {
    expect(await through(() => undefined)).toBe('lost');
  });
  test('is changed where a proxy starts a trace of its own', async () => {
    expect(await through(newTraceparent)).toBe('changed');
  });
  test('is unreachable where nothing answers, or something else does', async () => {
    expect(await checkContinuity({ url: 'http://127.0.0.1:9/traceparent' })).toBe('unreachable');
    expect(await checkContinuity({ url: url.replace('traceparent', 'elsewhere') })).toBe('unreachable');
  });
  /** Lets somebody answer for the length of a test. */
  async function listening(server: Server | TlsServer, use: (port: number) => Promise<void>): Promise<void> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await use(portOf(server));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  describe('by TLS', () => {
    let tls: ContinuityTls;
    beforeAll(async () => {
      const { certificate, key, authority } = await issueNodeCertificate('127.0.0.1');
      tls = { ca: Buffer.from(authority), cert: Buffer.from(certificate), key: Buffer.from(key) };
    });
    const answering = () =>
      createTlsServer({ ...tls, requestCert: true }, (request, answer) =>
        answer
          .writeHead(200, { traceparent: request.headers.traceparent as string })
          .end(request.headers.traceparent as string),
      );

    test('the authority and the name are verified, and a certificate is shown', () =>
      listening(answering(), async (port) => {
        const url = `https://127.0.0.1:${port}/traceparent`;
        expect(await checkContinuity({ url, serverName: 'localhost' }, tls)).toBe('unchanged');
        expect(await checkContinuity({ url, serverName: 'another.example.internal' }, tls)).toBe('unreachable');
        const stranger = Buffer.from((await issueNodeCertificate('127.0.0.1')).authority);
        expect(await checkContinuity({ url, serverName: 'localhost' }, { ...tls, ca: stranger })).toBe('unreachable');
      }));

    test("through the firm's proxy, which is asked for a tunnel", () =>
      listening(answering(), async (port) => {
        const asked: string[] = [];
        const proxy = createServer().on('connect', (request, socket) => {
          asked.push(request.url as string);
          const onward = connect(port, '127.0.0.1', () => {
            socket.write('HTTP/1.1 200 OK\r\n\r\n');
            onward.pipe(socket).pipe(onward);
          });
          for (const each of [onward, socket]) each.on('error', () => each.destroy());
        });
        await listening(proxy, async (proxyPort) => {
          const check = {
            url: `https://127.0.0.1:${port}/traceparent`,
            serverName: 'localhost',
            proxy: `http://127.0.0.1:${proxyPort}`,
          };
          expect(await checkContinuity(check, tls)).toBe('unchanged');
          expect(asked).toEqual([`127.0.0.1:${port}`]);
        });
      }));
  });

  test("without TLS the firm's proxy sees the request, and what it strips is found", () =>
    listening(
      createServer(async (request, response) => {
        expect(request.url).toBe(url);
        const answer = await fetch(url);
        response.writeHead(answer.status).end(await answer.text());
      }),
      async (port) => expect(await checkContinuity({ url, proxy: `http://127.0.0.1:${port}` })).toBe('lost'),
    ));

  test('a server that hangs up in the middle is unreachable', () =>
    listening(
      createServer((_request, response) => {
        response.writeHead(200, { 'content-length': '99' });
        response.write('x', () => response.destroy());
      }),
      async (port) => expect(await checkContinuity({ url: `http://127.0.0.1:${port}/` })).toBe('unreachable'),
    ));

  test('the responder says that it is well', async () => {
    expect((await fetch(url.replace('/traceparent', responderHealth))).status).toBe(200);
  });

  test('the responder gives back nothing but a traceparent', async () => {
    const answer = await fetch(url, { headers: { traceparent: '<script>' } });
    expect([answer.status, await answer.text(), answer.headers.get('traceparent')]).toEqual([200, '', null]);
  });
});

describe('a report', () => {
  test('counts by path and outcome, and starts anew', () => {
    const findings = new Findings(1_000);
    findings.connect('vpn-1', 50.2);
    findings.connect('vpn-1', 50.3);
    findings.connect('vpn-1', undefined);
    findings.continuity('receiver', 'unchanged');
    findings.continuity('settlement', 'lost');
    findings.certificate(12);
    const { resourceMetrics } = findings.take(61_000) as any;
    const metrics = new Map<string, any>(
      resourceMetrics[0].scopeMetrics[0].metrics.map((each: any) => [each.name, each]),
    );
    const [histogram] = metrics.get('link.rtt').exponentialHistogram.dataPoints;
    expect(histogram).toMatchObject({
      attributes: [{ key: 'path', value: { stringValue: 'vpn-1' } }],
      startTimeUnixNano: '1000000000',
      timeUnixNano: '61000000000',
      count: '2',
      min: 50.2,
      max: 50.3,
      positive: { offset: bucketOf(50.2), bucketCounts: ['2'] },
    });
    expect(metrics.get('link.probes').sum.dataPoints[0].asInt).toBe('3');
    expect(metrics.get('link.probes.lost').sum.dataPoints[0].asInt).toBe('1');
    const checks = metrics
      .get('link.traceparent')
      .sum.dataPoints.map(({ attributes, asInt }: any) => [
        ...attributes.map(({ value }: any) => value.stringValue),
        asInt,
      ]);
    expect(checks).toEqual([
      ['receiver', 'unchanged', '1'],
      ['settlement', 'lost', '1'],
    ]);
    expect(metrics.get('link.certificate.days').gauge.dataPoints[0].asInt).toBe('12');
    expect(JSON.stringify(findings.take(121_000))).not.toContain('vpn-1');
  });

  test('a value lies within its bucket, 2.2 % wide', () => {
    for (const value of [0.05, 1, 3.7, 50, 51.6, 1_000]) {
      const base = 2 ** (2 ** -5);
      const index = bucketOf(value);
      expect(base ** index).toBeLessThan(value * (1 + 1e-12));
      expect(base ** (index + 1)).toBeGreaterThanOrEqual(value * (1 - 1e-12));
    }
  });
});

describe('settings', () => {
  const settings = {
    paths: [{ name: 'vpn-1', address: '10.20.255.1', port: 7 }],
    everySeconds: 2,
    checks: [
      { name: 'receiver', url: 'http://10.20.8.10:8088/traceparent' },
      {
        name: 'settlement',
        url: 'https://10.20.1.20:8443/traceparent',
        proxy: 'http://10.20.1.5:3128',
        serverName: 'settlement.cn.example.internal',
      },
    ],
    reportUrl: 'http://127.0.0.1:4319/v1/metrics',
    certificateFile: '/c.pem',
  };
  test('are read as they were written', () => {
    expect(probeSettings(probeVariables(settings))).toEqual(settings);
  });
  test('are refused with everything that is wrong', () => {
    expect(() => probeSettings({ PROBE_PATHS: 'nonsense', PROBE_EVERY_SECONDS: '0' })).toThrow(
      /PROBE_PATHS[\s\S]*PROBE_EVERY_SECONDS[\s\S]*CONTINUITY_CHECKS[\s\S]*REPORT_URL[\s\S]*LINK_CERTIFICATE/,
    );
  });
});
