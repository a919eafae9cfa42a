/** Starts collectors and span writers on loopback, each with the text and the variables of its tier. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tier } from '../judges/assembly/tier';
import { variables, variablesIn } from '../lib/collector/blocks/render';
import { ports } from '../lib/contract/ports';
import { featureGates } from '../lib/contract/sampling';
import type { TierCertificate } from '../lib/machine/certificates.issue';
import { answersIn, inNetwork, type Namespace } from './namespace';
import { type Service, startService } from './process';

export interface CollectorProps {
  readonly name: string;
  readonly binary: string;
  readonly directory: string;
  readonly address: string;
  readonly tier: Tier;
  readonly certificate: TierCertificate;
  /** Variables over those of the tier. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs. @default the rehearsal's own network */
  readonly network?: Namespace;
  /** Command line before the collector's own, of a program that becomes it. @default none */
  readonly prefix?: readonly string[];
}

/** Writes certificate, key and authority into a folder, as the instances' own script does. */
export function writeCertificate(folder: string, certificate: TierCertificate): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const part of ['certificate', 'key', 'authority'] as const) {
    writeFileSync(join(folder, `${part}.pem`), certificate[part], { mode: 0o600 });
  }
}

const pseudonymSecret = randomBytes(48).toString('hex');

/** Starts a collector. @throws Error where its configuration uses a variable that nobody sets, or with its log's tail */
export async function startCollector(props: CollectorProps): Promise<Service> {
  const { name, address, tier } = props;
  const directory = join(props.directory, name);
  const tls = join(directory, 'tls');
  writeCertificate(tls, props.certificate);
  const forwardAuthority = join(directory, 'forward-authority.pem');
  if (tier.forwardAuthority) writeFileSync(forwardAuthority, tier.forwardAuthority);
  const configuration = join(directory, 'collector.yaml');
  writeFileSync(configuration, tier.configuration);

  const environment: Record<string, string> = {
    ...tier.environment,
    [variables.bind]: address,
    [variables.loopback]: address,
    // Of loopback whatever network it is in, and of this collector alone.
    [variables.pages]: address.replace(/^\d+/, '127'),
    [variables.dataDirectory]: directory,
    [variables.tlsDirectory]: tls,
    [variables.instance]: name,
    // Of this rehearsal alone; the same for all tiers, because pseudonyms join.
    [variables.pseudonymSecret]: pseudonymSecret,
    [variables.forwardAuthority]: forwardAuthority,
    ...props.environment,
  };
  const unset = variablesIn(tier.configuration).filter((variable) => environment[variable] === undefined);
  if (unset.length > 0) throw new Error(`The configuration of ${name} uses ${unset.join(', ')}, which nothing sets.`);
  const [command = props.binary, ...before] = [...(props.prefix ?? []), props.binary];
  return startService({
    name,
    ...inNetwork(props.network, command, [
      ...before,
      '--config',
      configuration,
      `--feature-gates=${featureGates.join(',')}`,
    ]),
    directory,
    logFile: join(props.directory, `${name}.log`),
    ...answersIn(props.network, `http://${address}:${ports.health}/`),
    environment,
  });
}

export interface SpanWriterProps {
  readonly name: string;
  readonly directory: string;
  readonly address: string;
  /** The bundled program of the assembly, and what its unit sets. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly store: {
    readonly endpoint: string;
    readonly caFile: string;
    readonly username: string;
    readonly passwordFile: string;
  };
}

/** Starts a span writer: the bundled program of the assembly, signing in as the user that stands in for its role. */
export function startSpanWriter({
  name,
  directory,
  address,
  program,
  environment,
  store,
}: SpanWriterProps): Promise<Service> {
  const deadLetters = join(directory, name, 'dead-letters');
  mkdirSync(deadLetters, { recursive: true, mode: 0o700 });
  return startService({
    name,
    command: process.execPath,
    arguments: [program],
    directory: join(directory, name),
    logFile: join(directory, `${name}.log`),
    healthUrl: `http://${address}:${ports.spanWriter}/healthz`,
    environment: {
      ...environment,
      WRITER_LISTEN: `${address}:${ports.spanWriter}`,
      WRITER_METRICS_ENDPOINT: `http://${address}:${ports.ownMetrics}/v1/metrics`,
      DEAD_LETTER_DIR: deadLetters,
      STORE_ENDPOINT: store.endpoint,
      STORE_AUTH: 'basic',
      STORE_USERNAME: store.username,
      STORE_PASSWORD_FILE: store.passwordFile,
      STORE_CA_FILE: store.caFile,
    },
  });
}
