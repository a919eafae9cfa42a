import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { issueCertificates } from '../../../lib/machine/certificates.issue';
import { Machine, scripts } from '../../support/machine';

/** The package's command, in a root folder of its own, with stand-ins for AWS, systemd and the agent of Systems Manager. */
let machine: Machine;
let health = 0;
const root = () => join(machine.folder, 'root');
const etc = (name: string) => join(root(), 'etc/harbourline', name);
const id = '0123abcd-0123-4567-89ab-0123456789ab';

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}

beforeEach(async () => {
  machine = new Machine();
  await machine.start();
  const { agent } = await issueCertificates({ tiers: { agent: ['agent'] }, now: new Date() });
  write(join(machine.folder, 'secret'), JSON.stringify(agent));
  write(etc('collector.yaml'), 'receivers: {}\n');
  settings();
  const program = join(root(), 'opt/harbourline');
  write(join(program, 'package.env'), 'ENVIRONMENT=prod\nPSEUDONYMS=no\n');
  write(join(program, 'otelcol-harbourline'), '#!/bin/bash\n! grep -q broken "$3"\n', 0o755);
  for (const name of ['common.sh', 'certificate.sh'])
    write(join(program, 'scripts', name), readFileSync(join(scripts, name), 'utf8'), 0o755);
  machine.command(
    'aws',
    `case "$1 $2" in
  "sts get-caller-identity") [ -e ${machine.folder}/role ] || { echo "Unable to locate credentials" >&2; exit 253; }; cat ${machine.folder}/role ;;
  "ssm get-parameter") case $4 in
    /harbourline/prod/agent/gateway-endpoint) echo gateway:4317 ;;
    /harbourline/prod/agent/certificate) echo arn:secret ;;
    /harbourline/prod/agent/pseudonyms) echo arn:pseudonyms ;;
    *) exit 254 ;; esac ;;
  "secretsmanager get-secret-value") case "$*" in *arn:pseudonyms*) echo key ;; *) cat ${machine.folder}/secret ;; esac ;;
esac`,
  );
  machine.command(
    'amazon-ssm-agent',
    `mkdir -p ${root()}/var/lib/amazon/ssm && echo mi-1 > ${root()}/var/lib/amazon/ssm/registration`,
  );
  machine.command('systemctl', `[ "$*" != "restart amazon-ssm-agent" ] || echo arn:mi-1 > ${machine.folder}/role`);
  machine.command('id', 'echo 0');
  machine.command('chown');
  health = await machine.serve('127.0.0.1', 0, () => 'ok');
});
afterEach(() => machine.stop());

const settings = (more: Record<string, string> = {}) =>
  write(
    etc('collector.env'),
    Object.entries({
      AWS_REGION: 'ap-east-1',
      LOOPBACK_ADDRESS: '127.0.0.1',
      DATA_DIRECTORY: '/var/lib/harbourline',
      TLS_DIRECTORY: etc('tls'),
      EGRESS_KILOBITS: '1000',
      ...more,
    })
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
const run = (args = 'enrol', code = '') =>
  machine.run(
    '../agent-package/harbourline-agent',
    { ROOT: root(), HEALTH_PORT: `${health}`, ROLE_SECONDS: '0' },
    { args: args.split(' '), input: code },
  );
const enrolled = () => machine.calls().includes('systemctl restart harbourline-collector');

test('a server outside AWS is registered, waits for its role, and starts with the certificate of its secret', async () => {
  const { code, output } = await run(`enrol --activation-id ${id}`, 'the-code');
  expect([code, output]).toEqual([0, expect.stringContaining('the agent works')]);
  expect(machine.calls()).toContain(`amazon-ssm-agent -register -y -code the-code -id ${id} -region ap-east-1`);
  expect(readFileSync(etc('instance.env'), 'utf8')).toBe('GATEWAY_ENDPOINT=gateway:4317\n');
  expect(readFileSync(etc('scripts.env'), 'utf8')).toContain('CERTIFICATE_SECRET=arn:secret\n');
  expect(existsSync(etc('tls/key.pem'))).toBe(true);
  // The limit is there before the agent sends.
  const calls = machine.calls();
  expect(calls.indexOf('systemctl restart harbourline-bandwidth')).toBeLessThan(
    calls.indexOf('systemctl restart harbourline-collector'),
  );
  // Nothing that lasts holds the activation's code.
  for (const name of ['instance.env', 'scripts.env', 'collector.env'])
    expect(readFileSync(etc(name), 'utf8')).not.toContain('the-code');
});

test('one that is registered, or has a role, takes no activation; a second run changes nothing but starts again', async () => {
  write(join(machine.folder, 'role'), 'arn:i-1');
  expect((await run()).code).toBe(0);
  expect((await run()).code).toBe(0);
  expect(machine.calls().filter((call) => call.startsWith('amazon-ssm-agent'))).toEqual([]);
});

test('where there are pseudonyms, their key comes with the certificate', async () => {
  write(join(machine.folder, 'role'), 'arn:i-1');
  write(join(root(), 'opt/harbourline/package.env'), 'ENVIRONMENT=prod\nPSEUDONYMS=yes\n');
  expect((await run()).code).toBe(0);
  expect(readFileSync(etc('pseudonym.env'), 'utf8')).toBe('PSEUDONYM_SECRET=key\n');
});

test('all that is wrong is said at once, before anything is changed', async () => {
  settings({ AWS_REGION: '', EGRESS_KILOBITS: 'fast' });
  machine.command('id', 'echo 1000');
  machine.hide('aws', 'amazon-ssm-agent');
  const { code, output } = await run('enrol --activation-id mine');
  expect(code).toBe(1);
  for (const problem of [
    'run it as root',
    'the command aws is missing',
    'collector.env › AWS_REGION is not set',
    'collector.env › EGRESS_KILOBITS = fast',
    '--activation-id mine is no id of an activation',
    'the command amazon-ssm-agent is missing',
  ])
    expect(output).toContain(problem);
  expect(existsSync(etc('scripts.env'))).toBe(false);
});

test.each([
  ['no code of the activation', () => {}, `enrol --activation-id ${id}`],
  ['this server has no role: Unable to locate credentials', () => {}, 'enrol'],
  [
    'what it was told does not work',
    () => {
      write(join(machine.folder, 'role'), 'arn');
      write(etc('collector.yaml'), 'broken');
    },
    'enrol',
  ],
  ['not understood: --force', () => {}, 'enrol --force'],
])('%s: the agent is not started', async (said, prepare, args) => {
  prepare();
  const { code, output } = await run(args);
  expect(code).not.toBe(0);
  expect(output).toContain(said);
  expect(enrolled()).toBe(false);
});

describe('before it is unpacked', () => {
  const preinstall = () => {
    const text = readFileSync(join(scripts, '../agent-package/preinstall.sh'), 'utf8');
    const file = join(machine.folder, 'preinstall.sh');
    write(file, text.replace('@MACHINE@', 'x86_64'), 0o755);
    return machine.run(file, { ROOT: root() });
  };
  beforeEach(() => {
    machine.command('uname', 'echo x86_64');
    machine.command('systemctl', 'echo "systemd 252 (252.1)"');
  });

  test('a system that it runs on is taken', async () => expect(await preinstall()).toEqual({ code: 0, output: '' }));

  test('another architecture, an old systemd and an agent of State Manager are refused at once', async () => {
    machine.command('uname', 'echo aarch64');
    machine.command('systemctl', 'echo "systemd 219"');
    write(join(root(), 'etc/systemd/system/harbourline-collector.service'), '');
    const { code, output } = await preinstall();
    expect(code).toBe(1);
    expect(output).toContain('this server is aarch64 and the package is for x86_64');
    expect(output).toContain('systemd is 219');
    expect(output).toContain('State Manager has installed an agent here');
  });

  test('a system without systemd is told of the image', async () => {
    machine.command('systemctl', 'exit 127');
    expect((await preinstall()).output).toContain('there is no systemd');
  });
});
