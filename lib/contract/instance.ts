/**
 * What an instance gets at first boot: a cloud-config document in its user data. YAML that a reviewer can read in the
 * template, and that a rehearsal reads back with {@link filesOf}.
 */
import { parse, stringify } from 'yaml';

/** A file that cloud-init writes. */
export interface InstanceFile {
  readonly path: string;
  readonly content: string;
  /** @default '0644', which is cloud-init's own */
  readonly permissions?: string;
}

export interface InstanceSetUp {
  /** Packages of Amazon Linux, from its repositories in S3. */
  readonly packages: readonly string[];
  readonly files: readonly InstanceFile[];
  /** Shell commands, run once as root, in order, after packages and files. The first failure ends the boot. */
  readonly commands: readonly string[];
}

/** EC2's limit on user data, before base64. */
export const userDataLimit = 16_384;

/** User data that EC2 would refuse. */
export class UserDataTooLarge extends Error {
  constructor(size: number) {
    super(`User data is ${size} bytes, EC2 takes ${userDataLimit}: move a file into the artifact or an SSM parameter.`);
  }
}

/** Renders the document. @throws UserDataTooLarge where it is larger than EC2 takes. */
export function cloudConfig({ packages, files, commands }: InstanceSetUp): string {
  const document = {
    packages,
    // What cloud-init does by itself is not said: there is little room.
    write_files: files.map(({ path, content, permissions }) => ({
      path,
      ...(permissions ? { permissions } : {}),
      content,
    })),
    // One script that stops at the first error: runcmd by itself would go on.
    runcmd: [['bash', '-euo', 'pipefail', '-c', `${commands.join('\n')}\n`]],
  };
  // Indented by one: every line of every file bears the indentation, and EC2 has little room.
  const text = `#cloud-config\n${stringify(document, { lineWidth: 0, indent: 1, indentSeq: false })}`;
  const size = Buffer.byteLength(text);
  if (size > userDataLimit) throw new UserDataTooLarge(size);
  return text;
}

/** The files of a rendered document, by path: the inverse of {@link cloudConfig}. */
export function filesOf(text: string): Map<string, string> {
  // A machine that runs no collector may boot by another text, which says no files.
  const document = parse(text) as { write_files?: InstanceFile[] } | null;
  return new Map((document?.write_files ?? []).map(({ path, content }) => [path, content]));
}

/** `KEY=value` lines, as systemd's EnvironmentFile reads them. */
export const environmentFile = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/** The variables of an environment file: the inverse of {@link environmentFile}. */
export const variablesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.includes('=') && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** Where things are on an instance. */
export const paths = {
  program: '/opt/harbourline',
  scripts: '/opt/harbourline/scripts',
  configuration: '/etc/harbourline/collector.yaml',
  environment: '/etc/harbourline/collector.env',
  /** Written at boot: what only the instance knows about itself. */
  instanceEnvironment: '/etc/harbourline/instance.env',
  /** What the scripts of the instance need to know. */
  scriptsEnvironment: '/etc/harbourline/scripts.env',
  writerEnvironment: '/etc/harbourline/span-writer.env',
  /** Written by certificate.sh, where there are pseudonyms: readable by root alone. */
  pseudonymEnvironment: '/etc/harbourline/pseudonym.env',
  forwardAuthority: '/etc/harbourline/forward-authority.pem',
  tls: '/etc/harbourline/tls',
  linkTls: '/etc/harbourline/link-tls',
  probeEnvironment: '/etc/harbourline/probe.env',
  data: '/var/lib/harbourline',
  /** Dead letters, on a volume of their own: they must not take the queue's room. */
  deadLetters: '/var/lib/harbourline-letters',
} as const;
