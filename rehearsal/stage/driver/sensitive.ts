/**
 * Sensitive values, made up, of the kinds that every layer of redaction must find.
 *
 * Nobody's data: domains of RFC 2606, card ranges that issuers publish for tests, a region code that GB/T 2260 does
 * not assign, a mobile segment that no operator sells. Check digits are right, so that validation lets them pass.
 */
import { pick, type Random, text } from './random';

/** A made-up value. */
export interface Sensitive {
  readonly kind: string;
  /** As a form or a message writes it. */
  readonly raw: string;
  /** What must not be found in the store: the raw form, what stays of it encoded or normalised, and telling parts. */
  readonly planted: readonly string[];
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const tokenAlphabet = `${letters}${letters.toUpperCase()}0123456789`;

/** Generators by the name of what they make. */
export const generators = {
  email: (random) => {
    const local = `${text(random, 6, letters)}.${text(random, 6)}`;
    const domain = pick(random, ['example.com', 'mail.example.org', 'example.net']);
    return { raw: `${local}@${domain}`, planted: [`${local}%40${domain}`, local] };
  },
  'mainland-identity-number': (random) => {
    const month = `${1 + Math.floor(random() * 12)}`.padStart(2, '0');
    const day = `${1 + Math.floor(random() * 28)}`.padStart(2, '0');
    const body = `990000${1950 + Math.floor(random() * 55)}${month}${day}${text(random, 3)}`;
    return { raw: body + mainlandCheckCharacter(body), planted: [] };
  },
  hkid: (random) => {
    const body = text(random, 1, letters.toUpperCase()) + text(random, 6);
    const check = hkidCheckCharacter(body);
    return { raw: `${body}(${check})`, planted: [`${body}%28${check}%29`, body] };
  },
  'bank-card': (random) => {
    const range = pick(random, ['41111111', '55555555', '62123456', '35301113', '60111111']);
    return card(random, range + text(random, 7), [4, 4, 4, 4]);
  },
  'bank-card-amex': (random) => card(random, `378282${text(random, 8)}`, [4, 6, 5]),
  'mainland-mobile': (random) => {
    const parts = ['142', text(random, 4), text(random, 4)];
    const number = parts.join('');
    const forms = [number, parts.join(' '), parts.join('-')];
    return {
      raw: pick(random, [`+86 ${number}`, `+86${number}`, `+86 ${parts.join(' ')}`, ...forms]),
      planted: [...forms, parts.join('%20')],
    };
  },
  'hong-kong-phone': (random) => {
    const [first, second] = [`2${text(random, 3)}`, text(random, 4)];
    // Eight bare digits are no phone number to redaction, and occur in timestamps: not searched for.
    const forms = [`+852 ${first} ${second}`, `+852${first}${second}`];
    return { raw: pick(random, forms), planted: [...forms, `%2B852${first}${second}`, `852${first}${second}`] };
  },
  'bearer-token': (random) => {
    const token = text(random, 32, tokenAlphabet);
    return { raw: `Bearer ${token}`, planted: [token] };
  },
  'api-key': (random) => {
    const secret = text(random, 21, tokenAlphabet) + text(random, 3);
    return { raw: `sk_test_${secret}`, planted: [secret] };
  },
  jwt: (random) => {
    const subject = base64url({ sub: `rehearsal-${text(random, 8)}` });
    const signature = text(random, 24, tokenAlphabet);
    return { raw: `${base64url({ alg: 'none' })}.${subject}.${signature}`, planted: [subject, signature] };
  },
} as const satisfies Record<string, (random: Random) => Omit<Sensitive, 'kind'>>;

/** A kind that has a generator. */
export type Kind = keyof typeof generators;

/** Draws a value of a kind. */
export function sensitive(kind: Kind, random: Random): Sensitive {
  const { raw, planted } = generators[kind](random);
  return { kind, raw, planted: [...new Set([raw, ...planted])] };
}

/** Completes a card number with its check digit and writes it in one of the usual forms. */
function card(random: Random, body: string, groups: readonly number[]): Omit<Sensitive, 'kind'> {
  const digits = body + luhnDigit(body);
  let from = 0;
  const parts = groups.map((length) => {
    from += length;
    return digits.slice(from - length, from);
  });
  const forms = [digits, parts.join(' '), parts.join('-')];
  return { raw: pick(random, forms), planted: [...forms, parts.join('%20')] };
}

/** ISO/IEC 7812-1, annex B. */
function luhnDigit(body: string): number {
  const sum = [...body].reverse().reduce((total, character, index) => {
    const value = Number(character) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return (10 - (sum % 10)) % 10;
}

/** GB 11643-1999: weights are powers of two modulo 11. */
function mainlandCheckCharacter(body: string): string {
  const sum = [...body].reduce((total, digit, index) => total + Number(digit) * (2 ** (17 - index) % 11), 0);
  return '10X98765432'[sum % 11]!;
}

/** Letters count from A = 10, a missing first letter as 36; weights from 9 down to 2; modulo 11. */
function hkidCheckCharacter(body: string): string {
  const values = [...body.padStart(8)].map((c) => (c === ' ' ? 36 : Number.parseInt(c, 36)));
  const sum = values.reduce((total, value, index) => total + value * (9 - index), 0);
  return ((11 - (sum % 11)) % 11).toString(16).toUpperCase();
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
