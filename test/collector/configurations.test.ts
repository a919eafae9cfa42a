import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { variablesIn } from '../../lib/collector/blocks/render';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { issueCertificates } from '../../lib/machine/certificates.issue';
import { synthesise } from '../../rehearsal/stage/synthesised';
import { configOf, environmentNames } from '../support/app';

jest.setTimeout(1_200_000); // a first build of the collector takes minutes

let binary: string;
let folder: string;
beforeAll(async () => {
  binary = await collectorBinary(hostTarget());
  folder = mkdtempSync(join(tmpdir(), 'harbourline-validate-'));
  const { tier } = await issueCertificates({ tiers: { tier: ['tier'] }, now: new Date() });
  for (const part of ['certificate', 'key', 'authority'] as const)
    writeFileSync(join(folder, `${part}.pem`), tier![part]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function validate(text: string) {
  const file = join(folder, 'collector.yaml');
  writeFileSync(file, text);
  const values = {
    BIND_ADDRESS: '127.0.0.1',
    LOOPBACK_ADDRESS: '127.0.0.1',
    DATA_DIRECTORY: folder,
    TLS_DIRECTORY: folder,
    GATEWAY_ENDPOINT: 'gateway:4317',
    PSEUDONYM_SECRET: 'x'.repeat(64),
    FORWARD_AUTHORITY: join(folder, 'authority.pem'),
  };
  const env = Object.fromEntries(variablesIn(text).map((name) => [name, 'x']));
  const { status, stderr } = spawnSync(binary, ['validate', '--config', file], {
    env: { ...env, ...values, AWS_REGION: 'ap-east-1' },
    encoding: 'utf8',
  });
  return { status, stderr };
}

describe.each(environmentNames)('the synthesised configurations of %s', (environment) => {
  test('are valid for the very binary that runs them', () => {
    const { agent, gateway, sampler, dispose } = synthesise(configOf(environment));
    dispose();
    for (const text of [agent, gateway.configuration, sampler.configuration]) {
      expect(validate(text)).toEqual({ status: 0, stderr: '' });
    }
  });

  test('and with backends to forward to', () => {
    const config = configOf(environment);
    const prefix = '10.40.0.0/24';
    const forward = {
      // As long as that of RSA with 2048 bits and many names: user data has little room.
      authority: readFileSync(join(folder, 'authority.pem'), 'utf8').replace(
        /\n-----END/,
        `${'\nA'.padEnd(66, 'A').repeat(11)}$&`,
      ),
      otlp: { prefix, endpoint: 'https://ingest.observability.example.internal:4318' },
      zipkin: { prefix, endpoint: 'https://zipkin.observability.example.internal:9411/api/v2/spans' },
    };
    const { sampler, dispose } = synthesise({ ...config, collect: { ...config.collect, forward } });
    dispose();
    expect(validate(sampler.configuration)).toEqual({ status: 0, stderr: '' });
    const { exporters, service } = parse(sampler.configuration);
    expect(service.pipelines['traces/kept'].exporters).toEqual([
      'otlp_http/writer',
      'otlp_http/forward',
      'zipkin/forward',
    ]);
    // A queue of its own, and no waiting for room in it: the store is not held up.
    for (const name of ['otlp_http/forward', 'zipkin/forward']) {
      expect(exporters[name].sending_queue).toMatchObject({ enabled: true, storage: 'file_storage/queue' });
      expect(exporters[name].sending_queue.block_on_overflow).toBeUndefined();
    }
  });

  test('and what is not valid is refused', () => {
    const { gateway, sampler, dispose } = synthesise(configOf(environment));
    dispose();
    const broken = [
      gateway.configuration.replace('routing_key', 'rooting_key'),
      gateway.configuration.replace('harbourline_redaction:', 'harbourline_redactor:'),
      sampler.configuration.replace('decision_wait:', 'decision_weight:'),
    ];
    for (const text of broken) expect(validate(text).status).not.toBe(0);
  });
});
