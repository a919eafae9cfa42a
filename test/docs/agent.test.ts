/** docs/agent.md: its own blocks are run, with stand-ins for what is not here. */
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { root } from '../../tools/shell/scripts';
import { Machine } from '../support/machine';

const page = readFileSync(join(root, 'docs/agent.md'), 'utf8');

/** Blocks of a section, without the indentation that they have in a list. */
function blocks(section: string, language: string): string[] {
  const text = new RegExp(`^## ${section}\\n([\\s\\S]*?)(?=^## )`, 'm').exec(page)?.[1] ?? '';
  return [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^\\1\`\`\``, 'gm'))].map(
    ([, indent = '', body = '']) => body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

const digest = `registry.example/agent@sha256:${'a'.repeat(64)}`;
const arn = 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:agent-a1B2c3';
const variables = {
  NODE: 'i-1',
  ROLE: 'servers',
  ID: '0123abcd-0123-4567-89ab-0123456789ab',
  REGISTRY: 'registry.example',
  VERSION: '1.2.3',
  IMAGE: digest,
  GATEWAY: 'gateway.example:4317',
  CERTIFICATE: arn,
};

let machine: Machine;
beforeEach(async () => {
  machine = new Machine();
  await machine.start();
  machine.command(
    'aws',
    `case "$*" in *gateway-endpoint*) echo gateway.example:4317 ;; *certificate*) echo ${arn} ;; esac`,
  );
  for (const name of ['sudo', 'helm', 'kubectl']) machine.command(name);
  // What needs neither a collector nor a registry runs as it stands.
  machine.command(
    'npm',
    `while [ "$1" != -- ]; do task=$1; shift; done; shift
case $task in agent:ecs | agent:chart) exec ${process.execPath} --import ${require.resolve('tsx')} ${root}/tools/agent/\${task#agent:}.ts "$@" ;; esac`,
  );
  // Commands are run in the repository: here a folder that looks like it.
  for (const name of ['harbourline.config.ts', 'config']) symlinkSync(join(root, name), join(machine.folder, name));
});
afterEach(() => machine.stop());

async function run(section: string): Promise<void> {
  const file = join(machine.folder, 'block.sh');
  writeFileSync(file, `set -euo pipefail\ncd ${machine.folder}\n${blocks(section, 'sh').join('\n')}`);
  const { code, output } = await machine.run(file, variables);
  if (code !== 0) throw new Error(output);
}

test('EC2: the tag is that of the association', async () => {
  await run('EC2');
  expect(machine.calls()).toContain('aws ec2 create-tags --resources i-1 --tags Key=harbourline:agent,Value=dev');
});

test('another server: an activation for one server that ends within the hour, and the command of the package', async () => {
  await run('Another server');
  const calls = machine.calls();
  expect(calls).toContain('npm run agent:package -- --env dev --arch amd64');
  const [activation] = calls.filter((call) => call.startsWith('aws ssm create-activation'));
  expect(activation).toMatch(
    /--iam-role servers --registration-limit 1 --expiration-date \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  );
  expect(calls).toContain(`sudo harbourline-agent enrol --activation-id ${variables.ID}`);
});

test('ECS: the blocks print a container of this image, with the parameters of the environment', async () => {
  await run('ECS');
  const { containerDefinitions, volumes } = JSON.parse(readFileSync(join(machine.folder, 'agent.json'), 'utf8'));
  expect(containerDefinitions[0]).toMatchObject({ name: 'harbourline-agent', image: digest });
  expect(containerDefinitions[0].environment).toEqual(
    expect.arrayContaining([
      { name: 'GATEWAY_ENDPOINT', value: 'gateway.example:4317' },
      { name: 'CERTIFICATE_SECRET', value: arn },
    ]),
  );
  expect(volumes).toHaveLength(2);
});

test('Kubernetes: the chart is made, and takes the values of the page', async () => {
  await run('Kubernetes');
  const chart = join(machine.folder, 'agent-packages/harbourline-agent-dev');
  const values = {
    ...parse(readFileSync(join(chart, 'values.yaml'), 'utf8')),
    ...parse(readFileSync(join(machine.folder, 'values.yaml'), 'utf8')),
  };
  const ajv = new Ajv({ strict: false });
  const valid = ajv.validate(JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')), {
    ...values,
    certificate: { secretName: '', ...values.certificate },
  });
  expect([valid, ajv.errors]).toEqual([true, null]);
  expect(existsSync(join(chart, 'files/service.env'))).toBe(true);
  expect(machine.calls().filter((call) => /^(helm|kubectl)/.test(call))).toHaveLength(2);
  rmSync(chart, { recursive: true });
});

test("a pod's sidecar has the image's task, and the variable that it asks for", () => {
  const [pod] = blocks('Kubernetes', 'yaml').map((block) => parse(block));
  expect(pod.spec.initContainers[0]).toMatchObject({ args: ['forward'], restartPolicy: 'Always' });
  expect(pod.spec.initContainers[0].env[0].name).toBe('AGENT_ADDRESS');
});
