/**
 * What the span writer recognises, by other means than the collectors: those know kinds by prefixes, labels and shapes of
 * one list. Here digits are put together from their groups and checked, and words are judged by how random they are. So a
 * kind that is missing on the list can still be found here.
 */

/** A part of a text, and what it is. */
export interface Found {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

/** ISO/IEC 7812-1. */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const value = Number(digits[digits.length - 1 - i]) * (i % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** GB 11643-1999: weights are powers of two modulo 11, and the date of birth exists. */
const residentNumber = (number: string): boolean =>
  /^[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/.test(number) &&
  [...number.slice(0, 17)].reduce((sum, digit, index) => sum + Number(digit) * (2 ** (17 - index) % 11), 0) % 11 ===
    '10X98765432'.indexOf(number[17] as string);

/**
 * Hong Kong identity card: letters count from A = 10, a missing first one as 36, with weights from 9 down to 1 (the check
 * character, A = 10); the sum is divisible by 11.
 */
function isHkid(body: string, check: string): boolean {
  const values = [...body.toUpperCase().padStart(8), check.toUpperCase()];
  return values.reduce((sum, c, index) => sum + (c === ' ' ? 36 : Number.parseInt(c, 36)) * (9 - index), 0) % 11 === 0;
}

/** Lengths of card numbers by their first digits. */
const card = /^(?:4\d{15}|5[0-8]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}|35\d{14}|6\d{15}|(?:62|81)\d{15,17})$/;

/** What a number is, by its digits alone. */
export function kindOfNumber(digits: string): string | undefined {
  if (card.test(digits) && luhn(digits)) return 'bank-card';
  if (residentNumber(digits)) return 'mainland-identity-number';
  if (/^(?:(?:00)?86)?1[3-9]\d{9}$/.test(digits)) return 'mainland-mobile';
  if (/^(?:00)?85[23][2-9]\d{7}$/.test(digits)) return 'hong-kong-phone';
  return undefined;
}

/** What a number counts or names that is no telephone: the word before it, or a unit or capital letter behind it. */
const counted =
  /(?:(?:^|[^A-Za-z])(?:inv|ord|order|invoice|sku|prd|part|item|batch|lot|serial|sn|po|cs|build|tag|amount|total|offset|heap|free|used|disk|memory|size|bytes|count|sum|balance|price|fee|duration|elapsed|latency|uptime|lag|thread|seq|sequence|limit|max|min|nanos|micros|ref|task|job|model|waybill|tracking(?: no)?|height|nonce|generation|watermark|lsn|cursor|checkpoint|index|term|position|read|written|rss|weight|score|delay|expires|ttl|interval|gap|depth|usage)(?:[ _](?:id|no|number))?[ ._#:=-]{0,3}|(?:金额|金額|余额|餘額|总额|總額|数量|數量|单号|單號|流水号|流水號|耗时|耗時|偏移量|交易号|交易號|编号|編號|批次|版本|条码|條碼|库存|庫存)[号號]?[ :：]?)$/i;
/** Capitals that a number is glued to are a code, but for those of telephones and people. */
const glued =
  /(?<![A-Za-z])(?!(?:TEL|MOB|CELL|SMS|CALL|FAX|GSM|PH|UID|ID|USER|CUST|VIP|WX|CN|TO|NO|M|T|P)$)[A-Z]{1,4}$/;
const unit =
  /^(?:[A-Z](?![A-Za-z0-9])| ?(?:(?:[KMGT]?i?B|ns|us|µs|ms|bytes|rows|records|messages|requests|hits|events|samples|packets|iterations|ops)\b|[元分次条](?!\p{Script=Han})|[毫微纳]秒|字节))/u;

const longest = 19;
/** Mobile numbers: fewer digits are nothing of all that. */
const shortest = 11;

/** An IPv4 address: 192.168.100.20 has the digits of a mobile number. */
const ipv4 = /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\d|\.\d)/y;

/** Numbers in a text, however their digits are grouped. */
export function* numbers(text: string): Generator<Found> {
  for (const chain of text.matchAll(/\d+(?:[ \-_.·()\t\r\n+]{1,3}\d+)*/g)) {
    const groups = [...chain[0].matchAll(/\d+/g)].map((group) => ({ at: chain.index + group.index, digits: group[0] }));
    for (let first = 0; first < groups.length; ) {
      ipv4.lastIndex = (groups[first] as { at: number }).at;
      if (ipv4.test(text)) {
        first += 4;
        continue;
      }
      const found = numberAt(text, groups, first);
      if (found) yield found.found;
      first += found?.groups ?? 1;
    }
  }
}

function numberAt(text: string, groups: readonly { at: number; digits: string }[], first: number) {
  let digits = '';
  let found: { found: Found; groups: number } | undefined;
  for (let last = first; last < groups.length && last < first + 7; last++) {
    const { at, digits: part } = groups[last] as { at: number; digits: string };
    digits += part;
    if (digits.length > longest) break;
    if (digits.length < shortest) continue;
    const [start, end] = [(groups[first] as { at: number }).at, at + part.length];
    // One point is a decimal one; hexadecimal ids are ids.
    const decimal =
      last === first &&
      (/\d\.$/.test(text.slice(Math.max(0, start - 2), start)) || /^\.\d/.test(text.slice(end, end + 2)));
    if (decimal || /\w{8,}/.test(text.slice(Math.max(0, start - 8), start)) || isHexadecimal(text, start, end))
      continue;
    const check = digits.length === 17 ? /^[xX](?![0-9A-Za-z])/.exec(text.slice(end, end + 2)) : null;
    const kind =
      kindOfNumber(digits) ?? (check && residentNumber(`${digits}X`) ? 'mainland-identity-number' : undefined);
    const loose = last > first && kind !== 'bank-card' && kind !== 'mainland-identity-number' && last - first > 3;
    const count =
      kind === 'mainland-mobile' &&
      last === first &&
      ([counted, glued].some((pattern) => pattern.test(text.slice(Math.max(0, start - 16), start))) ||
        unit.test(text.slice(end, end + 14)));
    if (kind && !loose && !count)
      found = {
        found: { from: /[+]/.test(text[start - 1] ?? '') ? start - 1 : start, to: end + (check ? 1 : 0), kind },
        groups: last - first + 1,
      };
  }
  return found;
}

const isHexadecimal = (text: string, from: number, to: number): boolean => {
  const before = /[\da-f-]*$/i.exec(text.slice(Math.max(0, from - 40), from)) as RegExpExecArray;
  const after = /^[\da-f-]*/i.exec(text.slice(to, to + 40)) as RegExpExecArray;
  const word = `${before[0]}${text.slice(from, to)}${after[0]}`.replaceAll(/^-+|-+$/g, '');
  return word.length >= 16 && (word.match(/[a-f]/gi)?.length ?? 0) > 1 && /^[\da-f]{8}-?[\da-f]/i.test(word);
};

/** Hong Kong identity cards with the check character apart, or one letter and seven digits. */
export function* identityCards(text: string): Generator<Found> {
  const spellings =
    /(?<![A-Za-z0-9])([A-Za-z]{1,2})[ -]?(\d{3} ?\d{3})(?: ?[([{]([\dAa])[)\]}]|-([\dAa])(?![0-9A-Za-z]))|(?<![A-Za-z0-9])([A-Z])(\d{6})([\dA])(?![0-9A-Za-z]|\.\d)/g;
  for (const each of text.matchAll(spellings)) {
    const [whole, letters, number, bracketed, hyphened, letter, six, last] = each;
    const body = `${letters ?? letter}${(number ?? six ?? '').replace(' ', '')}`;
    if (isHkid(body, bracketed ?? hyphened ?? last ?? ''))
      yield { from: each.index, to: each.index + whole.length, kind: 'hkid' };
  }
}

/** Addresses, local parts in any script. A run of characters is tried where it begins, so that time is linear. */
export function* addresses(text: string): Generator<Found> {
  if (!text.includes('@')) return;
  const address =
    /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}_%+][\p{L}\p{N}._%+'-]{0,190}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}|"[^"\n]{1,64}"@(?:[\w-]{1,63}\.){1,8}[a-z]{2,}/giu;
  for (const each of text.matchAll(address)) {
    // Versions: 1.2.3.RELEASE. Clones: git@host.
    if (!/@.*(?:^|[.@])\d{1,2}\./.test(each[0]) && !each[0].startsWith('git@'))
      yield { from: each.index, to: each.index + each[0].length, kind: 'email' };
  }
}

/** Digests in base64, whole: 16, 20, 32, 48 and 64 bytes. They are random, and nobody's secret. */
const digest = /^(?:[\w+/-]{22}==|[\w+/-]{27}=|[\w+/-]{43}=|[\w+/-]{64}|[\w+/-]{86}==)$/;

/** Words that are too random for a name: tokens and keys of whatever provider. */
export function* randomWords(text: string): Generator<Found> {
  for (const each of text.matchAll(/[A-Za-z0-9_+/.~-]{20,}=*/g)) {
    const word = each[0];
    for (const part of word.matchAll(/[A-Za-z0-9_+~-]{20,}=*|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g)) {
      if (isRandom(part[0]))
        yield { from: each.index + part.index, to: each.index + part.index + part[0].length, kind: 'token' };
    }
  }
  for (const each of text.matchAll(/\bbearer[ \t]+([\w.~+/-]{8,}=*)/gi)) {
    if (/\d|[a-z][A-Z]/.test(each[1] as string))
      yield { from: each.index, to: each.index + each[0].length, kind: 'bearer-token' };
  }
}

/** Bits a character of a word over 20 characters, from which on letters, digits and cases are mixed as no name is. */
const randomBits = 3.5;

function isRandom(whole: string): boolean {
  if (whole.startsWith('eyJ') && whole.includes('.')) return true;
  // Many tokens begin with the name of their kind.
  const word = /[A-Za-z0-9+/~]{16,}=*$/.exec(whole)?.[0] ?? whole;
  const digits = word.match(/\d/g)?.length ?? 0;
  if (digits < 1 || !/[a-z]/.test(word) || !/[A-Z]/.test(word) || digest.test(word)) return false;
  // Changes between letters and digits, or cases: in names they stand at the beginnings of words.
  const changes = word.match(/\d(?=[A-Za-z])|[A-Z](?=[\da-z])|[a-z](?=[\dA-Z])/g)?.length ?? 0;
  const counts = new Map<string, number>();
  for (const c of word) counts.set(c, (counts.get(c) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / word.length) * Math.log2(count / word.length);
  return bits >= randomBits && changes >= word.length / (digits > 1 ? 4 : 3);
}
