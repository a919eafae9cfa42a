/** Commands of an instance's first boot. */

import { variables } from '../collector/blocks/render';
import { paths } from '../contract/instance';

/** A user without a shell, folders that only it may enter, what the instance knows about itself. */
export const setUp = (region: string): string[] => [
  `export AWS_REGION=${region}`,
  `useradd --system --home-dir ${paths.data} --shell /sbin/nologin harbourline`,
  `install -d -o harbourline -g harbourline -m 0750 ${paths.data}`,
  `install -d -m 0755 ${paths.program} ${paths.scripts}`,
  'token=$(curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 300" http://169.254.169.254/latest/api/token)',
  'metadata() { curl -sf -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"; }',
  `printf '${variables.bind}=%s\n${variables.instance}=%s\n' "$(metadata local-ipv4)" "$(metadata instance-id)" > ${paths.instanceEnvironment}`,
  // With the variables of the instance.
  `script() { (set -a; . ${paths.environment}; . ${paths.instanceEnvironment}; . ${paths.scriptsEnvironment}; ${paths.scripts}/$1.sh); }`,
];

/** Runs one of the scripts, after {@link setUp}. */
export const runScript = (name: 'certificate' | 'replay' | 'letters' | 'join'): string => `script ${name}`;

/** Installs units of `instance-files/` and starts those that a timer does not. */
export const startUnits = (...names: readonly string[]): string =>
  [
    `cp ${names.map((name) => `${paths.scripts}/harbourline-${name}.*`).join(' ')} /etc/systemd/system`,
    'systemctl daemon-reload',
    `systemctl enable --now ${names.map((name) => `harbourline-${name}${name === 'certificate' ? '.timer' : ''}`).join(' ')}`,
  ].join('\n');
