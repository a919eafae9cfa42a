import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificates } from '../../lib/collect/certificates.issue';
import { collectorBinary, hostTarget } from '../../lib/collect/distribution/build';
import { variablesIn } from '../../lib/collect/pipelines/render';
import { synthesise } from '../../rehearsal/synthesised';
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

  test('and what is not valid is refused', () => {
    const { gateway, sampler, dispose } = synthesise(configOf(environment));
    dispose();
    const broken = [
      gateway.configuration.replace('routing_key', 'rooting_key'),
      gateway.configuration.replace('sensitive_keys: (?i)', 'sensitive_keys: (?i)('),
      sampler.configuration.replace('IsInCIDR(', 'IsInsideCIDR('),
    ];
    for (const text of broken) expect(validate(text).status).not.toBe(0);
  });
});
