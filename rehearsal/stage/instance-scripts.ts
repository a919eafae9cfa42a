/**
 * An instance's own scripts on this machine: the scripts of the assembly, with stand-ins for what only an instance has.
 * `systemctl` and `aws` are commands that ask the rehearsal; metadata comes from it too.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { variables } from '../../lib/collector/blocks/render';
import { addresses } from './addresses';

export interface HostProps {
  /** Folder for the commands and the scripts' log. */
  readonly directory: string;
  /** Folder of the scripts, from the assembly. */
  readonly scripts: string;
  readonly instance: { readonly name: string; readonly address: string };
  /** Variables of the tier's drain.env. */
  readonly drain: Readonly<Record<string, string>>;
  /** A unit is stopped. @throws Error where there is no such unit */
  readonly stop: (unit: string) => Promise<void>;
  readonly hasUnit: (unit: string) => boolean;
  readonly signal: AbortSignal;
}

/** How a drain went. */
export interface Drained {
  /** Objects that were left in the bucket, by key. */
  readonly saved: ReadonlyMap<string, Buffer>;
  /** The lifecycle hook was answered with CONTINUE. */
  readonly completed: boolean;
}

/** Runs drain.sh for an instance that Auto Scaling takes away. @throws Error with its output where it fails */
export async function drain(props: HostProps): Promise<Drained> {
  const { directory, instance } = props;
  const saved = new Map<string, Buffer>();
  let completed = false;

  const aws = async ([service, operation, ...rest]: string[], body: Buffer): Promise<string> => {
    const option = (name: string) => rest[rest.indexOf(`--${name}`) + 1];
    if (service === 's3' && operation === 'cp' && rest[0] === '-') {
      saved.set((rest[1] ?? '').replace(`s3://${props.drain.HANDOVER_BUCKET}/`, ''), body);
      return '';
    }
    if (operation === 'describe-auto-scaling-instances') return `group-of-${option('instance-ids')}`;
    if (operation === 'complete-lifecycle-action') {
      completed =
        option('auto-scaling-group-name') === `group-of-${instance.name}` &&
        option('instance-id') === instance.name &&
        option('lifecycle-hook-name') === 'drain' &&
        option('lifecycle-action-result') === 'CONTINUE';
      return '';
    }
    throw new Error(`aws ${service} ${operation}: the script does not call this`);
  };
  const systemctl = async ([verb = '', ...rest]: string[]): Promise<string> => {
    const unit = rest.at(-1) ?? '';
    if (!props.hasUnit(unit)) throw new Error(`no unit ${unit}`);
    if (verb === 'stop') await props.stop(unit);
    return '';
  };

  const server = createServer(async (request, response) => {
    try {
      const body = await read(request);
      const given = request.rawHeaders.filter((_, index, all) => all[index - 1] === 'X-Argument');
      const answers: Record<string, () => Promise<string>> = {
        '/latest/api/token': async () => 'token',
        '/latest/meta-data/autoscaling/target-lifecycle-state': async () => 'Terminated',
        '/aws': () => aws(given, body),
        '/systemctl': () => systemctl(given),
      };
      const answer = answers[request.url ?? ''];
      if (!answer) throw new Error(`nothing at ${request.url}`);
      response.end(await answer());
    } catch (error) {
      response.writeHead(500).end((error as Error).message);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, addresses.aws, resolve));
  const endpoint = `http://${addresses.aws}:${(server.address() as AddressInfo).port}`;

  const bin = join(directory, `${instance.name}-bin`);
  mkdirSync(bin, { recursive: true });
  for (const name of ['aws', 'systemctl']) {
    // Arguments travel as headers. Standard input is read only where it is piped: aws s3 cp -.
    const text = `#!/usr/bin/env bash
arguments=()
for argument in "$@"; do arguments+=(-H "X-Argument: $argument"); done
[[ "$*" == "s3 cp - "* ]] || exec < /dev/null
exec curl -sf "\${arguments[@]}" --data-binary @- "${endpoint}/${name}"
`;
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }

  try {
    await run(props, { PATH: `${bin}:/usr/bin:/bin`, METADATA_ENDPOINT: `${endpoint}/latest` });
    return { saved, completed };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function run({ directory, scripts, instance, drain: given, signal }: HostProps, environment: Record<string, string>) {
  const child = spawn('bash', [join(scripts, 'drain.sh')], {
    env: {
      ...given,
      [variables.instance]: instance.name,
      [variables.bind]: instance.address,
      [variables.loopback]: instance.address,
      [variables.dataDirectory]: join(directory, instance.name),
      ...environment,
    },
    signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`drain.sh of ${instance.name} ended with ${code}.\n${output}`)),
    );
  });
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
