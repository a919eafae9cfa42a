/**
 * The far end's configuration, ready to paste: strongSwan, FRR, nftables, and the same as a table for routers of other
 * makers. A rehearsal runs these very files. None holds a secret.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { receiverConfiguration } from '../collector/receiver';
import { bundle } from '../common/bundle';
import { type Interface, type LinkParameters, type Path, type Tunnel, tunnelsOf } from '../contract/link-parameters';
import { table } from './table';

/** Files of the far end by name. @throws Error where a tunnel uses an algorithm that Harbourline does not take */
export function farEndFiles(parameters: LinkParameters): Record<string, string> {
  return {
    ...Object.fromEntries(
      tunnelsOf(parameters).map((tunnel, index) => [`swanctl/conf.d/${tunnel.name}.conf`, swanctl(tunnel, index + 1)]),
    ),
    'frr.conf': frr(parameters),
    'harbourline.nft': firewall(parameters),
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
const algorithms = {
  encryption: { 'AES256-GCM-16': 'aes256gcm16' },
  prf: { 'SHA2-384': 'prfsha384', 'SHA2-512': 'prfsha512' },
  dhGroup: { 20: 'ecp384', 21: 'ecp521' },
} as const;

function named(kind: keyof typeof algorithms, value: string | number): string {
  const name = (algorithms[kind] as Record<string | number, string>)[value];
  if (!name) throw new Error(`${value} is weaker than the link may be, or unknown: see lib/compliance/rules/vpn.ts.`);
  return name;
}

/** Seconds of a lifetime after which the far end renews: before AWS does, so that the two do not do it at once. */
const renewAfter = (lifetimeSeconds: number): number => Math.floor(lifetimeSeconds * 0.9);

function swanctl(tunnel: Tunnel, interfaceId: number): string {
  const { name, outside, ike, esp } = tunnel;
  const groups = ike.dhGroups.map((group) => named('dhGroup', group));
  const proposals = ike.encryption.flatMap((cipher) =>
    ike.integrity.flatMap((hash) =>
      groups.map((group) => `${named('encryption', cipher)}-${named('prf', hash)}-${group}`),
    ),
  );
  // GCM authenticates by itself: the integrity algorithm of phase 2 has nothing to do.
  const espProposals = esp.encryption.flatMap((cipher) =>
    esp.dhGroups.map((group) => `${named('encryption', cipher)}-${named('dhGroup', group)}`),
  );
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
    local_addrs = ${outside.farEnd}
    remote_addrs = ${outside.amazon}
    proposals = ${proposals.join(',')}
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
        esp_proposals = ${espProposals.join(',')}
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

/** Values of local preference, MED and prepending by preference: any router knows at least one of them. */
const localPreference = ({ preference }: Path): number => 300 - 50 * preference;
const med = ({ preference }: Path): number => 100 * preference;

function frr({ farEndAsn, bgp, paths, environment }: LinkParameters): string {
  const lines = paths.flatMap((path) => {
    const prefixes = [...path.announces, ...(path.probeAddress ? [`${path.probeAddress}/32`] : [])];
    const list = (name: string, entries: readonly string[]) =>
      entries.map((prefix, index) => `ip prefix-list ${name} seq ${5 * (index + 1)} permit ${prefix}`);
    return [
      '!',
      ...list(`${path.name}-out`, prefixes),
      ...list(`${path.name}-in`, path.receives),
      `route-map ${path.name}-in permit 10`,
      ` match ip address prefix-list ${path.name}-in`,
      ` set local-preference ${localPreference(path)}`,
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
  const networks = [
    ...new Set(
      paths.flatMap(({ announces, probeAddress }) => [...announces, ...(probeAddress ? [`${probeAddress}/32`] : [])]),
    ),
  ];
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
${networks.map((prefix) => `  network ${prefix}`).join('\n')}
${paths
  .flatMap(({ name, inside }) => [
    `  neighbor ${inside.amazon} activate`,
    `  neighbor ${inside.amazon} route-map ${name}-in in`,
    `  neighbor ${inside.amazon} route-map ${name}-out out`,
    `  neighbor ${inside.amazon} soft-reconfiguration inbound`,
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
        ` ! Made by AWS with the interface: aws directconnect describe-virtual-interfaces --query 'virtualInterfaces[].bgpPeers[].authKey'`,
        ` ! neighbor ${inside.amazon} password …`,
      ]
    : []),
];

/** The far side's firewall: what the allow-list names may cross, the rest is counted, logged and dropped. */
function firewall({ paths, allowedFlows, environment }: LinkParameters): string {
  const set = (elements: readonly string[]) => `{\n      ${elements.join(',\n      ')}\n    }`;
  const elements = allowedFlows.flatMap(({ from, to, port }) => from.map((source) => `${source} . ${to} . ${port}`));
  const names = paths.map(({ name }) => `"${name}"`).join(', ');
  return `#!/usr/sbin/nft -f
${header(`firewall of the far end of ${environment}`)}
# Judges only what comes out of the link or goes into it.
table inet harbourline
delete table inet harbourline
table inet harbourline {
  counter admitted { }
  counter dropped { }

  # Who may open a connection to whom, at which TCP port.
  set allowed {
    type ipv4_addr . ipv4_addr . inet_service
    flags interval
    elements = ${set(elements)}
  }

  chain judge {
    ct state established,related accept
    ip saddr . ip daddr . tcp dport @allowed counter name admitted accept
    limit rate 10/minute log prefix "harbourline-drop "
    counter name dropped drop
  }

  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname { ${names} } jump judge
    oifname { ${names} } jump judge
  }

  chain input {
    type filter hook input priority filter; policy accept;
    iifname { ${names} } ip saddr { ${paths.map(({ inside }) => inside.amazon).join(', ')} } tcp dport 179 accept
    iifname { ${names} } ip saddr { ${paths.map(({ inside }) => inside.amazon).join(', ')} } tcp sport 179 ct state established accept
    iifname { ${names} } jump judge
  }
}
`;
}
