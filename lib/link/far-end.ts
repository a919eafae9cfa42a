/**
 * The far end's configuration, ready to paste: strongSwan, FRR, nftables, and the same as a table for routers of other
 * makers. A rehearsal runs these very files. None holds a secret.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refused } from '../../config/refused';
import { receiverConfiguration } from '../collector/receiver';
import { bundle } from '../common/bundle';
import { type Interface, type LinkParameters, type Phase, type Tunnel, tunnelsOf } from '../contract/link-parameters';
import { deviceFiles } from './devices';
import {
  addedMed,
  announced,
  announcedOver,
  isAead,
  localPreference,
  med,
  mostPrefixes,
  renewAfter,
} from './devices/device';
import { firewall, sourceRules } from './far-end-linux';
import { table } from './table';

/** Files of the far end by name. @throws Error where a tunnel uses an algorithm that Harbourline does not take */
export function farEndFiles(parameters: LinkParameters): Record<string, string> {
  return {
    ...Object.fromEntries(
      tunnelsOf(parameters).map((tunnel, index) => [`swanctl/conf.d/${tunnel.name}.conf`, swanctl(tunnel, index + 1)]),
    ),
    'frr.conf': frr(parameters),
    'harbourline.nft': firewall(parameters),
    'source-rules.sh': sourceRules(parameters),
    ...deviceFiles(parameters),
    ...receiver(parameters),
    'link.json': `${JSON.stringify(parameters, null, 2)}\n`,
    'link.md': table(parameters),
  };
}

/**
 * The receiver of aggregates for a side that is not on AWS: the collector's configuration, and the program that answers
 * the continuity check (`BIND_ADDRESS=… RESPONDER_PORT=… node responder.js`).
 */
const receiver = ({ environment, receiver: { port } }: LinkParameters): Record<string, string> => ({
  'receiver/collector.yaml': receiverConfiguration({ environment, port, sink: 'otlp' }),
  'receiver/responder.js': readFileSync(join(bundle(join(__dirname, 'probe', 'responder.ts')), 'main.js'), 'utf8'),
});

const header = (what: string): string =>
  `# Harbourline, ${what}. Written from the deployed link: change the link, not this file.`;

/** AWS's names → strongSwan's. What is not here is weaker than the link may be. */
const words = {
  encryption: { 'AES256-GCM-16': 'aes256gcm16', AES256: 'aes256' },
  integrity: { 'SHA2-256': 'sha256', 'SHA2-384': 'sha384', 'SHA2-512': 'sha512' },
  dhGroups: { 14: 'modp2048', 20: 'ecp384', 21: 'ecp521' },
} as const;

function named(kind: keyof typeof words, value: string | number): string {
  const name = (words[kind] as Record<string | number, string>)[value];
  if (!name)
    throw refused(
      'HL-FAREND-002',
      `AWS offers ${value} for a tunnel, which is weaker than the link may be, or unknown. Deploy the stack Link as it stands, which allows none of it; the rule is lib/compliance/rules/vpn.ts.`,
    );
  return name;
}

/** Every way in which a phase may be agreed on. A cipher of GCM authenticates by itself: IKE then has a hash for its keys alone. */
const proposals = ({ encryption, integrity, dhGroups }: Phase, ofIke: boolean): string =>
  encryption
    .flatMap((cipher) => {
      const aead = isAead([cipher]);
      const hashes =
        aead && !ofIke ? [''] : integrity.map((hash) => `-${aead ? 'prf' : ''}${named('integrity', hash)}`);
      return hashes.flatMap((hash) =>
        dhGroups.map((group) => `${named('encryption', cipher)}${hash}-${named('dhGroups', group)}`),
      );
    })
    .join(',');

function swanctl(tunnel: Tunnel, interfaceId: number): string {
  const { name, outside, ike, esp } = tunnel;
  const starts = tunnel.startedBy === 'far-end';
  return `${header(`tunnel ${name}`)}
#
# Its key is not here. Write ${name}.secret beside this file, readable by root only:
#   secrets { ike-${name} { id-amazon = ${outside.amazon}  id-far-end = ${outside.farEnd}  secret = "…" } }
# with the key that this prints, run in the account of Hong Kong by somebody who may read it:
#   aws secretsmanager get-secret-value --secret-id ${tunnel.keySecretArn} --query SecretString --output text
#
# The tunnel's inside is an interface: ip link add ${name} type xfrm dev UPLINK if_id ${interfaceId}
#   ip address add ${tunnel.inside.farEnd}/30 dev ${name} && ip link set ${name} mtu ${tunnel.mtu} up
include ${name}.secret

connections {
  ${name} {
    version = ${tunnel.ikeVersions.includes('ikev2') ? 2 : 1}
    local_addrs = ${outside.farEndOwn}
    remote_addrs = ${outside.amazon}
    proposals = ${proposals(ike, true)}
    rekey_time = ${renewAfter(ike.lifetimeSeconds)}s
    over_time = ${ike.lifetimeSeconds - renewAfter(ike.lifetimeSeconds)}s
    dpd_delay = ${Math.floor(tunnel.dpdTimeoutSeconds / 3)}s
    # ESP in UDP 4500: firewalls on the way open two UDP ports and no further protocol.
    encap = yes
    mobike = no
    keyingtries = 0
    unique = replace
    if_id_in = ${interfaceId}
    if_id_out = ${interfaceId}
    local {
      auth = psk
      id = ${outside.farEnd}
    }
    remote {
      auth = psk
      id = ${outside.amazon}
    }
    children {
      ${name} {
        mode = tunnel
        # Routes decide what enters, BGP makes them, the firewall judges each packet.
        local_ts = 0.0.0.0/0
        remote_ts = 0.0.0.0/0
        esp_proposals = ${proposals(esp, false)}
        rekey_time = ${renewAfter(esp.lifetimeSeconds)}s
        life_time = ${esp.lifetimeSeconds}s
        start_action = ${starts ? 'start' : 'none'}
        dpd_action = ${starts ? 'restart' : 'clear'}
        close_action = ${starts ? 'start' : 'none'}
      }
    }
  }
}
`;
}

function frr(parameters: LinkParameters): string {
  const { farEndAsn, bgp, paths, environment } = parameters;
  const lines = paths.flatMap((path) => {
    const list = (name: string, entries: readonly string[]) =>
      entries.map((prefix, index) => `ip prefix-list ${name} seq ${5 * (index + 1)} permit ${prefix}`);
    return [
      '!',
      ...list(`${path.name}-out`, announcedOver(path)),
      ...list(`${path.name}-in`, path.receives),
      `route-map ${path.name}-in permit 10`,
      ` match ip address prefix-list ${path.name}-in`,
      ` set local-preference ${localPreference(path, parameters)}`,
      ...(addedMed(path, parameters) > 0 ? [` set metric +${addedMed(path, parameters)}`] : []),
      'exit',
      `route-map ${path.name}-out permit 10`,
      ` match ip address prefix-list ${path.name}-out`,
      ` set metric ${med(path)}`,
      ...(path.preference > 1
        ? [
            ` set as-path prepend ${Array(path.preference - 1)
              .fill(farEndAsn)
              .join(' ')}`,
          ]
        : []),
      'exit',
    ];
  });
  return `! Harbourline, BGP of the far end of ${environment}. Written from the deployed link: change the link, not this file.
! What is announced must be in the routing table: an interface, a static route or another protocol brings it there.
frr defaults datacenter
hostname harbourline-far-end
log syslog informational
${lines.join('\n')}
!
router bgp ${farEndAsn}
 bgp router-id ${paths[0]?.inside.farEnd}
 bgp log-neighbor-changes
 bgp network import-check
${paths.flatMap((path) => neighbor(path, bgp)).join('\n')}
 !
 address-family ipv4 unicast
${announced(parameters)
  .map((prefix) => `  network ${prefix}`)
  .join('\n')}
${paths
  .flatMap((path) => [
    `  neighbor ${path.inside.amazon} activate`,
    `  neighbor ${path.inside.amazon} route-map ${path.name}-in in`,
    `  neighbor ${path.inside.amazon} route-map ${path.name}-out out`,
    `  neighbor ${path.inside.amazon} soft-reconfiguration inbound`,
    // More than was agreed is a mistake at the other end: better no route than a wrong one.
    `  neighbor ${path.inside.amazon} maximum-prefix ${mostPrefixes(path)}`,
  ])
  .join('\n')}
 exit-address-family
exit
!
`;
}

const neighbor = (
  { name, kind, inside, amazonAsn }: Tunnel | Interface,
  { keepaliveSeconds, holdSeconds }: LinkParameters['bgp'],
): string[] => [
  ` neighbor ${inside.amazon} remote-as ${amazonAsn}`,
  ` neighbor ${inside.amazon} description ${name}`,
  ` neighbor ${inside.amazon} update-source ${inside.farEnd}`,
  ` neighbor ${inside.amazon} timers ${keepaliveSeconds} ${holdSeconds}`,
  ` neighbor ${inside.amazon} timers connect 10`,
  ...(kind === 'interface'
    ? [
        // Direct Connect answers BFD of 300 ms and three misses (Direct Connect user guide): a line that is cut is left in a second.
        ` neighbor ${inside.amazon} bfd`,
        ` ! Made by AWS with the interface: aws directconnect describe-virtual-interfaces --query 'virtualInterfaces[].bgpPeers[].authKey'`,
        ` ! neighbor ${inside.amazon} password …`,
      ]
    : []),
];
