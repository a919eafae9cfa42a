/** What files for devices of any maker are written from: one model of a session, whose words each device translates. */
import { IPv4 } from 'ipaddr.js';
import type { Interface, LinkParameters, Path, Tunnel } from '../../contract/link-parameters';

/** A device's words for AWS's: what is not among them it does not have. */
interface Words {
  readonly encryption: Readonly<Record<string, string>>;
  /** Of IKE, and of ESP where it is not of a kind that authenticates by itself. */
  readonly integrity: Readonly<Record<string, string>>;
  readonly dhGroups: Readonly<Record<number, string>>;
  /** Of ESP. @default those of IKE */
  readonly espEncryption?: Readonly<Record<string, string>>;
}

/** A far end's device. */
export interface Device {
  /** Name of its file, with an ending. */
  readonly file: string;
  /** Maker and system, for people. */
  readonly title: string;
  readonly words: Words;
  /** Marks a comment to the end of its line. @default the file has no comments */
  readonly comment?: string;
  write(parameters: LinkParameters): string;
}

/** What of a tunnel a device does not have, in AWS's words. */
export function lacks({ words }: Device, { ike, esp }: Tunnel): string[] {
  const without = (
    list: readonly (string | number)[],
    known: Readonly<Record<string | number, string>>,
    what: string,
  ) => (list.some((value) => value in known) ? [] : list.map((value) => `${what} ${value}`));
  return [
    ...without(ike.encryption, words.encryption, 'IKE'),
    ...without(ike.integrity, words.integrity, 'IKE'),
    ...without(ike.dhGroups, words.dhGroups, 'DH'),
    ...without(esp.encryption, words.espEncryption ?? words.encryption, 'ESP'),
    ...without(esp.dhGroups, words.dhGroups, 'DH'),
  ];
}

/** The first that the device has. @throws Error where it has none: {@link lacks} is asked before */
export function word(list: readonly (string | number)[], known: Readonly<Record<string | number, string>>): string {
  const found = list.map((value) => known[value]).find((value) => value !== undefined);
  if (found === undefined) throw new Error(`The device has none of ${list.join(', ')}.`);
  return found;
}

/** A cipher that authenticates by itself: ESP then needs no integrity algorithm. */
export const isAead = (list: readonly string[]): boolean => list.every((cipher) => cipher.includes('GCM'));

/** The preference of the first tunnel of a path's own VPN connection; of a leased line its own. */
const preferenceOfAll = (path: Tunnel | Interface, paths: readonly (Tunnel | Interface)[]): number =>
  path.kind === 'interface'
    ? path.preference
    : Math.min(
        ...paths.flatMap((each) =>
          each.kind === 'tunnel' && each.vpnConnectionId === path.vpnConnectionId ? [each.preference] : [],
        ),
      );

/**
 * Values of local preference, MED and prepending by preference: any router knows at least one of them. Tunnels of one VPN connection have
 * one local preference, so that AWS's MED decides between them: before AWS updates an endpoint it lowers that of the other tunnel
 * (Site-to-Site VPN user guide, tunnel endpoint updates).
 */
export const localPreference = (path: Tunnel | Interface, { paths }: Pick<LinkParameters, 'paths'>): number =>
  300 - 50 * preferenceOfAll(path, paths);

/** What is added to AWS's MED, so that of two tunnels that AWS holds equal the first is taken. */
export const addedMed = (path: Tunnel | Interface, { paths }: Pick<LinkParameters, 'paths'>): number =>
  path.preference - preferenceOfAll(path, paths);
export const med = ({ preference }: Path): number => 100 * preference;

/** What the far end announces over a path. */
export const announcedOver = ({ announces, probeAddress }: Path): string[] => [
  ...announces,
  ...(probeAddress ? [`${probeAddress}/32`] : []),
];

/** What it announces over any. */
export const announced = ({ paths }: LinkParameters): string[] => [...new Set(paths.flatMap(announcedOver))];

/** Prefixes that it takes from AWS before it ends the session: what is agreed, and room for a change on the way. */
export const mostPrefixes = ({ receives }: Path): number => receives.length + 10;

/** Bytes of a segment that fit through a path: its MTU less the headers of IPv4 and TCP. */
export const segmentBytes = ({ mtu }: Path): number => mtu - 40;

/** Seconds of a lifetime after which the far end renews: before AWS does, so that the two do not do it at once. */
export const renewAfter = (lifetimeSeconds: number): number => Math.floor(lifetimeSeconds * 0.9);

export const addressOf = (prefix: string): string => prefix.split('/')[0] as string;
export const lengthOf = (prefix: string): number => Number(prefix.split('/')[1]);
export const maskOf = (prefix: string): string => IPv4.subnetMaskFromPrefixLength(lengthOf(prefix)).toString();
export const wildcardOf = (prefix: string): string =>
  maskOf(prefix)
    .split('.')
    .map((octet) => 255 - Number(octet))
    .join('.');

/** What stands for the interface that faces the carrier: `CARRIER`, and `CARRIER-2` of a second line. */
export const carrierOf = ({ name }: Interface): string => `CARRIER${name.replace(/^dx/, '')}`;

/** Says what {@link carrierOf} stands for; nothing where there is no line. */
export const carriers = ({ paths }: LinkParameters): string[] => {
  const lines = paths.filter((path) => path.kind === 'interface');
  if (lines.length === 0) return [];
  return [
    `${lines.map((path) => `${carrierOf(path)} (${path.connectionId})`).join(' and ')} ${lines.length > 1 ? 'are the interfaces that face the carrier: at two routers, each takes its own' : 'is the interface that faces the carrier'}.`,
  ];
};

/** Tunnels that travel over a leased line: a filter on it lets them pass. */
export const overLines = ({ paths }: LinkParameters): Tunnel[] =>
  paths
    .filter(isTunnel)
    .filter(({ outside }) =>
      paths.some((path) => path.kind === 'interface' && path.announces.includes(`${outside.farEnd}/32`)),
    );

/** Where a tunnel's key is to be written: never the key. */
export const keyOf = ({ name }: Tunnel): string => `KEY-OF-${name}`;

/** First lines of a file: what it is, which keys belong where, what is not in it. */
export function heading(
  { environment, paths }: LinkParameters,
  { title }: Device,
  further: readonly string[] = [],
): string[] {
  const tunnels = paths.filter((path) => path.kind === 'tunnel');
  return [
    `Harbourline, far end of ${environment}, for ${title}. Written from the deployed link: change the link, not this file.`,
    ...tunnels.map(
      (tunnel) =>
        `${keyOf(tunnel)}: aws secretsmanager get-secret-value --secret-id ${tunnel.keySecretArn} --query SecretString --output text`,
    ),
    ...further,
  ];
}

export const isTunnel = (path: Tunnel | Interface): path is Tunnel => path.kind === 'tunnel';
