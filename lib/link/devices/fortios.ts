import type { LinkParameters, Tunnel } from '../../contract/link-parameters';
import {
  addressOf,
  announced,
  announcedOver,
  type Device,
  heading,
  isAead,
  isTunnel,
  keyOf,
  maskOf,
  med,
  mostPrefixes,
  renewAfter,
  segmentBytes,
  word,
} from './device';

const words = {
  encryption: { 'AES256-GCM-16': 'aes256gcm', AES256: 'aes256' },
  integrity: { 'SHA2-256': 'sha256', 'SHA2-384': 'sha384', 'SHA2-512': 'sha512' },
  dhGroups: { 14: '14', 20: '20', 21: '21' },
} as const;

/** `config … end` around its lines. */
const block = (what: string, lines: readonly string[]): string[] => [
  `config ${what}`,
  ...lines.map((line) => `    ${line}`),
  'end',
];
const edit = (name: string | number, lines: readonly string[]): string[] => [
  `edit ${typeof name === 'number' ? name : `"${name}"`}`,
  ...lines.map((line) => `    ${line}`),
  'next',
];

const proposal = ({ encryption, integrity }: Tunnel['ike'], prf: boolean): string =>
  `${word(encryption, words.encryption)}${isAead(encryption) ? (prf ? `-prf${word(integrity, words.integrity)}` : '') : `-${word(integrity, words.integrity)}`}`;

const phase1 = (tunnel: Tunnel): string[] =>
  edit(tunnel.name, [
    'set interface "UPLINK"',
    'set ike-version 2',
    `set local-gw ${tunnel.outside.farEndOwn}`,
    `set remote-gw ${tunnel.outside.amazon}`,
    `set localid "${tunnel.outside.farEnd}"`,
    'set localid-type address',
    'set peertype any',
    'set net-device disable',
    `set proposal ${proposal(tunnel.ike, true)}`,
    `set dhgrp ${word(tunnel.ike.dhGroups, words.dhGroups)}`,
    `set keylife ${renewAfter(tunnel.ike.lifetimeSeconds)}`,
    'set dpd on-idle',
    'set dpd-retrycount 3',
    `set dpd-retryinterval ${Math.floor(tunnel.dpdTimeoutSeconds / 3)}`,
    'set nattraversal forced',
    `set passive-mode ${tunnel.startedBy === 'amazon' ? 'enable' : 'disable'}`,
    `set psksecret ${keyOf(tunnel)}`,
  ]);

const phase2 = (tunnel: Tunnel): string[] =>
  edit(tunnel.name, [
    `set phase1name "${tunnel.name}"`,
    `set proposal ${proposal(tunnel.esp, false)}`,
    'set pfs enable',
    `set dhgrp ${word(tunnel.esp.dhGroups, words.dhGroups)}`,
    `set keylifeseconds ${renewAfter(tunnel.esp.lifetimeSeconds)}`,
    `set auto-negotiate ${tunnel.startedBy === 'amazon' ? 'disable' : 'enable'}`,
  ]);

/** Names of policies, which FortiOS takes once each and up to 35 characters of: two that meet get a number. */
function policyNames(): (says: string) => string {
  const taken = new Set<string>();
  return (says) => {
    let name = says.slice(-35);
    for (let number = 2; taken.has(name); number++) {
      const suffix = ` ${number}`;
      name = says.slice(-35 + suffix.length) + suffix;
    }
    taken.add(name);
    return name;
  };
}

/** One policy for each line of the allow-list, with the interfaces that it goes between; FortiOS drops the rest and logs it. */
function policies({ allowedFlows, paths }: LinkParameters): { objects: string[]; rules: string[] } {
  const links = paths.map(({ name }) => `"${name}"`).join(' ');
  const name = (prefix: string) => `hl-${prefix.replace('/', '-')}`;
  const prefixes = [...new Set(allowedFlows.flatMap(({ from, to }) => [...from, to]))];
  const ports = [...new Set(allowedFlows.map(({ port }) => port))];
  const policyName = policyNames();
  const loopbackOf = (to: string) => {
    const path = paths.find(({ probeAddress }) => probeAddress && to === `${probeAddress}/32`);
    return path && `${path.name}-probe`;
  };
  return {
    objects: [
      ...block(
        'firewall address',
        prefixes.flatMap((prefix) => edit(name(prefix), [`set subnet ${addressOf(prefix)} ${maskOf(prefix)}`])),
      ),
      ...block(
        'firewall service custom',
        ports.flatMap((port) => edit(`hl-tcp-${port}`, [`set tcp-portrange ${port}`])),
      ),
    ],
    rules: block('firewall policy', [
      ...allowedFlows.flatMap(({ from, to, port, side, ticket }) =>
        edit(0, [
          `set name "${policyName(`${ticket} ${addressOf(to)} ${port}`)}"`,
          `set srcintf ${side === 'hong-kong' ? links : '"LAN"'}`,
          // A probe's address is a loopback of the device: a policy to another interface does not admit to it.
          `set dstintf ${side === 'hong-kong' ? `"${loopbackOf(to) ?? 'LAN'}"` : links}`,
          `set srcaddr ${from.map((prefix) => `"${name(prefix)}"`).join(' ')}`,
          `set dstaddr "${name(to)}"`,
          `set service "hl-tcp-${port}"`,
          'set schedule "always"',
          'set action accept',
          'set logtraffic all',
          `set tcp-mss-sender ${Math.min(...paths.map(segmentBytes))}`,
          `set tcp-mss-receiver ${Math.min(...paths.map(segmentBytes))}`,
        ]),
      ),
      ...edit(0, [
        'set name "harbourline-drop"',
        `set srcintf ${links}`,
        'set dstintf "any"',
        'set srcaddr "all"',
        'set dstaddr "all"',
        'set service "ALL"',
        'set schedule "always"',
        'set action deny',
        'set logtraffic all',
      ]),
    ]),
  };
}

function routing(parameters: LinkParameters): string[] {
  const { paths, farEndAsn, bgp } = parameters;
  const list = (name: string, prefixes: readonly string[]) =>
    edit(
      name,
      block(
        'rule',
        prefixes.flatMap((prefix, index) =>
          edit(index + 1, [`set prefix ${addressOf(prefix)} ${maskOf(prefix)}`, 'unset ge', 'unset le']),
        ),
      ),
    );
  return [
    ...block(
      'router prefix-list',
      paths.flatMap((path) => [
        ...list(`${path.name}-in`, path.receives),
        ...list(`${path.name}-out`, announcedOver(path)),
      ]),
    ),
    ...block(
      'router route-map',
      paths.flatMap((path) => [
        ...edit(
          `${path.name}-in`,
          block(
            'rule',
            edit(1, [
              `set match-ip-address "${path.name}-in"`,
              `set set-local-preference ${300 - 50 * path.preference}`,
            ]),
          ),
        ),
        ...edit(
          `${path.name}-out`,
          block(
            'rule',
            edit(1, [
              `set match-ip-address "${path.name}-out"`,
              `set set-metric ${med(path)}`,
              ...(path.preference > 1
                ? [
                    `set set-aspath "${Array(path.preference - 1)
                      .fill(farEndAsn)
                      .join(' ')}"`,
                  ]
                : []),
            ]),
          ),
        ),
      ]),
    ),
    ...block('router bgp', [
      `set as ${farEndAsn}`,
      `set router-id ${paths[0]?.inside.farEnd}`,
      `set keepalive-timer ${bgp.keepaliveSeconds}`,
      `set holdtime-timer ${bgp.holdSeconds}`,
      ...block(
        'neighbor',
        paths.flatMap((path) =>
          edit(path.inside.amazon, [
            `set remote-as ${path.amazonAsn}`,
            `set description "${path.name}"`,
            'set soft-reconfiguration enable',
            ...(path.kind === 'interface' ? ['set bfd enable'] : []),
            `set maximum-prefix ${mostPrefixes(path)}`,
            `set route-map-in "${path.name}-in"`,
            `set route-map-out "${path.name}-out"`,
          ]),
        ),
      ),
      ...block(
        'network',
        announced(parameters).flatMap((prefix, index) =>
          edit(index + 1, [`set prefix ${addressOf(prefix)} ${maskOf(prefix)}`]),
        ),
      ),
    ]),
  ];
}

/** FortiOS 7. */
export const fortios: Device = {
  file: 'fortios.conf',
  title: 'FortiOS 7',
  comment: '#',
  words,
  write(parameters) {
    const { paths } = parameters;
    const tunnels = paths.filter(isTunnel);
    const { objects, rules } = policies(parameters);
    return `${[
      ...heading(parameters, fortios, [
        'UPLINK faces AWS, LAN the services. Where nothing listens, FortiOS may drop in silence: probes then need a port that answers (link.probe.port). An interface of a leased line must have the name that policies give it.',
        'FortiOS cannot add to a MED, so each tunnel has a preference of its own: before AWS updates an endpoint, prefer the other by hand.',
        'Answers to probes: sessions to a loopback are answered by the interface that they came in by (set auxiliary-session).',
      ]).map((text) => `# ${text}`),
      ...block('vpn ipsec phase1-interface', tunnels.flatMap(phase1)),
      ...block('vpn ipsec phase2-interface', tunnels.flatMap(phase2)),
      ...block('system settings', ['set auxiliary-session enable', 'set asymroute disable']),
      ...block(
        'system interface',
        paths.flatMap((path) => [
          ...edit(path.name, [
            `set ip ${path.inside.farEnd} 255.255.255.255`,
            `set remote-ip ${path.inside.amazon} 255.255.255.252`,
            'set mtu-override enable',
            `set mtu ${path.mtu}`,
            'set allowaccess ping',
          ]),
          ...(path.probeAddress
            ? edit(`${path.name}-probe`, [
                'set type loopback',
                'set vdom "root"',
                `set ip ${path.probeAddress} 255.255.255.255`,
              ])
            : []),
        ]),
      ),
      ...objects,
      ...rules,
      ...routing(parameters),
    ].join('\n')}\n`;
  },
};
