import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { LeasedLine } from '../../../rehearsal/stage/leased-line/leased-line';

const traceparent = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';
let service: Server;
let line: LeasedLine;
let handler: (incoming: IncomingMessage, outgoing: ServerResponse) => void;

async function open(oneWayMs = 0): Promise<LeasedLine> {
  const target = { host: '127.0.0.1', port: (service.address() as AddressInfo).port };
  return LeasedLine.open({
    host: '127.77.9.61',
    oneWayMs,
    routes: {
      '10.20.0.15:8080': { direction: 'hk-cn', target, callerAddress: '10.10.0.10' },
      '10.10.0.10:8000': { direction: 'cn-hk', target, callerAddress: '10.20.0.15' },
    },
  });
}

/** What an HTTP client does with `HTTP_PROXY`. */
function call(path: string, headers: Record<string, string> = {}, body?: string, timeout = 60_000) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const proxy = new URL(line.url);
    const outgoing = request(
      {
        host: proxy.hostname,
        port: proxy.port,
        path,
        headers,
        method: body === undefined ? 'GET' : 'POST',
        agent: false,
        timeout,
      },
      async (answer) => {
        let text = '';
        for await (const chunk of answer) text += chunk;
        resolve({ status: answer.statusCode ?? 0, text });
      },
    );
    outgoing.on('error', reject).on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.end(body);
  });
}

beforeEach(async () => {
  handler = async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const { headers, url, socket } = incoming;
    outgoing.end(JSON.stringify({ headers, url, body, from: socket.remoteAddress }));
  };
  service = createServer((incoming, outgoing) => handler(incoming, outgoing));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  line = await open();
});
afterEach(async () => {
  await line.close();
  service.closeAllConnections();
  service.close();
});

test('forwards over the line, names the calling side, and counts', async () => {
  const headers = { traceparent, 'x-forwarded-for': '1.2.3.4', 'proxy-connection': 'keep-alive' };
  const { status, text } = await call('http://10.20.0.15:8080/settlements?a=1', headers, 'hello');
  const seen = JSON.parse(text);
  expect(status).toBe(200);
  expect(seen).toMatchObject({ url: '/settlements?a=1', body: 'hello', from: '127.77.9.61' });
  expect(seen.headers).toMatchObject({ 'x-forwarded-for': '10.10.0.10', traceparent });
  expect(seen.headers).not.toHaveProperty('proxy-connection');
  expect(line.record['hk-cn']).toEqual({
    requests: 1,
    traceparentOut: 1,
    traceBack: 1,
    failed: 0,
    bytesOut: 5,
    bytesBack: text.length,
  });
  expect(line.record['cn-hk'].requests).toBe(0);

  const back = await call('http://10.10.0.10:8000/callbacks/settled');
  expect(JSON.parse(back.text).headers['x-forwarded-for']).toBe('10.20.0.15');
  expect(line.record['cn-hk']).toMatchObject({ requests: 1, traceparentOut: 0, traceBack: 0 });
});

test.each(['http://10.20.0.15:9/', 'http://example.com/', 'https://10.20.0.15:8080/', '/settlements', 'http://[bad'])(
  'refuses %s',
  async (path) => {
    expect((await call(path)).status).toBe(403);
    expect(line.refused).toBe(1);
  },
);

test('refuses a tunnel', async () => {
  const { hostname, port } = new URL(line.url);
  const socket = connect(Number(port), hostname);
  socket.write('CONNECT 10.20.0.15:8080 HTTP/1.1\r\nHost: 10.20.0.15:8080\r\n\r\n');
  const [first] = await new Promise<Buffer[]>((resolve) => socket.once('data', (chunk) => resolve([chunk])));
  expect(`${first}`).toMatch(/^HTTP\/1.1 403 /);
  socket.destroy();
});

test('takes its time each way', async () => {
  await line.close();
  line = await open(40);
  const start = performance.now();
  await call('http://10.20.0.15:8080/');
  expect(performance.now() - start).toBeGreaterThan(78);
});

test('streams: the first bytes of an answer do not wait for the last', async () => {
  let finish = () => {};
  handler = (_, outgoing) => {
    outgoing.write('first');
    finish = () => outgoing.end('last');
  };
  const proxy = new URL(line.url);
  const text = await new Promise<string>((resolve) => {
    request({ host: proxy.hostname, port: proxy.port, path: 'http://10.20.0.15:8080/', agent: false }, (answer) => {
      let all = '';
      answer.on('data', (chunk) => {
        all += chunk;
        if (all === 'first') finish();
      });
      answer.on('end', () => resolve(all));
    }).end();
  });
  expect(text).toBe('firstlast');
});

test('a service that is not there is a 502', async () => {
  service.closeAllConnections();
  await new Promise((resolve) => service.close(resolve));
  expect((await call('http://10.20.0.15:8080/', {}, 'x')).status).toBe(502);
  expect(line.record['hk-cn'].failed).toBe(1);
});

test('cut, it refuses; restored, it is where it was', async () => {
  const { url } = line;
  await line.cut('refuse');
  await expect(call('http://10.20.0.15:8080/')).rejects.toThrow('ECONNREFUSED');
  await line.restore();
  expect(line.url).toBe(url);
  expect((await call('http://10.20.0.15:8080/')).status).toBe(200);
});

test('cut, it hangs; restored, what waited goes on unless it gave up', async () => {
  await line.cut('hang');
  const waiting = call('http://10.20.0.15:8080/patient');
  await expect(call('http://10.20.0.15:8080/impatient', {}, undefined, 1_000)).rejects.toThrow('timeout');
  await line.restore();
  expect(JSON.parse((await waiting).text).url).toBe('/patient');
  expect(line.record['hk-cn']).toMatchObject({ requests: 2, failed: 1 });
});

test('leads nowhere but to this machine', async () => {
  const target = { host: '10.20.0.15', port: 80 };
  const routes = { '10.20.0.15:80': { direction: 'hk-cn' as const, target, callerAddress: '10.10.0.10' } };
  await expect(LeasedLine.open({ host: '127.0.0.1', routes })).rejects.toThrow('10.20.0.15 is not a loopback address');
});

test('callers who know of no proxy find the front door, and the service the address that calls come from', async () => {
  await line.close();
  const target = { host: '127.0.0.1', port: (service.address() as AddressInfo).port };
  const frontDoor = { host: '127.77.9.62', port: 18_443 };
  line = await LeasedLine.open({
    host: '127.77.9.61',
    oneWayMs: 0,
    frontDoor,
    routes: { '127.77.9.62:18443': { direction: 'cn-hk', target, from: '127.77.9.63', callerAddress: '10.20.0.15' } },
  });
  const answer = await fetch(`http://${frontDoor.host}:${frontDoor.port}/callback`, { headers: { traceparent } });
  expect(await answer.json()).toMatchObject({ url: '/callback', from: '127.77.9.63', headers: { traceparent } });
  expect(line.record['cn-hk']).toMatchObject({ requests: 1, traceparentOut: 1 });
});

test('it can be careless with traceparent, in one direction', async () => {
  line.strips = 'cn-hk';
  const seen = async (url: string) => JSON.parse((await call(url, { traceparent, other: '1' })).text).headers;
  expect(await seen('http://10.20.0.15:8080/')).toMatchObject({ traceparent, other: '1' });
  const stripped = await seen('http://10.10.0.10:8000/');
  expect(stripped).toMatchObject({ other: '1' });
  expect(stripped).not.toHaveProperty('traceparent');
});

test('grows longer, and leads to another service, while it is open', async () => {
  line.delay(40);
  const start = performance.now();
  await call('http://10.10.0.10:8000/callbacks/settled');
  expect(performance.now() - start).toBeGreaterThan(78);
  line.delay(0);

  const next = createServer((_, outgoing) => outgoing.end('next'));
  await new Promise<void>((resolve) => next.listen(0, '127.0.0.1', resolve));
  line.reroute('10.20.0.15:8080', { host: '127.0.0.1', port: (next.address() as AddressInfo).port });
  expect((await call('http://10.20.0.15:8080/')).text).toBe('next');
  expect(() => line.reroute('10.20.0.99:8080', { host: '127.0.0.1', port: 1 })).toThrow('Not on this line');
  next.closeAllConnections();
  next.close();
});
