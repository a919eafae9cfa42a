import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPython } from '../../../harness/python/environment';
import { readLedger } from '../../../rehearsal/stage/services/ledger';
import { type Services, startServices } from '../../../rehearsal/stage/services/services';

let directory: string;
let running: Services | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'harbourline-services-'));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  rmSync(directory, { recursive: true });
});

/** Starts the services with a stand-in for Python: a script that serves `/health` and says what it was given. */
async function start(extra = ''): Promise<Services> {
  const stand = join(directory, 'opentelemetry-instrument');
  writeFileSync(
    stand,
    `#!${process.execPath}
const name = process.argv[4].toUpperCase();
${extra}
console.log(JSON.stringify({ argv: process.argv.slice(2), env: process.env }));
require('node:http').createServer((_, response) => response.end()).listen(process.env[name + '_PORT'], process.env[name + '_HOST']);
process.on('SIGTERM', () => setTimeout(() => { console.log('flushed'); process.exit(); }, 100));
`,
  );
  chmodSync(stand, 0o755);
  running = await startServices({
    python: { python: 'unused', bin: directory },
    directory,
    addresses: { payment: '127.77.9.41', settlement: '127.77.9.51' },
    nodeEnvironment: { OTEL_PYTHON_TRACER_PROVIDER: 'harbourline_staging', OTEL_EXPORTER_OTLP_ENDPOINT: 'unused' },
    agentEndpoint: 'http://127.77.9.1:4318',
    lineProxy: 'http://127.77.9.61:3128',
    mainlandAddress: '10.20.0.15',
    hongKongAddress: '10.10.0.10',
    careless: true,
    settlement: { slowShare: 0.2 },
  });
  return running;
}

test('gives each service its surroundings and nothing of the shell', async () => {
  process.env.OTEL_TRACES_SAMPLER = 'always_off';
  const services = await start();
  delete process.env.OTEL_TRACES_SAMPLER;
  const given = (file: string) => JSON.parse(readFileSync(file, 'utf8').split('\n')[0]!);

  const payment = given(services.payment.logFile);
  expect(payment.argv).toEqual(['python', '-m', 'payment']);
  expect(payment.env).toMatchObject({
    HTTP_PROXY: 'http://127.77.9.61:3128',
    FORWARDED_ALLOW_IPS: '127.77.9.61',
    SETTLEMENT_URL: 'http://10.20.0.15:8080',
    PAYMENT_CARELESS: '1',
    OTEL_TRACES_EXPORTER: 'ledger,otlp',
    OTEL_PYTHON_TRACER_PROVIDER: 'harbourline_staging',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.77.9.1:4318',
    OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=harbourline',
    REHEARSAL_LEDGER: services.ledgerFile,
  });
  expect(payment.env).not.toHaveProperty('OTEL_TRACES_SAMPLER');
  expect(given(services.settlement.logFile).env).toMatchObject({
    PAYMENT_URL: 'http://10.10.0.10:8000',
    OTEL_TRACES_EXPORTER: 'none',
    SETTLEMENT_SLOW_SHARE: '0.2',
  });
});

test('a stop waits for what is flushed, and can be repeated', async () => {
  const services = await start();
  expect(await services.stop()).toBe(true);
  expect(readFileSync(services.payment.logFile, 'utf8')).toContain('flushed');
  expect(() => process.kill(services.payment.pid, 0)).toThrow('ESRCH');
  expect(() => process.kill(services.settlement.pid, 0)).toThrow('ESRCH');
  expect(await services.stop()).toBe(true);
});

test('one that ends early is an error with its last words, and the other is stopped', async () => {
  const dies = `if (name === 'PAYMENT') { console.error('no such table'); process.exit(3); }`;
  await expect(start(dies)).rejects.toThrow(
    'payment did not start: it ended before it was ready (exit 3).\nno such table',
  );
  const other = JSON.parse(readFileSync(join(directory, 'settlement-1.log'), 'utf8').split('\n')[0]!);
  expect(other.argv).toContain('settlement');
  expect(readFileSync(join(directory, 'settlement-1.log'), 'utf8')).toContain('flushed');
});

test('a Python that is too old or missing is named', () => {
  const old = join(directory, 'python-old');
  writeFileSync(old, '#!/bin/sh\necho 3 8 1 1 cpython-38 x86_64\n');
  const bare = join(directory, 'python-bare');
  writeFileSync(bare, '#!/bin/sh\necho 3 12 1 0 cpython-312 x86_64\n');
  for (const file of [old, bare]) chmodSync(file, 0o755);
  expect(() => findPython([old, bare])).toThrow(/need Python >= 3\.10 .*python-old is 3\.8\.1, .*without venv/);
  expect(() => findPython([join(directory, 'none')])).toThrow('none was found');
});

test('a ledger is read up to its last whole line', () => {
  const file = join(directory, 'ledger');
  writeFileSync(file, '{"traceId":"a","startNs":"1760000000000000001"}\n{"traceId":"b"');
  expect(readLedger(file)).toEqual([{ traceId: 'a', startNs: '1760000000000000001' }]);
});
