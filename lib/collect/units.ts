/** What runs on an instance: systemd units, and the commands of its first boot. */
import { collectorName } from './distribution/build';
import { hardening, paths } from './instance';
import { variables } from './pipelines/render';

/** The collector under systemd: its own user, a read-only system, no new privileges, one folder to write to. */
export const collectorUnit = (tier: string): string => `[Unit]
Description=Harbourline collector (${tier})
After=network-online.target
Wants=network-online.target

[Service]
User=harbourline
EnvironmentFile=${paths.environment}
EnvironmentFile=${paths.instanceEnvironment}
ExecStart=${paths.program}/${collectorName} --config ${paths.configuration}
Restart=always
RestartSec=2
TimeoutStopSec=120
${hardening}
[Install]
WantedBy=multi-user.target
`;

/** A user without a shell, folders that only it may enter, what the instance knows about itself. */
export const setUp = (region: string): string[] => [
  `export AWS_REGION=${region}`,
  `useradd --system --home-dir ${paths.data} --shell /sbin/nologin harbourline`,
  `install -d -o harbourline -g harbourline -m 0750 ${paths.data}`,
  `install -d -m 0755 ${paths.program} ${paths.scripts}`,
  'token=$(curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 300" http://169.254.169.254/latest/api/token)',
  'metadata() { curl -sf -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"; }',
  `printf '${variables.bind}=%s\n${variables.instance}=%s\n' "$(metadata local-ipv4)" "$(metadata instance-id)" > ${paths.instanceEnvironment}`,
];

/** Runs one of the scripts with the variables of the instance. */
export const runScript = (name: 'certificate' | 'replay' | 'join'): string =>
  `(set -a; . ${paths.environment}; . ${paths.instanceEnvironment}; . ${paths.scriptsEnvironment}; ${paths.scripts}/${name}.sh)`;
