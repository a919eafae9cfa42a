/**
 * `npm run python:doctor`: what `harbourline-otel doctor` says of a sound set-up and of broken ones, on the agent itself, and
 * whether that is what it must say.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CleanUp } from '../../harness/clean-up';
import { type Python, preparePython } from '../../harness/python/environment';
import { ports } from '../../lib/contract/ports';
import { command } from '../command';
import { type Node, startNode } from './node';

const help = `Breaks a service's set-up in ten ways beside a real agent, and prints what harbourline-otel doctor says of each.

npm run python:doctor
  --help   this text

Exit code 1 where it does not say what it must.
`;

const addresses = { agent: '127.77.8.1', gateway: '127.77.8.2' };
const agentUrl = (port: number) => `http://${addresses.agent}:${port}`;
const secret = 'hunter2';

interface SetUp {
  readonly name: string;
  /** What must be in the answer. */
  readonly says: readonly string[];
  /** Variables over the node's; an empty one is unset. */
  readonly variables?: Readonly<Record<string, string>>;
  /** What is done to the node first; it stays so. */
  readonly before?: (node: Node) => Promise<unknown>;
}

const setUps: readonly SetUp[] = [
  {
    name: 'sound',
    says: ['took a test span', "the gateway took the agent's spans", 'the guard is up', 'healthy'],
  },
  {
    name: 'a setting is missing, another one wrong',
    variables: { OTEL_SERVICE_NAME: '', OTEL_PROPAGATORS: 'baggage' },
    says: ['OTEL_SERVICE_NAME is not set', 'Baggage takes values along'],
  },
  {
    name: 'an endpoint elsewhere, with a password',
    variables: { OTEL_EXPORTER_OTLP_ENDPOINT: `https://user:${secret}@otel.example?key=${secret}` },
    says: ['goes to the agent on this node and nowhere else'],
  },
  {
    name: 'quotes, as --env-file keeps them, around a secret',
    variables: { OTEL_EXPORTER_OTLP_HEADERS: `"api-key=${secret}"` },
    says: ['--env-file of Docker keeps them'],
  },
  {
    name: "the agent's port of gRPC",
    variables: { OTEL_EXPORTER_OTLP_ENDPOINT: agentUrl(ports.otlpGrpc) },
    says: ["4317 is the agent's port of gRPC"],
  },
  {
    name: "the agent's port of health",
    variables: { OTEL_EXPORTER_OTLP_ENDPOINT: agentUrl(ports.health) },
    says: ['something answered, but it is not an OTLP receiver'],
  },
  {
    name: 'two endpoints that contradict each other',
    variables: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: agentUrl(4319) },
    says: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'It contradicts OTEL_EXPORTER_OTLP_ENDPOINT.'],
  },
  {
    name: 'another environment than the node',
    variables: { HARBOURLINE_ENVIRONMENT: 'staging', OTEL_PYTHON_TRACER_PROVIDER: 'harbourline_staging' },
    says: ['the agent dropped it', 'is HARBOURLINE_ENVIRONMENT that of the node?'],
  },
  {
    name: 'tracing that is switched off',
    variables: { OTEL_SDK_DISABLED: 'true', OTEL_TRACES_EXPORTER: 'none' },
    says: ['OTEL_SDK_DISABLED is true', 'leaves out otlp'],
  },
  {
    name: 'the gateway is away',
    before: ({ gateway }) => gateway.stop(),
    says: ['the agent keeps it: the gateway took nothing'],
  },
  {
    name: 'the agent is away',
    before: ({ agent }) => agent.stop(),
    says: ['nothing listens there', 'systemctl status harbourline-agent'],
  },
];

function ask(python: Python, environment: Readonly<Record<string, string>>): Promise<{ code: number; said: string }> {
  const doctor = spawn(join(python.bin, 'harbourline-otel'), ['doctor', '--seconds', '15'], {
    env: { PATH: `${python.bin}:/usr/bin:/bin`, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [doctor.stdout, doctor.stderr]) stream.on('data', (chunk) => (said += chunk));
  return new Promise((resolve, reject) =>
    doctor.on('error', reject).on('close', (code) => resolve({ code: code ?? -1, said })),
  );
}

async function main(): Promise<number> {
  parseArgs({ options: {} });
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const python = await preparePython(progress);
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-doctor-'));
  const cleanUp = new CleanUp();
  let wrong = 0;
  try {
    const node = await startNode(folder, addresses, cleanUp, progress);
    for (const { name, says, variables = {}, before } of setUps) {
      await before?.(node);
      const merged = Object.entries({ ...node.environment, ...variables }).filter(([, value]) => value !== '');
      const { code, said } = await ask(python, Object.fromEntries(merged));
      const missing = says.filter((part) => !said.includes(part));
      const leaks = said.includes(secret) || said.includes('Traceback');
      const ok = missing.length === 0 && !leaks && code === (name === 'sound' ? 0 : 1);
      if (!ok) wrong++;
      console.log(`## ${name}: exit code ${code}, ${ok ? 'as it must' : '**not as it must**'}\n\n${said}`);
      for (const part of missing) console.log(`It does not say: ${part}\n`);
    }
  } finally {
    await cleanUp.run();
    rmSync(folder, { recursive: true });
  }
  return wrong > 0 ? 1 : 0;
}

command(help, main);
