/** IPv4 prefixes: what is one, what it holds, what two have in common. */
import { IPv4 } from 'ipaddr.js';
import type { Code } from './errors';

const rfc1918 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const privateRanges = [...rfc1918, '100.64.0.0/10'];

const parse = (prefix: string): [IPv4, number] => IPv4.parseCIDR(prefix);

/** Does the outer prefix hold all of the inner one? */
export const within = (inner: string, outer: string): boolean => {
  const [address, length] = parse(inner);
  const [outerAddress, outerLength] = parse(outer);
  return length >= outerLength && address.match(outerAddress, outerLength);
};

/** Do the two prefixes share an address? */
export const overlap = (one: string, other: string): boolean => within(one, other) || within(other, one);

/** Numbers as everybody reads them: `010` is 8 to some programs. */
const decimalOf = (text: string): string => text.replace(/(^|[./])0+(?=\d)/g, '$1');

const octal = (code: Code, decimal: string): CidrProblem => ({
  code,
  why: 'Programs differ on numbers that begin with 0: some read them as octal.',
  fix: `Write ${decimal}.`,
});

/** What is wrong with a prefix, and what to write instead. */
export interface CidrProblem {
  readonly code: Code;
  readonly why: string;
  readonly fix: string;
}

/**
 * Judges an IPv4 prefix.
 *
 * @param text as written: `10.10.0.0/16`
 * @param widest smallest permitted prefix length
 * @param narrowest greatest permitted prefix length
 * @param onlyPrivate whether it must lie in RFC 1918 or RFC 6598 space
 * @param linkLocal whether it must lie in 169.254.0.0/16, as the inside of a tunnel does, or may be private instead
 * @returns nothing where it is fine
 */
export function cidrProblem(
  text: string,
  {
    widest,
    narrowest,
    onlyPrivate,
    linkLocal = false,
  }: { widest: number; narrowest: number; onlyPrivate: boolean; linkLocal?: boolean | 'or-private' },
): CidrProblem | undefined {
  const decimal = decimalOf(text);
  if (decimal !== text && /^[\d.]+\/\d+$/.test(text) && IPv4.isValidCIDR(decimal)) {
    return octal('HL-CIDR-001', decimal);
  }
  if (!/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(text) || !IPv4.isValidCIDR(text)) {
    return {
      code: 'HL-CIDR-002',
      why: 'This is not an IPv4 prefix.',
      fix: 'Write four numbers from 0 to 255 and a length from 0 to 32, such as 10.10.0.0/16, or 10.20.8.10/32 for one address.',
    };
  }
  const [, length] = parse(text);
  if (length === 0) {
    return {
      code: 'HL-CIDR-003',
      why: 'This prefix holds every address there is.',
      fix: 'Name the prefixes that are really used.',
    };
  }
  const network = `${IPv4.networkAddressFromCIDR(text)}/${length}`;
  if (network !== text) {
    return {
      code: 'HL-CIDR-004',
      why: `The address has bits beyond its /${length}.`,
      fix: `Write ${network}, or a longer length.`,
    };
  }
  if (length < widest || length > narrowest) {
    return {
      code: 'HL-CIDR-005',
      why: `A /${length} is ${length < widest ? 'wider' : 'narrower'} than permitted here.`,
      fix: `Use a length from /${widest} to /${narrowest}.`,
    };
  }
  if (onlyPrivate && !privateRanges.some((range) => within(text, range))) {
    return {
      code: 'HL-CIDR-006',
      why: 'These addresses are public: they belong to somebody on the internet.',
      fix: `Use a prefix within ${privateRanges.join(', ')}.`,
    };
  }
  if (linkLocal) {
    const fits =
      within(text, '169.254.0.0/16') || (linkLocal === 'or-private' && rfc1918.some((range) => within(text, range)));
    return fits
      ? undefined
      : {
          code: 'HL-CIDR-007',
          why: `AWS takes addresses of 169.254.0.0/16 only for the inside of a session${linkLocal === 'or-private' ? ', or private ones' : ''}.`,
          fix: `Write one such as 169.254.10.0/30${linkLocal === 'or-private' ? ', or one of RFC 1918' : ''}.`,
        };
  }
  if (!['unicast', 'private', 'carrierGradeNat'].includes(parse(text)[0].range())) {
    return {
      code: 'HL-CIDR-008',
      why: `These addresses are reserved (${parse(text)[0].range()}).`,
      fix: 'Use addresses that hosts can have.',
    };
  }
  return undefined;
}

/** What is wrong with an IPv4 address as written; nothing where it is one. */
export function addressProblem(text: string): CidrProblem | undefined {
  if (IPv4.isValidFourPartDecimal(text)) return undefined;
  const decimal = decimalOf(text);
  return decimal !== text && IPv4.isValidFourPartDecimal(decimal)
    ? octal('HL-CIDR-009', decimal)
    : {
        code: 'HL-LINK-001',
        why: 'This is not an IPv4 address.',
        fix: 'Write four numbers from 0 to 255, such as 10.20.8.10.',
      };
}

/** The first and the last address of a prefix. */
export const edges = (prefix: string): { first: string; last: string } => ({
  first: prefix.split('/')[0] as string,
  last: IPv4.broadcastAddressFromCIDR(prefix).toString(),
});

/** What kind of address it is, as IANA's registry of special addresses says: `private`, `loopback`, `unicast`, …. */
export const rangeOf = (address: string): string => IPv4.parse(address).range();

const asNumber = (address: string): number => IPv4.parse(address).octets.reduce((sum, octet) => sum * 256 + octet, 0);

const asAddress = (value: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join('.');

/** The two ends of a session: AWS has the first address that a host can have, the far end the second (RFC 3021 for a /31). */
export function sessionEnds(prefix: string): { amazon: string; farEnd: string; length: number } {
  const length = Number(prefix.split('/')[1]);
  const first = length === 31 ? 0 : 1;
  return { amazon: addressIn(prefix, first), farEnd: addressIn(prefix, first + 1), length };
}

/** Bits of an environment's large subnets, those of collectors and of the store: /24, and in a block of /22 or less, halves of that. */
export const largeSubnet = (block: string): 24 | 25 => (parse(block)[1] > 21 ? 25 : 24);

/** The address that is `offset` beyond the first of a prefix: `addressIn('169.254.10.0/30', 1)` → `169.254.10.1`. */
export const addressIn = (prefix: string, offset: number): string =>
  asAddress(asNumber(prefix.split('/')[0] as string) + offset);
