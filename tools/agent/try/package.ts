/** The packages: installed in a clean Debian, enrolled, upgraded while spans wait, removed. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { waitFor } from '../../../harness/wait';
import { makePackage, type PackageKind } from '../make-package';
import type { Architecture } from '../settings';
import { CleanRoot } from './clean-root';
import { gatewayEndpoint, judgeAgent, secrets, type TryStage } from './stage';

const commands: Record<PackageKind, { readonly install: readonly string[]; readonly remove: readonly string[] }> = {
  deb: { install: ['dpkg', '--install'], remove: ['dpkg', '--purge', 'harbourline-agent'] },
  // Debian's packages do not count for rpm.
  rpm: {
    install: ['rpm', '--upgrade', '--nodeps', '--nosignature'],
    remove: ['rpm', '--erase', '--nodeps', 'harbourline-agent'],
  },
};
const activation = '0123abcd-0123-4567-89ab-0123456789ab';

/** What Systems Manager and Secrets Manager answer, to a server that is registered. */
function standFor(root: CleanRoot, { certificateSecret, config }: TryStage): void {
  writeFileSync(root.path('/root/secret'), certificateSecret, { mode: 0o600 });
  root.command(
    'aws',
    `[ -e /var/lib/amazon/ssm/registration ] || { echo 'Unable to locate credentials' >&2; exit 253; }
case "$*" in
  sts\\ get-caller-identity*) echo arn:aws:sts::111111111111:assumed-role/servers/mi-1 ;;
  *agent/gateway-endpoint\\ *) echo ${gatewayEndpoint} ;;
  *agent/certificate\\ *) echo ${secrets.certificate} ;;
  *agent/pseudonyms\\ *) echo ${secrets.pseudonyms} ;;
  secretsmanager*${secrets.certificate}*) cat /root/secret ;;
  secretsmanager*${secrets.pseudonyms}*) printf 'k%.0s' {1..64} ;;
  *) echo "not in ${config.environment}: $*" >&2; exit 254 ;;
esac`,
  );
  root.command(
    'amazon-ssm-agent',
    '[ "$4" = the-code ] && mkdir -p /var/lib/amazon/ssm && echo mi-1 > /var/lib/amazon/ssm/registration',
  );
  writeFileSync(root.path('/etc/systemd/system/amazon-ssm-agent.service'), '[Service]\nExecStart=sleep infinity\n');
}

/** Systemd leaves out what a kernel or a container does not let it do, and says nothing: so the process itself is asked. */
async function judgeUnit(root: CleanRoot): Promise<void> {
  const unit = 'harbourline-collector.service';
  const process = async (): Promise<string> => (await root.must(['systemctl', 'show', '-P', 'MainPID', unit])).trim();
  const before = await process();
  const status = await root.must(['cat', `/proc/${before}/status`]);
  for (const [what, pattern] of [
    ['no new privileges', /^NoNewPrivs:\s1$/m],
    ['no capabilities', /^CapBnd:\s0+$/m],
  ] as const)
    if (!pattern.test(status)) throw new Error(`The collector runs without what its unit says, ${what}:\n${status}`);
  const written = await root.run(['nsenter', '--target', before, '--mount', 'touch', '/etc/harbourline/written']);
  if (written.code === 0) throw new Error('The collector may write outside its folder.');
  await root.must(['systemctl', 'kill', '--kill-who=main', '--signal=KILL', unit]);
  await waitFor('systemd to start a killed collector again', async () => {
    const now = await process();
    return (now !== '0' && now !== before) || `process ${now}`;
  });
}

export async function tryPackage(
  stage: TryStage,
  kind: PackageKind,
  architecture: Architecture,
  debian: string,
  progress: (line: string) => void,
): Promise<void> {
  const root = await CleanRoot.of(debian, join(stage.folder, 'root'));
  standFor(root, stage);
  stage.cleanUp.add(() => root.shutDown());
  await root.boot();
  const { install, remove } = commands[kind];
  const put = async (version: string): Promise<string> => {
    const made = await makePackage({
      config: stage.config,
      architecture,
      version,
      kinds: [kind],
      output: stage.folder,
      progress,
    });
    copyFileSync(made[0]!, root.path(`/${basename(made[0]!)}`));
    return `/${basename(made[0]!)}`;
  };
  const first = await put('1.0.0');

  // On another machine it is refused before anything is unpacked, even where the package manager is forced.
  root.command('uname', '[ "$1" = -m ] && echo riscv64 || exec uname.real "$@"');
  const refused = await root.run([...install, first]);
  if (refused.code === 0 || !refused.output.includes('this server is riscv64'))
    throw new Error(`On riscv64 the package said:\n${refused.output}`);
  root.command('uname', 'exec uname.real "$@"');

  await root.must([...install, first]);
  await root.must([
    'systemd-analyze',
    'verify',
    '--man=no',
    '--recursive-errors=no',
    '/usr/lib/systemd/system/harbourline-collector.service',
  ]);
  await root.must(['harbourline-agent', 'enrol', '--activation-id', activation], 'the-code\n');
  await judgeAgent(stage, `by-${kind}`);
  await root.must(['nft', 'list', 'counter', 'inet', 'harbourline', 'sent']);
  await stage.awaitArrival('harbourline.agent.egress', 'metrics');
  await judgeUnit(root);

  // A server that is turned off and on.
  await root.shutDown();
  await root.boot();
  await judgeAgent(stage, `by-${kind}-booted-again`);

  // What the gateways do not take waits on disk; the owner's setting stays.
  const settings = root.path('/etc/harbourline/collector.env');
  writeFileSync(settings, readFileSync(settings, 'utf8').replace(/^EGRESS_KILOBITS=.*$/m, 'EGRESS_KILOBITS=2000'));
  await stage.stopGateway();
  await stage.send(`kept-over-an-upgrade-of-${kind}`);
  await root.must([...install, await put('1.1.0')]);
  await stage.startGateway();
  await stage.awaitArrival(`kept-over-an-upgrade-of-${kind}`);
  if (!readFileSync(settings, 'utf8').includes('EGRESS_KILOBITS=2000'))
    throw new Error('The upgrade took the setting of the owner.');
  await waitFor(
    'the new limit',
    async () =>
      (await root.must(['nft', 'list', 'table', 'inet', 'harbourline'])).includes('250000 bytes/second') || 'another',
    60,
  );

  await root.must(remove);
  const left = await root.must([
    'sh',
    '-c',
    'find / -xdev -iname "*harbourline*" ! -path "/proc/*" ! -path "/var/log/*" ! -path "/harbourline-agent*" ! -path "/var/lib/amazon/*"; getent passwd harbourline; nft list tables; systemctl list-units --all --no-legend "harbourline*"; true',
  ]);
  if (left.trim() !== '') throw new Error(`Removal left:\n${left}`);
}
