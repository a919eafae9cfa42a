/** The runbook's `search`, as its text has it: by a port of this machine, to the store by its own name. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificates } from '../../lib/machine/certificates.issue';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
const [, setUp = ''] = /^E=dev .*\n([\s\S]*?)^```$/m.exec(text) ?? [];
const host = 'vpc-harbourline-dev.test.internal';

let server: Server;
let folder: string;
const seen: { host: string | undefined; name: unknown; authorization: string | undefined; url: string | undefined }[] =
  [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'search-'));
  const { store } = await issueCertificates({ tiers: { store: [host] }, now: new Date() });
  writeFileSync(join(folder, 'authority.pem'), store!.authority);
  // The only command that the function takes from AWS: where the domain is.
  writeFileSync(join(folder, 'aws'), `#!/bin/sh\necho ${host}\n`, { mode: 0o755 });
  server = createServer({ cert: store!.certificate, key: store!.key }, (request, response) => {
    const { authorization, host: named } = request.headers;
    const { servername } = request.socket as unknown as { servername?: string };
    seen.push({ host: named, name: servername, authorization, url: request.url });
    response.end('{"hits":1}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** What it prints. */
function searched(settings: Readonly<Record<string, string>>): Promise<string> {
  const script = `E=dev\n${setUp}\nsearch '{"size":0}'`;
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    CURL_CA_BUNDLE: join(folder, 'authority.pem'),
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    ...settings,
  };
  const child = spawn('bash', ['-c', script], { env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
  return new Promise((resolve) => child.on('close', () => resolve(said)));
}

test.each([
  ['the domain, by its address', {}],
  ['an endpoint, by the name that is given', { STORE_HOST: host }],
])('reaches %s', async (_, settings) => {
  seen.length = 0;
  const { port } = server.address() as AddressInfo;
  expect(await searched({ ...settings, STORE_PORT: `${port}` })).toContain('"hits": 1');
  expect(seen).toEqual([
    {
      host,
      name: host,
      authorization: expect.stringMatching(/\/ap-east-1\/es\/aws4_request/),
      url: '/otel-v1-apm-span-*/_search',
    },
  ]);
});

test('a store with another name in its certificate is refused', async () => {
  seen.length = 0;
  const { port } = server.address() as AddressInfo;
  const said = await searched({ STORE_HOST: 'vpc-other.test.internal', STORE_PORT: `${port}` });
  expect(said).toMatch(/certificate|SSL/i);
  expect(seen).toEqual([]);
});
