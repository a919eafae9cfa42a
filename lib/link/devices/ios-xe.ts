import type { Interface, LinkParameters, Tunnel } from '../../contract/link-parameters';
import {
  addedMed,
  addressOf,
  announced,
  announcedOver,
  carrierOf,
  carriers,
  type Device,
  heading,
  isAead,
  isTunnel,
  keyOf,
  localPreference,
  maskOf,
  med,
  mostPrefixes,
  overLines,
  renewAfter,
  segmentBytes,
  wildcardOf,
  word,
} from './device';

const words = {
  encryption: { 'AES256-GCM-16': 'aes-gcm-256', AES256: 'aes-cbc-256' },
  integrity: { 'SHA2-256': 'sha256', 'SHA2-384': 'sha384', 'SHA2-512': 'sha512' },
  dhGroups: { 14: '14', 20: '20', 21: '21' },
  espEncryption: { 'AES256-GCM-16': 'esp-gcm 256', AES256: 'esp-aes 256' },
} as const;

function tunnel(path: Tunnel, number: number): string[] {
  const { name, outside, inside, ike, esp, mtu } = path;
  const hash = word(ike.integrity, words.integrity);
  return [
    `crypto ikev2 proposal ${name}`,
    ` encryption ${word(ike.encryption, words.encryption)}`,
    ...(isAead(ike.encryption) ? [` prf ${hash}`] : [` integrity ${hash}`]),
    ` group ${word(ike.dhGroups, words.dhGroups)}`,
    `crypto ikev2 policy ${name}`,
    ` match address local ${outside.farEndOwn}`,
    ` proposal ${name}`,
    `crypto ikev2 keyring ${name}`,
    ' peer amazon',
    `  address ${outside.amazon}`,
    `  pre-shared-key ${keyOf(path)}`,
    `crypto ikev2 profile ${name}`,
    ` match address local ${outside.farEndOwn}`,
    ` match identity remote address ${outside.amazon} 255.255.255.255`,
    ` identity local address ${outside.farEnd}`,
    ' authentication remote pre-share',
    ' authentication local pre-share',
    ` keyring local ${name}`,
    ` lifetime ${renewAfter(ike.lifetimeSeconds)}`,
    ` dpd ${Math.floor(path.dpdTimeoutSeconds / 3)} 3 periodic`,
    `crypto ipsec transform-set ${name} ${word(esp.encryption, words.espEncryption)}${isAead(esp.encryption) ? '' : ` esp-${word(esp.integrity, words.integrity)}-hmac`}`,
    ' mode tunnel',
    `crypto ipsec profile ${name}`,
    ` set transform-set ${name}`,
    ` set pfs group${word(esp.dhGroups, words.dhGroups)}`,
    ` set security-association lifetime seconds ${renewAfter(esp.lifetimeSeconds)}`,
    ` set ikev2-profile ${name}`,
    ...(path.startedBy === 'amazon' ? [' responder-only'] : []),
    `interface Tunnel${number}`,
    ` description ${name}`,
    ` ip address ${inside.farEnd} 255.255.255.252`,
    ` ip mtu ${mtu}`,
    ` ip tcp adjust-mss ${segmentBytes(path)}`,
    ' ip access-group HARBOURLINE-IN in',
    ' ip access-group HARBOURLINE-OUT out',
    ` tunnel source ${outside.farEndOwn}`,
    ' tunnel mode ipsec ipv4',
    ` tunnel destination ${outside.amazon}`,
    ` tunnel protection ipsec profile ${name}`,
  ];
}

const line = (path: Interface): string[] => [
  `interface ${carrierOf(path)}.${path.vlan}`,
  ` description ${path.name}`,
  ` encapsulation dot1Q ${path.vlan}`,
  ` ip address ${path.inside.farEnd} ${maskOf(path.inside.cidr)}`,
  ` ip mtu ${path.mtu}`,
  ` ip tcp adjust-mss ${segmentBytes(path)}`,
  ' ip access-group HARBOURLINE-IN in',
  ' ip access-group HARBOURLINE-OUT out',
  ' bfd interval 300 min_rx 300 multiplier 3',
];

function bgp(parameters: LinkParameters): string[] {
  const { paths, farEndAsn, bgp: timers } = parameters;
  return [
    `router bgp ${farEndAsn}`,
    ` bgp router-id ${paths[0]?.inside.farEnd}`,
    ' bgp log-neighbor-changes',
    ...paths.flatMap(({ name, kind, inside, amazonAsn }) => [
      ` neighbor ${inside.amazon} remote-as ${amazonAsn}`,
      ` neighbor ${inside.amazon} description ${name}`,
      ` neighbor ${inside.amazon} timers ${timers.keepaliveSeconds} ${timers.holdSeconds}`,
      ...(kind === 'interface' ? [` neighbor ${inside.amazon} fall-over bfd`] : []),
    ]),
    ' address-family ipv4',
    ...announced(parameters).map((prefix) => `  network ${addressOf(prefix)} mask ${maskOf(prefix)}`),
    ...paths.flatMap((path) => [
      `  neighbor ${path.inside.amazon} activate`,
      `  neighbor ${path.inside.amazon} soft-reconfiguration inbound`,
      `  neighbor ${path.inside.amazon} route-map ${path.name}-in in`,
      `  neighbor ${path.inside.amazon} route-map ${path.name}-out out`,
      `  neighbor ${path.inside.amazon} maximum-prefix ${mostPrefixes(path)}`,
    ]),
    ...paths.flatMap((path) => [
      ...announcedOver(path).map(
        (prefix, index) => `ip prefix-list ${path.name}-out seq ${5 * (index + 1)} permit ${prefix}`,
      ),
      ...path.receives.map((prefix, index) => `ip prefix-list ${path.name}-in seq ${5 * (index + 1)} permit ${prefix}`),
      `route-map ${path.name}-in permit 10`,
      ` match ip address prefix-list ${path.name}-in`,
      ` set local-preference ${localPreference(path, parameters)}`,
      ...(addedMed(path, parameters) > 0 ? [` set metric +${addedMed(path, parameters)}`] : []),
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
    ]),
  ];
}

/** Answers to probes leave by the path that they measure, whatever BGP prefers. */
const answers = ({ paths }: LinkParameters): string[] => {
  const probed = paths.flatMap((path, index) => (path.probeAddress ? [{ ...path, number: index + 1 }] : []));
  return [
    ...probed.flatMap(({ probeAddress, name, inside, number }) => [
      `interface Loopback${number}`,
      ` description probes of ${name}`,
      ` ip address ${probeAddress} 255.255.255.255`,
      `ip access-list extended ${name}-answers`,
      ` permit ip host ${probeAddress} any`,
      `route-map HARBOURLINE-ANSWERS permit ${10 * number}`,
      ` match ip address ${name}-answers`,
      ` set ip next-hop ${inside.amazon}`,
    ]),
    ...(probed.length > 0 ? ['ip local policy route-map HARBOURLINE-ANSWERS'] : []),
  ];
};

/** The allow-list, both ways; answers by their ports, because these lists keep no state. */
function filters(parameters: LinkParameters): string[] {
  const { allowedFlows, paths } = parameters;
  const end = (prefix: string) =>
    prefix.endsWith('/32') ? `host ${addressOf(prefix)}` : `${addressOf(prefix)} ${wildcardOf(prefix)}`;
  const all = allowedFlows.flatMap(({ from, to, port, side }) =>
    from.map((source) => ({
      request: `permit tcp ${end(source)} ${end(to)} eq ${port}`,
      answer: `permit tcp ${end(to)} eq ${port} ${end(source)} established`,
      side,
    })),
  );
  const list = (name: string, incoming: 'hong-kong' | 'mainland') => [
    `ip access-list extended ${name}`,
    ...paths.map(({ inside }) =>
      incoming === 'hong-kong'
        ? ` permit ip host ${inside.amazon} host ${inside.farEnd}`
        : ` permit ip host ${inside.farEnd} host ${inside.amazon}`,
    ),
    // What tunnels over a leased line are made of: IKE, and ESP in UDP or by itself.
    ...overLines(parameters).flatMap(({ outside: { amazon, farEndOwn } }) => {
      const ends = incoming === 'hong-kong' ? [amazon, farEndOwn] : [farEndOwn, amazon];
      const way = ends.map((each) => `host ${each}`).join(' ');
      return [` permit udp ${way} eq isakmp`, ` permit udp ${way} eq non500-isakmp`, ` permit esp ${way}`];
    }),
    ...all.map(({ request, answer, side }) => ` ${side === incoming ? request : answer}`),
    ' permit icmp any any packet-too-big',
    ' deny ip any any log',
  ];
  return [...list('HARBOURLINE-IN', 'hong-kong'), ...list('HARBOURLINE-OUT', 'mainland')];
}

/** Cisco IOS-XE 17. */
export const iosXe: Device = {
  file: 'cisco-ios-xe.cfg',
  title: 'Cisco IOS-XE 17',
  comment: '!',
  words,
  write(parameters) {
    const { paths } = parameters;
    return `${[
      ...heading(parameters, iosXe, carriers(parameters)).map((text) => `! ${text}`),
      ...filters(parameters),
      ...paths.flatMap((path, index) => (isTunnel(path) ? tunnel(path, index + 1) : line(path))),
      ...answers(parameters),
      ...bgp(parameters),
      'end',
    ].join('\n')}\n`;
  },
};
