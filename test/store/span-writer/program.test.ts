/** The program as it is deployed: bundled into one file, in a process of its own, speaking TLS to its store. */
import 'reflect-metadata'; // @peculiar/x509 needs it first
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { bundle } from '../../../lib/common/bundle';
import { encode, FakeStore, type Json, service, span } from './support';

const folder = mkdtempSync(join(tmpdir(), 'span-writer-program-'));
const file = (name: string) => join(folder, name);
const store = new FakeStore();
const running: ChildProcess[] = [];
let tls: Server;
let program: string;

beforeAll(async () => {
  program = join(bundle(join(__dirname, '..', '..', '..', 'lib', 'store', 'span-writer', 'main.ts')), 'main.js');
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=store',
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2100-01-01'),
    extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  writeFileSync(file('ca.pem'), certificate.toString('pem'));
  writeFileSync(file('password'), 'a password\n');
  tls = createServer({ key, cert: certificate.toString('pem') }, store.handler);
  await once(tls.listen(0, '127.0.0.1'), 'listening');
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  tls.closeAllConnections();
  await once(tls.close(), 'close');
  rmSync(folder, { recursive: true });
});

/** Starts the program; resolves with its first line of log. */
async function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [program], { env, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const exited = once(child, 'exit');
  const lines: Json[] = [];
  const output = createInterface({ input: child.stdout! });
  output.on('line', (line) => lines.push(JSON.parse(line)));
  await once(output, 'line');
  return { child, exited, lines };
}

const environment = () => ({
  WRITER_LISTEN: '127.0.0.1:0',
  DEAD_LETTER_DIR: file('dead-letters'),
  STORE_ENDPOINT: `https://127.0.0.1:${(tls.address() as AddressInfo).port}`,
  STORE_AUTH: 'basic',
  STORE_USERNAME: 'writer',
  STORE_PASSWORD_FILE: file('password'),
  STORE_CA_FILE: file('ca.pem'),
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s: requests in flight end, then it exits with 0', async (signal) => {
  const { child, exited, lines } = await start(environment());
  expect(lines[0]).toMatchObject({ level: 'info', message: 'listening', address: '127.0.0.1' });
  const url = `http://127.0.0.1:${lines[0].port}`;
  let open = () => {};
  store.gate = new Promise((resolve) => {
    open = resolve;
  });
  const came = new Promise<void>((resolve) => {
    store.onBulk = resolve;
  });
  const answer = fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(encode(service('a', [span(1, undefined)]))),
  });
  await came;
  const stopping = once(child.stdout!, 'data');
  child.kill(signal);
  await stopping;
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  open();
  const response = await answer;
  expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
  expect(await exited).toEqual([0, null]);
  expect(lines.map(({ message }) => message)).toEqual(['listening', 'stopping', 'stopped']);
  // The bundle too reads 64-bit times whole.
  expect(store.spans['span 1'].startTime).toBe('2026-08-01T09:30:00.123456790Z');
  expect(store.problems).toEqual([]);
});

test('without settings it says all that is missing and exits with 1', async () => {
  const { exited, lines } = await start({});
  expect(await exited).toEqual([1, null]);
  expect(lines[0].level).toBe('error');
  for (const name of ['DEAD_LETTER_DIR', 'STORE_ENDPOINT', 'STORE_AUTH']) expect(lines[0].message).toContain(name);
});
