/** The image: its layout, and its entry point run as a container would be. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Service, startService } from '../../../harness/process';
import { run } from '../../../harness/run';
import { taskOf } from '../ecs-task';
import { addresses, awsEndpoint, gatewayEndpoint, judgeAgent, secrets, type TryStage } from './stage';

interface Index {
  readonly manifests: readonly { readonly digest: string; readonly platform: { readonly architecture: string } }[];
}
interface ImageConfig {
  readonly config: {
    readonly User: string;
    readonly Entrypoint: string[];
    readonly Cmd: string[];
    readonly Volumes: object;
  };
}

const blob = (layout: string, digest: string): string => join(layout, 'blobs', digest.replace(':', '/'));
const json = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

/** Unpacks the image of this machine. @returns what a runtime reads */
function unpack(layout: string, architecture: string, root: string): ImageConfig['config'] {
  const { manifests } = json<Index>(join(layout, 'index.json'));
  const found = manifests.find(({ platform }) => platform.architecture === architecture);
  if (!found) throw new Error(`The image has nothing for ${architecture}.`);
  const { config, layers } = json<{ config: { digest: string }; layers: { digest: string }[] }>(
    blob(layout, found.digest),
  );
  mkdirSync(root, { recursive: true });
  for (const { digest } of layers)
    execFileSync('tar', ['-xzf', blob(layout, digest), '-C', root, '--numeric-owner', '--same-owner']);
  return json<ImageConfig>(blob(layout, config.digest)).config;
}

/** Runs a container: root read-only, its volumes from `volumes`, as its user, who is not root. */
function start(
  root: string,
  config: ImageConfig['config'],
  volumes: string,
  environment: Record<string, string>,
  logFile: string,
): Promise<Service> {
  const mounts = Object.keys(config.Volumes).map((path) => `mount --bind ${join(volumes, path)} ${join(root, path)}`);
  const [user, group] = config.User.split(':');
  const script = [
    `mount --bind ${root} ${root}`,
    // What every runtime gives a container.
    `mkdir -p ${root}/dev ${root}/proc`,
    `mount --bind /dev ${root}/dev`,
    `mount -t proc proc ${root}/proc`,
    `mount -o remount,ro,bind ${root}`,
    ...mounts,
    `exec chroot --userspec=${user}:${group} --groups= ${root} "$@"`,
  ];
  return startService({
    name: 'the container',
    command: 'unshare',
    arguments: ['--mount', '--', 'sh', '-ec', script.join('\n'), 'sh', ...config.Entrypoint, ...config.Cmd],
    directory: '/',
    environment,
    logFile,
    healthUrl: `http://${addresses.agent}:13133/`,
    stopWithin: 130,
  });
}

/** @param layout the image's */
export async function tryImage(stage: TryStage, layout: string, architecture: string): Promise<void> {
  const root = join(stage.folder, 'container');
  const config = unpack(layout, architecture, root);
  if (!/^[1-9]\d*:[1-9]\d*$/.test(config.User)) throw new Error(`The image runs as ${config.User}.`);
  const volumes = join(stage.folder, 'volumes');
  for (const path of Object.keys(config.Volumes)) {
    const { uid, gid, mode } = statSync(join(root, path));
    await run('install', ['-d', '-o', `${uid}`, '-g', `${gid}`, '-m', (mode & 0o777).toString(8), join(volumes, path)]);
  }
  // What a task of ECS gives it, and what the role's credentials would be.
  const task = taskOf({
    config: stage.config,
    image: `registry/agent@sha256:${'0'.repeat(64)}`,
    gatewayEndpoint,
    certificateSecretArn: secrets.certificate,
    pseudonymSecretArn: secrets.pseudonyms,
    daemon: false,
  }) as { containerDefinitions: { environment: { name: string; value: string }[] }[] };
  const environment = {
    ...Object.fromEntries(task.containerDefinitions[0]!.environment.map(({ name, value }) => [name, value])),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: awsEndpoint,
    AWS_ACCESS_KEY_ID: 'TASK',
    AWS_SECRET_ACCESS_KEY: 'role',
  };
  const log = join(stage.folder, 'container.log');
  const container = await start(root, config, volumes, environment, log);
  stage.cleanUp.add(container);
  await judgeAgent(stage, 'in-a-container');
  if (!stage.asked.includes(secrets.certificate)) throw new Error('The certificate was not asked for.');
  await stage.awaitArrival('harbourline.agent.egress', 'metrics');

  // What the gateways do not take waits on disk, and goes when the next container has come.
  await stage.stopGateway();
  await stage.send('kept-over-a-restart');
  await container.kill();
  const again = await start(root, config, volumes, environment, log);
  stage.cleanUp.add(again);
  await stage.startGateway();
  await stage.awaitArrival('kept-over-a-restart');
  await run('chroot', [root, '/harbourline-agent', 'healthcheck']);
  if (!(await again.stop())) throw new Error('The container did not end by itself.');
  if (existsSync(join(root, 'tmp'))) throw new Error('The container wrote outside its volumes.');

  await refusal(root, config);
}

/** A container that gets no settings says what it lacks. */
async function refusal(root: string, config: ImageConfig['config']): Promise<void> {
  const said = await run('env', [
    '-i',
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    'chroot',
    root,
    ...config.Entrypoint,
    ...config.Cmd,
  ]).then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  for (const name of ['GATEWAY_ENDPOINT', 'CERTIFICATE_SECRET', 'COLLECTOR_CONFIGURATION', 'EGRESS_KILOBITS'])
    if (!said.includes(name)) throw new Error(`A container without ${name} said: ${said}`);
}
