import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { issueCertificates } from '../../../lib/machine/certificates.issue';
import { Machine } from '../../support/machine';

/**
 * The installer as the SSM document runs it, in a root folder of its own. What only a node has (users, systemd, AWS) are
 * stand-ins; the collector is one too: it refuses a configuration that holds the word "broken".
 */
let machine: Machine;
const root = () => join(machine.folder, 'root');
const etc = (name: string) => join(root(), 'etc/harbourline', name);
const read = (name: string) => readFileSync(etc(name), 'utf8');

const collector = (version: string) => `#!/bin/bash
case "$1" in
  --version) echo ${version} ;;
  validate) ! grep -q broken "$3" ;;
esac
`;

/** Puts a version of the collector where the node fetches it from. */
function publish(version: string, program = collector(version)): void {
  const zip = zipSync({ 'otelcol-harbourline': [Buffer.from(program), { attrs: 0o755 << 16, os: 3 }] });
  writeFileSync(join(machine.folder, `${version}.zip`), zip);
}

function parameters(values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) writeFileSync(join(machine.folder, `parameter-${name}`), value);
}

/** What the document writes before it runs the installer. */
const configure = (text: string) => writeFileSync(join(machine.folder, 'agent.yaml'), text);

beforeEach(async () => {
  machine = new Machine();
  await machine.start();
  const { agent } = await issueCertificates({ tiers: { agent: ['agent'] }, now: new Date() });
  writeFileSync(join(machine.folder, 'secret'), JSON.stringify(agent));
  const here = machine.folder;
  machine.command(
    'aws',
    `case "$1 $2" in
  "s3 cp") cp "${here}/\${4##*/}.zip" "$5" ;;
  "ssm get-parameter") cat "${here}/parameter-\${4##*/}" ;;
  "secretsmanager get-secret-value") cat ${here}/secret ;;
esac`,
  );
  machine.command('systemctl', `[ "$1" != is-active ] || [ -e ${join(here, 'active')} ]`);
  machine.command('uname', 'echo aarch64');
  machine.command('id', 'exit 1');
  for (const name of ['useradd', 'userdel', 'chown', 'nft']) machine.command(name);
  // No such user on this machine.
  machine.command(
    'install',
    `arguments=()
while [ $# -gt 0 ]; do case "$1" in -o | -g) shift 2 ;; *) arguments+=("$1"); shift ;; esac; done
exec /usr/bin/install "\${arguments[@]}"`,
  );
  await machine.serve('127.0.0.1', 0, () => undefined);
  health = await machine.serve('127.0.0.1', 0, () => 'ok');
  publish('v1');
  configure('receivers: {}\n');
  parameters({ 'gateway-endpoint': 'gateway:4317', certificate: 'arn:secret' });
});
afterEach(() => machine.stop());

let health = 0;
const run = (action = 'install', variables: Record<string, string> = {}) =>
  machine.run('agent.sh', {
    ACTION: action,
    ROOT: root(),
    CONFIGURATION: join(machine.folder, 'agent.yaml'),
    ENVIRONMENT: 'prod',
    COLLECTOR_ARM64: 's3://assets/v1',
    COLLECTOR_AMD64: 's3://assets/x86',
    SECURITY_LEVEL: 'production',
    ALLOWED_KEYS: 'payment,order.id',
    MEMORY_MIB: '256',
    GO_MEMORY_MIB: '179',
    CPU_PERCENT: '50',
    EGRESS_KILOBITS: '1000',
    HEALTH_PORT: `${health}`,
    QUEUE_SECONDS: '0',
    TIER: 'agent',
    ...variables,
  });
const restarts = () => machine.calls().filter((call) => call === 'systemctl restart harbourline-collector').length;
const running = () => writeFileSync(join(machine.folder, 'active'), '');

describe('installing the agent', () => {
  test('a node without one gets collector, configuration, certificate, bounded unit and the environment of services', async () => {
    expect(await run()).toMatchObject({ code: 0, output: expect.stringContaining('the agent works') });
    expect(read('collector.yaml')).toBe('receivers: {}\n');
    expect(read('collector.env')).toContain('GATEWAY_ENDPOINT=gateway:4317\n');
    expect(existsSync(etc('tls/certificate.pem'))).toBe(true);
    expect(readFileSync(join(root(), 'etc/systemd/system/harbourline-collector.service.d/limits.conf'), 'utf8')).toBe(
      '[Service]\nMemoryMax=256M\nEnvironment=GOMEMLIMIT=179MiB\nCPUQuota=50%\n',
    );
    expect(read('service.env')).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\n');
    expect(read('service.env')).toContain('OTEL_PYTHON_TRACER_PROVIDER=harbourline_production\n');
    expect(read('service.env')).toContain('HARBOURLINE_ENVIRONMENT=prod\n');
    expect(read('service.env')).toContain('HARBOURLINE_ALLOWED_KEYS=payment,order.id\n');
    expect(read('service.env')).not.toContain('@');
    expect(restarts()).toBe(1);
    // The limit is there before the agent sends.
    const bounded = machine.calls().indexOf('systemctl restart harbourline-bandwidth');
    expect(bounded).toBeGreaterThan(0);
    expect(bounded).toBeLessThan(machine.calls().indexOf('systemctl restart harbourline-collector'));
    expect(read('scripts.env')).toContain('EGRESS_KILOBITS=1000\n');
  });

  test('where there are pseudonyms, their secret stands in a file of root alone, and the collector is asked with it', async () => {
    // One line, as Secrets Manager generates it.
    writeFileSync(join(machine.folder, 'pseudonym'), 'x'.repeat(64));
    machine.command(
      'aws',
      `case "$1 $2 $*" in
  "s3 cp"*) cp "${machine.folder}/\${4##*/}.zip" "$5" ;;
  "ssm get-parameter"*) cat "${machine.folder}/parameter-\${4##*/}" ;;
  *arn:pseudonyms*) cat ${machine.folder}/pseudonym ;;
  "secretsmanager get-secret-value"*) cat ${machine.folder}/secret ;;
esac`,
    );
    publish('v3', collector('v3').replace('! grep', `[ "$PSEUDONYM_SECRET" = ${'x'.repeat(64)} ] && ! grep`));
    const given = { COLLECTOR_ARM64: 's3://assets/v3', PSEUDONYM_SECRET_ID: 'arn:pseudonyms' };
    expect((await run('install', given)).code).toBe(0);
    expect(read('pseudonym.env')).toBe(`PSEUDONYM_SECRET=${'x'.repeat(64)}\n`);
    expect(statSync(etc('pseudonym.env')).mode & 0o777).toBe(0o600);
  });

  test('a second run changes nothing', async () => {
    await run();
    running();
    const { output } = await run();
    expect(output).not.toContain('wrote');
    expect(restarts()).toBe(1);
    expect(machine.calls().filter((call) => call.startsWith('aws s3 cp'))).toHaveLength(1);
  });

  test('a changed configuration is taken, with one restart', async () => {
    await run();
    running();
    configure('receivers: {otlp: {}}\n');
    expect((await run()).code).toBe(0);
    expect(read('collector.yaml')).toBe('receivers: {otlp: {}}\n');
    expect(restarts()).toBe(2);
  });

  test('a new version of the collector is taken, with one restart', async () => {
    await run();
    running();
    publish('v2');
    expect((await run('install', { COLLECTOR_ARM64: 's3://assets/v2' })).code).toBe(0);
    expect(readFileSync(join(root(), 'opt/harbourline/otelcol-harbourline'), 'utf8')).toBe(collector('v2'));
    expect(restarts()).toBe(2);
  });

  test('an agent that was stopped by hand is started again', async () => {
    await run();
    expect((await run()).code).toBe(0);
    expect(restarts()).toBe(2);
  });
});

test('an x86-64 node gets the collector of its own architecture', async () => {
  machine.command('uname', 'echo x86_64');
  publish('x86');
  expect((await run()).code).toBe(0);
  expect(readFileSync(join(root(), 'opt/harbourline/otelcol-harbourline'), 'utf8')).toBe(collector('x86'));
});

describe('what does not work replaces nothing', () => {
  beforeEach(async () => {
    await run();
    running();
  });

  test('a configuration that the collector refuses', async () => {
    configure('broken\n');
    const { code, output } = await run();
    expect(code).not.toBe(0);
    expect(output).toContain('the configuration is not valid: the one in use stays');
    expect(read('collector.yaml')).toBe('receivers: {}\n');
    expect(restarts()).toBe(1);
  });

  test('a collector that does not run', async () => {
    publish('v2', '#!/bin/bash\nexit 1\n');
    const { code, output } = await run('install', { COLLECTOR_ARM64: 's3://assets/v2' });
    expect(code).not.toBe(0);
    expect(output).toContain('the installed one stays');
    expect(readFileSync(join(root(), 'opt/harbourline/otelcol-harbourline'), 'utf8')).toBe(collector('v1'));
  });

  test('a parameter that cannot be read', async () => {
    rmSync(join(machine.folder, 'parameter-gateway-endpoint'));
    const { code, output } = await run();
    expect(code).not.toBe(0);
    expect(output).toContain('/harbourline/prod/agent/gateway-endpoint cannot be read');
    expect(read('collector.env')).toContain('GATEWAY_ENDPOINT=gateway:4317\n');
  });

  test('an agent that does not become healthy is reported', async () => {
    machine.command('curl', 'exit 22');
    expect(await run('verify')).toMatchObject({ code: 1, output: expect.stringContaining('journalctl') });
  });
});

describe('nodes that cannot have one', () => {
  test('another architecture', async () => {
    machine.command('uname', 'echo riscv64');
    const { code, output } = await run();
    expect(code).not.toBe(0);
    expect(output).toContain('built for arm64 and x86-64, this node is riscv64');
    expect(existsSync(root())).toBe(false);
  });

  test('missing tools are named, all of them', async () => {
    machine.hide('jq', 'unzip');
    const { code, output } = await run();
    expect(code).not.toBe(0);
    expect(output).toContain('this node lacks jq unzip.');
  });

  test('an action that there is not', async () => {
    expect(await run('reinstall')).toMatchObject({ code: 1, output: expect.stringContaining('no such action') });
  });
});

test('uninstalling leaves nothing of it', async () => {
  await run();
  machine.command('id');
  expect((await run('uninstall')).code).toBe(0);
  for (const path of [
    'etc/harbourline',
    'var/lib/harbourline',
    'opt/harbourline/otelcol-harbourline',
    'etc/systemd/system/harbourline-collector.service',
    'etc/systemd/system/harbourline-collector.service.d',
    'etc/systemd/system/harbourline-certificate.timer',
    'etc/systemd/system/harbourline-bandwidth.service',
    'opt/harbourline/bandwidth.sh',
  ]) {
    expect([path, existsSync(join(root(), path))]).toEqual([path, false]);
  }
  expect(machine.calls()).toContain('systemctl disable --now harbourline-collector.service');
  expect(machine.calls()).toContain('nft delete table inet harbourline');
  expect(machine.calls()).toContain('userdel harbourline');
});
