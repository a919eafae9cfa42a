/** What is in the package of a server: nfpm's description of it, and the files that are made for it. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { EnvironmentConfig } from '../../config/schema';
import { securityLevel } from '../../lib/collect/agent';
import { variables } from '../../lib/collector/blocks/render';
import { collectorName } from '../../lib/collector/distribution/build';
import { environmentFile, paths } from '../../lib/contract/instance';
import { goMemoryMiB } from '../../lib/contract/sizing';
import { root } from '../shell/scripts';
import { type Architecture, architectures, configurationOf, instanceFiles, serviceEnvironmentOf } from './settings';

const packageFiles = join(root, 'lib/machine/agent-package');
const units = '/usr/lib/systemd/system';

export interface PackageProps {
  readonly config: EnvironmentConfig;
  readonly architecture: Architecture;
  readonly version: string;
  /** Time of every file: the same commit gives the same package. */
  readonly madeAt: Date;
  /** Path of the collector's binary. */
  readonly collector: string;
  /** Existing folder for what is made. */
  readonly scratch: string;
}

/** Settings that the server's owner may change: an upgrade keeps them. */
const ownersSettings = ({ region, agent }: EnvironmentConfig): string =>
  `# Settings of the agent on this server. An upgrade keeps your changes. They count after
#   systemctl restart harbourline-bandwidth harbourline-collector
# EGRESS_KILOBITS: what the agent may send, in kbit/s.
${environmentFile({
  AWS_REGION: region,
  [variables.loopback]: '127.0.0.1',
  [variables.dataDirectory]: paths.data,
  [variables.tlsDirectory]: paths.tls,
  EGRESS_KILOBITS: `${agent.egressKilobits}`,
})}`;

/** Writes what is made for this package, and nfpm's description. @returns path of the description */
export function describePackage(props: PackageProps): string {
  const { config, architecture, scratch } = props;
  const { agent, environment, redaction } = config;
  const made = (name: string, text: string, mode = 0o644): string => {
    const file = join(scratch, name);
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };
  const file = (src: string, dst: string, mode = 0o644, type?: string) => ({
    src,
    dst,
    ...(type ? { type } : {}),
    file_info: { mode, owner: 'root', group: 'root', mtime: props.madeAt.toISOString() },
  });
  const instance = (name: string, dst: string, mode?: number) => file(join(instanceFiles, name), dst, mode);
  const contents = [
    file(props.collector, `${paths.program}/${collectorName}`, 0o755),
    instance('bandwidth.sh', `${paths.program}/bandwidth.sh`, 0o755),
    instance('common.sh', `${paths.scripts}/common.sh`),
    instance('certificate.sh', `${paths.scripts}/certificate.sh`, 0o755),
    file(join(packageFiles, 'harbourline-agent'), '/usr/sbin/harbourline-agent', 0o755),
    file(
      made(
        'package.env',
        environmentFile({ ENVIRONMENT: environment, PSEUDONYMS: redaction.pseudonymKeys.length > 0 ? 'yes' : 'no' }),
      ),
      `${paths.program}/package.env`,
    ),
    // No settings: redaction and guard are what the package says.
    file(made('collector.yaml', configurationOf(config)), paths.configuration),
    file(made('service.env', serviceEnvironmentOf(config)), '/etc/harbourline/service.env'),
    file(made('collector.env', ownersSettings(config)), paths.environment, 0o644, 'config|noreplace'),
    ...['collector.service', 'bandwidth.service', 'certificate.service', 'certificate.timer'].map((name) =>
      instance(`harbourline-${name}`, `${units}/harbourline-${name}`),
    ),
    file(
      made(
        'limits.conf',
        `[Service]\nMemoryMax=${agent.memoryMiB}M\nEnvironment=GOMEMLIMIT=${goMemoryMiB(agent.memoryMiB)}MiB\nCPUQuota=${agent.cpuPercent}%\n`,
      ),
      `${units}/harbourline-collector.service.d/limits.conf`,
    ),
    file(join(packageFiles, 'hybrid.conf'), `${units}/harbourline-certificate.service.d/hybrid.conf`),
    file(join(packageFiles, 'sysusers.conf'), '/usr/lib/sysusers.d/harbourline.conf'),
  ];
  const needs = ['curl', 'jq', 'nftables', 'openssl', 'bash'];
  const preinstall = readFileSync(join(packageFiles, 'preinstall.sh'), 'utf8');
  return made(
    'nfpm.yaml',
    stringify({
      name: 'harbourline-agent',
      arch: architecture,
      platform: 'linux',
      version: props.version,
      version_schema: 'semver',
      maintainer: 'Harbourline <harbourline@localhost>',
      description: `Harbourline's agent for the environment ${environment} (${securityLevel(config)}): takes spans of this server's services, redacts them and sends them to the gateways.`,
      license: 'Apache-2.0',
      section: 'net',
      mtime: props.madeAt.toISOString(),
      contents,
      overrides: {
        deb: { depends: [...needs, 'systemd (>= 239)'], recommends: ['awscli'] },
        rpm: { depends: [...needs, 'systemd >= 239', 'shadow-utils'] },
      },
      scripts: {
        preinstall: made('preinstall.sh', preinstall.replace('@MACHINE@', architectures[architecture].machine), 0o755),
        postinstall: join(packageFiles, 'postinstall.sh'),
        preremove: join(packageFiles, 'preremove.sh'),
        postremove: join(packageFiles, 'postremove.sh'),
      },
    }),
  );
}
