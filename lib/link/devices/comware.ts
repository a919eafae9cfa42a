/** Huawei VRP and H3C Comware: one ancestor, and many of the same words. Where they part, each has its own. */
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
  lengthOf,
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

type Maker = 'huawei' | 'h3c';

/** Huawei: USG6000E command reference, ike proposal and ipsec proposal. H3C: Comware 7 security command reference, IKEv2 and IPsec. */
const words = {
  huawei: {
    encryption: { AES256: 'aes-256' },
    integrity: { 'SHA2-256': 'sha2-256', 'SHA2-384': 'sha2-384', 'SHA2-512': 'sha2-512' },
    dhGroups: { 14: 'group14', 20: 'group20', 21: 'group21' },
    espEncryption: { 'AES256-GCM-16': 'aes-256-gcm-128', AES256: 'aes-256' },
  },
  h3c: {
    encryption: { AES256: 'aes-cbc-256' },
    integrity: { 'SHA2-256': 'sha256', 'SHA2-384': 'sha384', 'SHA2-512': 'sha512' },
    dhGroups: { 14: 'group14', 20: 'group20' },
    espEncryption: { 'AES256-GCM-16': 'gcm-256', AES256: 'aes-cbc-256' },
  },
} as const satisfies Record<Maker, Device['words']>;

function huaweiTunnel(path: Tunnel, number: number): string[] {
  const { name, outside, inside, ike, esp, mtu } = path;
  const has = words.huawei;
  const hash = word(ike.integrity, has.integrity);
  return [
    `ike proposal ${number}`,
    ` encryption-algorithm ${word(ike.encryption, has.encryption)}`,
    ` dh ${word(ike.dhGroups, has.dhGroups)}`,
    ` integrity-algorithm hmac-${hash}`,
    ` prf hmac-${hash}`,
    ' authentication-method pre-share',
    ` sa duration ${renewAfter(ike.lifetimeSeconds)}`,
    `ike peer ${name}`,
    ' undo version 1',
    ` pre-shared-key cipher ${keyOf(path)}`,
    ` ike-proposal ${number}`,
    ' local-id-type ip',
    ` local-id ${outside.farEnd}`,
    ` remote-id ${outside.amazon}`,
    ` remote-address ${outside.amazon}`,
    ' dpd type periodic',
    ` dpd idle-time ${Math.floor(path.dpdTimeoutSeconds / 3)}`,
    `ipsec proposal ${name}`,
    ` esp encryption-algorithm ${word(esp.encryption, has.espEncryption)}`,
    ...(isAead(esp.encryption) ? [] : [` esp authentication-algorithm ${word(esp.integrity, has.integrity)}`]),
    `ipsec profile ${name}`,
    ` ike-peer ${name}`,
    ` proposal ${name}`,
    ` pfs dh-${word(esp.dhGroups, has.dhGroups)}`,
    ` sa duration time-based ${renewAfter(esp.lifetimeSeconds)}`,
    `interface Tunnel0/0/${number}`,
    ` description ${name}`,
    ` ip address ${inside.farEnd} 255.255.255.252`,
    ` mtu ${mtu}`,
    ` tcp adjust-mss ${segmentBytes(path)}`,
    ' tunnel-protocol ipsec',
    ` source ${outside.farEndOwn}`,
    ` destination ${outside.amazon}`,
    ` ipsec profile ${name}`,
    ' traffic-filter inbound acl 3998',
    ' traffic-filter outbound acl 3999',
  ];
}

function h3cTunnel(path: Tunnel, number: number): string[] {
  const { name, outside, inside, ike, esp, mtu } = path;
  const has = words.h3c;
  const hash = word(ike.integrity, has.integrity);
  return [
    `ikev2 proposal ${name}`,
    ` encryption ${word(ike.encryption, has.encryption)}`,
    ` integrity ${hash}`,
    ` prf ${hash}`,
    ` dh ${word(ike.dhGroups, has.dhGroups)}`,
    `ikev2 policy ${name}`,
    ` match local address ${outside.farEndOwn}`,
    ` proposal ${name}`,
    `ikev2 keychain ${name}`,
    ' peer amazon',
    `  address ${outside.amazon} 32`,
    `  identity address ${outside.amazon}`,
    `  pre-shared-key plaintext ${keyOf(path)}`,
    `ikev2 profile ${name}`,
    ' authentication-method local pre-share',
    ' authentication-method remote pre-share',
    ` keychain ${name}`,
    ` match remote identity address ${outside.amazon} 32`,
    ` identity local address ${outside.farEnd}`,
    ` sa duration ${renewAfter(ike.lifetimeSeconds)}`,
    ` dpd interval ${Math.floor(path.dpdTimeoutSeconds / 3)} periodic`,
    `ipsec transform-set ${name}`,
    ` esp encryption-algorithm ${word(esp.encryption, has.espEncryption)}`,
    ...(isAead(esp.encryption) ? [] : [` esp authentication-algorithm ${word(esp.integrity, has.integrity)}`]),
    ` pfs dh-${word(esp.dhGroups, has.dhGroups)}`,
    `ipsec profile ${name} isakmp`,
    ` transform-set ${name}`,
    ` ikev2-profile ${name}`,
    ` sa duration time-based ${renewAfter(esp.lifetimeSeconds)}`,
    `interface Tunnel${number} mode ipsec`,
    ` description ${name}`,
    ` ip address ${inside.farEnd} 255.255.255.252`,
    ` mtu ${mtu}`,
    ` tcp mss ${segmentBytes(path)}`,
    ` source ${outside.farEndOwn}`,
    ` destination ${outside.amazon}`,
    ` tunnel protection ipsec profile ${name}`,
    ' packet-filter 3998 inbound',
    ' packet-filter 3999 outbound',
  ];
}

const line = (path: Interface, maker: Maker): string[] => [
  `interface ${carrierOf(path)}.${path.vlan}`,
  ` description ${path.name}`,
  ` vlan-type dot1q ${path.vlan}`,
  ` ip address ${path.inside.farEnd} ${maskOf(path.inside.cidr)}`,
  ` mtu ${path.mtu}`,
  ...(maker === 'huawei'
    ? [` tcp adjust-mss ${segmentBytes(path)}`, ' traffic-filter inbound acl 3998', ' traffic-filter outbound acl 3999']
    : [` tcp mss ${segmentBytes(path)}`, ' packet-filter 3998 inbound', ' packet-filter 3999 outbound']),
];

/** The allow-list, both ways; `established` is `tcp-flag established` at one and a word at the other. */
function filters(parameters: LinkParameters, maker: Maker): string[] {
  const { allowedFlows, paths } = parameters;
  const established = maker === 'huawei' ? 'tcp-flag established' : 'established';
  const name = (number: number) => (maker === 'huawei' ? `acl number ${number}` : `acl advanced ${number}`);
  const end = (prefix: string) => `${addressOf(prefix)} ${prefix.endsWith('/32') ? '0' : wildcardOf(prefix)}`;
  const list = (number: number, incoming: 'hong-kong' | 'mainland') => {
    const rules = [
      ...paths.map(({ inside }) => {
        const [from, to] = incoming === 'hong-kong' ? [inside.amazon, inside.farEnd] : [inside.farEnd, inside.amazon];
        return `permit ip source ${from} 0 destination ${to} 0`;
      }),
      // What tunnels over a leased line are made of: IKE, and ESP (protocol 50) in UDP or by itself.
      ...overLines(parameters).flatMap(({ outside: { amazon, farEndOwn } }) => {
        const [from, to] = incoming === 'hong-kong' ? [amazon, farEndOwn] : [farEndOwn, amazon];
        return [
          ...[500, 4500].map((port) => `permit udp source ${from} 0 destination ${to} 0 destination-port eq ${port}`),
          `permit 50 source ${from} 0 destination ${to} 0`,
        ];
      }),
      ...allowedFlows.flatMap(({ from, to, port, side }) =>
        from.map((source) =>
          side === incoming
            ? `permit tcp source ${end(source)} destination ${end(to)} destination-port eq ${port}`
            : `permit tcp source ${end(to)} source-port eq ${port} destination ${end(source)} ${established}`,
        ),
      ),
      `permit icmp icmp-type ${maker === 'huawei' ? 'fragmentneed-DFset' : 'fragmentneed-dfset'}`,
      'deny ip logging',
    ];
    return [name(number), ...rules.map((rule, index) => ` rule ${5 * (index + 1)} ${rule}`)];
  };
  return [...list(3998, 'hong-kong'), ...list(3999, 'mainland')];
}

function bgp(parameters: LinkParameters, maker: Maker): string[] {
  const { paths, farEndAsn, bgp: timers } = parameters;
  const family = maker === 'huawei' ? ' ipv4-family unicast' : ' address-family ipv4 unicast';
  const list = (path: string) => (maker === 'huawei' ? `ip ip-prefix ${path}` : `ip prefix-list ${path}`);
  const match = maker === 'huawei' ? 'if-match ip-prefix' : 'if-match ip address prefix-list';
  return [
    ...paths.flatMap((path) => [
      ...announcedOver(path).map(
        (prefix, index) =>
          `${list(`${path.name}-out`)} index ${10 * (index + 1)} permit ${addressOf(prefix)} ${lengthOf(prefix)}`,
      ),
      ...path.receives.map(
        (prefix, index) =>
          `${list(`${path.name}-in`)} index ${10 * (index + 1)} permit ${addressOf(prefix)} ${lengthOf(prefix)}`,
      ),
      `route-policy ${path.name}-in permit node 10`,
      ` ${match} ${path.name}-in`,
      ` apply local-preference ${localPreference(path, parameters)}`,
      ...(addedMed(path, parameters) > 0 ? [` apply cost + ${addedMed(path, parameters)}`] : []),
      `route-policy ${path.name}-out permit node 10`,
      ` ${match} ${path.name}-out`,
      ` apply cost ${med(path)}`,
      ...(path.preference > 1
        ? [
            ` apply as-path ${Array(path.preference - 1)
              .fill(farEndAsn)
              .join(' ')}${maker === 'huawei' ? ' additive' : ''}`,
          ]
        : []),
    ]),
    `bgp ${farEndAsn}`,
    ` router-id ${paths[0]?.inside.farEnd}`,
    ...paths.flatMap(({ name, kind, inside, amazonAsn }) => [
      ` peer ${inside.amazon} as-number ${amazonAsn}`,
      ` peer ${inside.amazon} description ${name}`,
      ` peer ${inside.amazon} timer keepalive ${timers.keepaliveSeconds} hold ${timers.holdSeconds}`,
      ...(kind === 'interface' ? [` peer ${inside.amazon} ${maker === 'huawei' ? 'bfd enable' : 'bfd'}`] : []),
    ]),
    family,
    ...announced(parameters).map((prefix) => `  network ${addressOf(prefix)} ${maskOf(prefix)}`),
    ...paths.flatMap((path) => [
      `  peer ${path.inside.amazon} enable`,
      `  peer ${path.inside.amazon} route-policy ${path.name}-in import`,
      `  peer ${path.inside.amazon} route-policy ${path.name}-out export`,
      `  peer ${path.inside.amazon} route-limit ${mostPrefixes(path)}`,
    ]),
  ];
}

/** Answers to probes leave by the path that they measure, whatever BGP prefers. */
function answers({ paths }: LinkParameters, maker: Maker): string[] {
  const probed = paths.flatMap((path, index) => (path.probeAddress ? [{ ...path, number: index + 1 }] : []));
  const list = (number: number) => (maker === 'huawei' ? `acl number ${number}` : `acl advanced ${number}`);
  return [
    ...probed.flatMap(({ probeAddress, name, inside, number }) => [
      `interface LoopBack${number}`,
      ` description probes of ${name}`,
      ` ip address ${probeAddress} 255.255.255.255`,
      list(3900 + number),
      ` rule 5 permit ip source ${probeAddress} 0`,
      `policy-based-route HARBOURLINE-ANSWERS permit node ${10 * number}`,
      ` if-match acl ${3900 + number}`,
      ` apply ${maker === 'huawei' ? 'ip-address next-hop' : 'next-hop'} ${inside.amazon}`,
    ]),
    ...(probed.length > 0 ? ['ip local policy-based-route HARBOURLINE-ANSWERS'] : []),
  ];
}

const write =
  (device: Device, maker: Maker, tunnel: (path: Tunnel, number: number) => string[]) =>
  (parameters: LinkParameters): string =>
    `${[
      ...heading(parameters, device, carriers(parameters)).map((text) => `# ${text}`),
      ...filters(parameters, maker),
      ...parameters.paths.flatMap((path, index) => (isTunnel(path) ? tunnel(path, index + 1) : line(path, maker))),
      ...answers(parameters, maker),
      ...bgp(parameters, maker),
      'return',
    ].join('\n')}\n`;

/** Huawei VRP: USG6000E and AR routers. */
export const vrp: Device = {
  file: 'huawei-vrp.cfg',
  title: 'Huawei VRP (USG6000E, AR)',
  comment: '#',
  words: words.huawei,
  write: (parameters) => write(vrp, 'huawei', huaweiTunnel)(parameters),
};

/** H3C Comware 7: MSR and SR routers. */
export const comware: Device = {
  file: 'h3c-comware.cfg',
  title: 'H3C Comware 7 (MSR, SR)',
  comment: '#',
  words: words.h3c,
  write: (parameters) => write(comware, 'h3c', h3cTunnel)(parameters),
};
