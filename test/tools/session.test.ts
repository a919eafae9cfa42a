import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificates } from '../../lib/machine/certificates.issue';
import { storeClient } from '../../lib/store/client';
import { ownWay, reached } from '../../tools/connection';
import { reachStore, type SessionAws } from '../../tools/session';
import { halves } from '../../tools/smoke/halves';
import { configOf } from '../support/app';

const host = 'vpc-store.test.internal';
const options = { via: 'session', environment: 'dev', region: 'ap-east-1' } as const;

/** AWS with one running instance and one endpoint, as far as a session asks. */
function account(instances = ['i-0123456789abcdef0'], endpoints = ['aos-1']) {
  const asked: any[] = [];
  const send = async (command: { constructor: { name: string }; input: any }) => {
    asked.push(command.input);
    switch (command.constructor.name) {
      case 'DescribeDomainCommand':
        return { DomainStatus: { Endpoints: { vpc: host } } };
      case 'DescribeInstancesCommand':
        return { Reservations: [{ Instances: instances.map((InstanceId) => ({ InstanceId })) }] };
      case 'ListVpcEndpointsForDomainCommand':
        return { VpcEndpointSummaryList: endpoints.map((VpcEndpointId) => ({ VpcEndpointId, Status: 'ACTIVE' })) };
      default:
        return { VpcEndpoints: [{ Endpoint: 'vpc-endpoint.test.internal' }] };
    }
  };
  return { asked, aws: { ec2: { send }, openSearch: { send } } as unknown as SessionAws };
}

describe('a session', () => {
  let server: Server;
  let folder: string;
  const seen: { host: string | undefined; name: string | false | undefined; authorization: string | undefined }[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'session-'));
    const { store } = await issueCertificates({ tiers: { store: [host] }, now: new Date() });
    writeFileSync(join(folder, 'authority.pem'), store!.authority);
    server = createServer({ cert: store!.certificate, key: store!.key }, (request, response) => {
      const { servername } = request.socket as unknown as { servername?: string };
      seen.push({ host: request.headers.host, name: servername, authorization: request.headers.authorization });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"hits":{"hits":[]}}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** What the plugin does: takes connections on the port that it is given, and passes them on. */
  const forward = (parameters: readonly string[]) => {
    const port = /localPortNumber=(\d+)/.exec(parameters.join(' '))?.[1];
    const { port: target } = server.address() as AddressInfo;
    const program = `const net = require('node:net');
      net.createServer((c) => { const s = net.connect(${target}, '127.0.0.1'); c.pipe(s).pipe(c); c.on('error', () => {}); s.on('error', () => {}); })
        .listen(${port}, '127.0.0.1');`;
    return spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'pipe'] });
  };

  test('goes to the store by its own name: in TLS, in the request and in the signature', async () => {
    const given: string[][] = [];
    const { aws, asked } = account();
    const open = (parameters: readonly string[]) => {
      given.push([...parameters]);
      return forward(parameters);
    };
    const { settings, close } = await reachStore({ ...options, aws, open });
    const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
    const client = storeClient({
      ...settings,
      auth: { kind: 'sigv4', region: 'ap-east-1', credentials },
      caFile: join(folder, 'authority.pem'),
    });
    try {
      await client.search({ index: 'spans' });
    } finally {
      await client.close();
      close();
    }
    expect(seen).toEqual([{ host, name: host, authorization: expect.stringContaining('/ap-east-1/es/aws4_request') }]);
    expect(given[0]!.join(' ')).toContain('--target i-0123456789abcdef0 --document-name harbourline-dev-store');
    expect(asked.at(-1).Filters).toContainEqual({ Name: 'tag:harbourline:tier', Values: ['access'] });
  });

  test('another name than the store has in its certificate is refused', async () => {
    const { settings, close } = await reachStore({ ...options, aws: account().aws, open: forward });
    const client = storeClient(
      {
        ...settings,
        endpoint: 'https://vpc-other.test.internal',
        auth: { kind: 'basic', username: 'a', password: 'b' },
        caFile: join(folder, 'authority.pem'),
      },
      { maxRetries: 0 },
    );
    try {
      await expect(client.search({ index: 'spans' })).rejects.toThrow(/altnames/);
    } finally {
      await client.close();
      close();
    }
  });

  test('one that ends says why, and what it takes', async () => {
    const open = () => spawn(process.execPath, ['-e', 'console.error("AccessDeniedException"); process.exit(254)']);
    await expect(reachStore({ ...options, aws: account().aws, open })).rejects.toThrow(
      /ended with 254[\s\S]*StoreSessionPolicy/,
    );
  });

  test('without an instance there is none', async () => {
    await expect(reachStore({ ...options, aws: account([]).aws })).rejects.toThrow(/store\.access\.via = 'session'/);
  });
});

test('by an endpoint, the address is that of the endpoint', async () => {
  const { settings } = await reachStore({ ...options, via: 'endpoint', aws: account().aws });
  expect(settings).toEqual({
    endpoint: 'https://vpc-endpoint.test.internal',
    auth: { kind: 'sigv4', region: 'ap-east-1' },
  });
  await expect(reachStore({ ...options, via: 'endpoint', aws: account([], []).aws })).rejects.toThrow(/StoreEndpoint/);
});

test.each([
  [{ via: 'vpn', env: 'dev' }, /session or endpoint/],
  [{ via: 'session' }, /HL-DOMAIN-004/],
  [{ via: 'session', env: 'dev', endpoint: 'https://store' }, /leave --endpoint out/],
])('refused: %j', async (values, message) => {
  await expect(reached({ region: 'ap-east-1', ...values }, 'trace')).rejects.toThrow(message);
});

test('an environment is reached by the way of its configuration, where nobody says how', () => {
  const by = (via: 'session' | 'endpoint' | 'none') => {
    const config = configOf('dev');
    return ownWay({ ...config, store: { ...config.store, access: { ...config.store.access, via } } });
  };
  expect([by('session'), by('endpoint')]).toEqual(['session', 'endpoint']);
  expect(() => by('none')).toThrow("--env dev: its store.access.via is 'none', so add");
});

const trace = '0af7651916cd43dd8448eb211c80319c';
test.each([
  [{ half: 'both' }, /node, operator or aws/],
  [{ half: 'operator' }, /give --trace/],
  [{ half: 'operator', trace: 'abc' }, /32 hexadecimal/],
  [{ half: 'node', trace }, /for --half operator/],
  [{ half: 'node', via: 'session' }, /leave --via out/],
  [{ via: 'ssh' }, /session or endpoint/],
  [{ rehearse: true, half: 'node' }, /both halves/],
])('a smoke test in halves, refused: %j', (values, message) => {
  expect(() => halves(values)).toThrow(message);
});

test('a smoke test in halves, or whole', () => {
  expect(halves({ half: 'operator', trace, via: 'session' })).toEqual({ half: 'operator', trace, via: 'session' });
  expect(halves({})).toEqual({ half: undefined, trace: undefined, via: undefined });
  expect(halves({ half: 'aws' })).toEqual({ half: 'aws', trace: undefined, via: undefined });
});
