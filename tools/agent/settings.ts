/** The settings of an agent, from an environment's configuration: the same for each kind of node. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { refused } from '../../config/refused';
import type { EnvironmentConfig } from '../../config/schema';
import { sourceExtension } from '../../harness/program';
import { securityLevel } from '../../lib/collect/agent';
import { agentConfiguration } from '../../lib/collector/agent';
import { redactionOf } from '../../lib/collector/blocks/redaction';
import { manifest } from '../cli/manifest';
import { root } from '../shell/scripts';

/** Folder of what is made, from the working directory; not under version control. */
export const outputFolder = 'agent-packages';

/** Scripts and units of an instance. */
export const instanceFiles = join(root, 'lib/machine/instance-files');

/** The two machines that there are collectors for, in the words of packages and images. */
export const architectures = {
  arm64: { platform: 'linux/arm64', machine: 'aarch64' },
  amd64: { platform: 'linux/amd64', machine: 'x86_64' },
} as const;
export type Architecture = keyof typeof architectures;

/** @throws Error that names the architectures that there are */
export function architectureOf(name: string | undefined): Architecture {
  const found = (Object.keys(architectures) as Architecture[]).find((each) => each === name);
  if (found) return found;
  throw refused(
    'HL-AGENT-001',
    `--arch ${name ?? 'is missing'}: no collector is built for it. Use ${Object.keys(architectures).join(' or ')}; uname -m of the node says x86_64 for amd64 and aarch64 for arm64.`,
  );
}

/** The collector's configuration: the text that State Manager writes on instances of EC2. */
export const configurationOf = (config: EnvironmentConfig): string =>
  agentConfiguration({ environment: config.environment, redaction: redactionOf(config) });

/** The environment file of a node's services. */
export const serviceEnvironmentOf = (config: EnvironmentConfig): string =>
  execFileSync('bash', [join(instanceFiles, 'service-env.sh')], {
    encoding: 'utf8',
    env: {
      ENVIRONMENT: config.environment,
      SECURITY_LEVEL: securityLevel(config),
      ALLOWED_KEYS: config.redaction.allowedKeys?.join(',') ?? '',
      PATH: process.env.PATH ?? '',
    },
  });

/** Version of what is made: Harbourline's, and in its own repository day, time and name of the commit: a later one is an upgrade. */
export function versionOf(): { readonly version: string; readonly madeAt: Date } {
  const { version } = manifest;
  if (sourceExtension === '.js') return { version, madeAt: new Date('2026-01-01T00:00:00Z') };
  const [seconds = '0', commit = ''] = execFileSync('git', ['log', '-1', '--format=%ct %h'], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split(' ');
  const madeAt = new Date(1000 * Number(seconds));
  const stamp = madeAt.toISOString().replaceAll(/[-:T]/g, '').slice(0, 12);
  return { version: `${version}+${stamp}.${commit}`, madeAt };
}

/** Makes the folder for output. @returns its path */
export function outputOf(folder: string | undefined): string {
  const path = resolve(folder ?? outputFolder);
  mkdirSync(path, { recursive: true });
  return path;
}
