import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { tierName } from '../../config/tier-names';
import { CleanUp } from '../../harness/clean-up';
import { startCollector } from '../../harness/collectors';
import { waitFor } from '../../harness/wait';
import { agentConfiguration } from '../../lib/collector/agent';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { gatewayConfiguration } from '../../lib/collector/gateway';
import { ports } from '../../lib/contract/ports';
import { issueCertificates, type TierCertificate } from '../../lib/machine/certificates.issue';
import { startAwsDoubles } from '../../rehearsal/stage/aws/doubles';
import { testSampler } from './support';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

const environment = 'dev';
const region = 'ap-east-1';
const samplers = { namespace: 'harbourline-dev', service: 'sampler' };
const addresses = {
  aws: '127.78.0.1',
  // Agents by where they send: into nothing but what stands in for the next tier, to the gateway, to the sampler.
  agent: '127.78.1.1',
  toGateway: '127.78.1.2',
  toSampler: '127.78.1.3',
  gateway: '127.78.2.1',
  sampler: '127.78.3.1',
  /** Stands in for the gateways of an agent, and for the samplers of a gateway. */
  next: '127.78.9.1',
};
/** With pages that remember three seconds instead of a minute. */
function forgetful(configuration: string): string {
  const made = parse(configuration);
  made.extensions.harbourline_pages.interval = '500ms';
  return stringify(made);
}
const agent = agentConfiguration({ environment });
const gateway = gatewayConfiguration({
  environment,
  region,
  samplers,
  instanceType: 'm7g.large',
  volumeGiB: 20,
  services: 50,
});

/** What is behind a tier takes spans, or says that it never will. */
let refuses = false;
let folder: string;
let binary: string;
let certificate: TierCertificate;
const cleanUp = new CleanUp();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'harbourline-pages-'));
  cleanUp.add(() => rmSync(folder, { recursive: true }));
  binary = await collectorBinary(hostTarget());
  const names = (['agent', 'gateway', 'sampler'] as const).map((tier) => tierName(tier, environment));
  certificate = (await issueCertificates({ tiers: { all: names }, now: new Date() })).all!;
  const aws = await startAwsDoubles({
    address: addresses.aws,
    region,
    credentials: { accessKeyId: 'TEST', secretAccessKey: 'of-this-test-only' },
    logGroup: '/harbourline/dev/metrics',
    cloudMap: { namespace: samplers.namespace, services: { [samplers.service]: () => [addresses.next] } },
  });
  cleanUp.add(aws);
  // gRPC of which nothing is read: an empty message and OK, or INVALID_ARGUMENT.
  const next = createSecureServer({ cert: certificate.certificate, key: certificate.key }, (request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/grpc' });
      response.addTrailers({ 'grpc-status': refuses ? '3' : '0' });
      response.end(Buffer.alloc(refuses ? 0 : 5));
    });
  }).listen(ports.otlpGrpc, addresses.next);
  const writer = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(refuses ? 400 : 200).end());
  }).listen(ports.spanWriter, addresses.sampler);
  for (const server of [next, writer]) cleanUp.add(() => void server.close());
  const start = async (name: keyof typeof addresses, configuration: string, to: string = addresses.next) =>
    cleanUp.add(
      await startCollector({
        name,
        binary,
        directory: folder,
        address: addresses[name],
        tier: { configuration: forgetful(configuration), environment: {}, drain: {} },
        certificate,
        environment: { ...aws.environment, GATEWAY_ENDPOINT: `${to}:${ports.otlpGrpc}` },
      }),
    );
  await start('agent', agent);
  await start('gateway', gateway);
  await start('sampler', testSampler({ sampling: { floorPercent: 100, ceilingPercent: 100 } }));
  // An agent's spans go to whichever tier answers by its name.
  await start('toGateway', agent, addresses.gateway);
  await start(
    'toSampler',
    agent.replaceAll(tierName('gateway', environment), tierName('sampler', environment)),
    addresses.sampler,
  );
});
afterAll(() => cleanUp.run());

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
let traces = 0;
async function send(address: string): Promise<void> {
  const span = {
    traceId: (++traces).toString(16).padStart(32, '0'),
    spanId: '1'.repeat(16),
    name: 'pay',
    startTimeUnixNano: '1000000000',
    endTimeUnixNano: '2000000000',
  };
  const attributes = [attribute('service.name', 'payment'), attribute('deployment.environment.name', environment)];
  const response = await fetch(`http://${address}:${ports.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }] }),
  });
  expect(response.status).toBe(200);
}

const page = (address: string, path: string) => fetch(`http://${address}:${ports.pages}${path}`);

/** What a part of a tier says about spans, and whether the tier is well. */
async function health(address: string, component: string) {
  const response = await page(address, '/health');
  const lines = (await response.text()).split('\n').slice(0, -1);
  const parts = lines.map((line) => JSON.parse(line));
  return {
    status: response.status,
    parts,
    part: parts.find((each) => each.component === component && each.signal === 'spans'),
  };
}

const tiers = [
  { tier: 'agent', from: addresses.agent, exporter: 'exporter/otlp_grpc' },
  { tier: 'gateway', from: addresses.toGateway, exporter: 'exporter/load_balancing' },
  { tier: 'sampler', from: addresses.toSampler, exporter: 'exporter/otlp_http/writer' },
] as const;

/** Sends spans until each tier answers so. @returns what each says then of its parts */
const all = (status: number, healthy: boolean): Promise<Awaited<ReturnType<typeof health>>['parts'][]> =>
  Promise.all(
    tiers.map(async ({ tier, from, exporter }) => {
      let seen: Awaited<ReturnType<typeof health>> | undefined;
      await waitFor(
        `${tier} to answer ${status}`,
        async () => {
          await send(from);
          seen = await health(addresses[tier], exporter);
          return (seen.status === status && seen.part?.healthy === healthy) || JSON.stringify(seen);
        },
        240,
        100,
      );
      return seen!.parts;
    }),
  );

test('a tier is red, by the name of its exporter, while what is behind it refuses every span for good', async () => {
  await all(200, true);
  refuses = true;
  const seen = await all(503, false);
  for (const [index, { tier, exporter }] of tiers.entries()) {
    const parts = seen[index]!;
    for (const { component, healthy } of parts.filter(({ signal }) => signal === 'spans')) {
      expect([component, healthy]).toEqual([component, !component.startsWith(exporter)]);
    }
    // What load balancers and units go by: a tier is not taken away for what is behind it.
    expect((await fetch(`http://${addresses[tier]}:${ports.health}/`)).status).toBe(200);
  }
  refuses = false;
  await all(200, true);
});

test('profiles and what the collector says of itself are pages, too', async () => {
  const pages = {
    '/debug/pprof/heap?debug=1': 'heap profile',
    '/debug/pipelinez': 'otlp_grpc',
  };
  for (const [path, text] of Object.entries(pages))
    expect(await (await page(addresses.agent, path)).text()).toContain(text);
});

test('pages are on loopback only', () => {
  const listening = ['tcp', 'tcp6'].flatMap((kind) =>
    [...readFileSync(`/proc/net/${kind}`, 'utf8').matchAll(/^ *\d+: (\w+):(\w{4}) \w+:\w{4} 0A /gm)]
      .filter(([, , port]) => Number.parseInt(port!, 16) === ports.pages)
      .map(([, address]) => address!),
  );
  expect(listening.length).toBeGreaterThanOrEqual(5);
  // Least byte first: 127.x.x.x ends in 7F.
  for (const address of listening) expect(address).toMatch(/^\w{6}7F$/);
});

test.each([
  ['0.0.0.0', 1],
  ['10.20.0.15', 1],
  ['localhost', 1],
  ['', 1],
  ['127.0.0.9', 0],
  [undefined, 0],
])('an agent whose pages are to be at %s: exit code %s', (address, code) => {
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, agent);
  const tls = join(folder, 'agent', 'tls');
  const { status, stderr } = spawnSync(binary, ['validate', '--config', file], {
    env: {
      LOOPBACK_ADDRESS: '10.20.0.15', // a pod's
      DATA_DIRECTORY: folder,
      TLS_DIRECTORY: tls,
      GATEWAY_ENDPOINT: 'gateway:4317',
      ...(address === undefined ? {} : { PAGES_ADDRESS: address }),
    },
    encoding: 'utf8',
  });
  expect(status).toBe(code);
  expect(stderr).toContain(code === 0 ? '' : 'is no address of loopback');
});
