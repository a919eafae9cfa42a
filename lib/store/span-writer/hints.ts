/**
 * What a string may hold that has to be masked, from one pass over its characters: almost all strings hold nothing, and
 * regular expressions are asked only about the rest.
 */

/** Bits of what {@link hints} answers. */
export const Hint = {
  /** What may be written otherwise: not ASCII, percent and a number, escapes of JSON and HTML. */
  encoded: 1,
  at: 2,
  /** `://`. */
  url: 4,
  /** One or two letters and six digits: no identity card of Hong Kong has fewer. */
  card: 8,
  /** Eleven digits, as they are grouped: no other number of a person or card has fewer. */
  number: 16,
  /** Twenty characters of a token, `earer`, or how a JWT begins. */
  word: 32,
  all: 63,
} as const;

const [other, digit, letter, sign, mark] = [0, 1, 2, 3, 4];
/** By ASCII code: digits, letters, signs that tokens have too, and characters that something begins or ends with. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/\d/.test(character)) return digit;
  if (/[A-Za-z]/.test(character)) return letter;
  if (/[_+~-]/.test(character)) return sign;
  return /[@%&\\:]/.test(character) ? mark : other;
});

/** What stands between groups of digits. */
const joins = Uint8Array.from({ length: 128 }, (_, code) =>
  /[ \-_.()\t\r\n+]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Whether one or two letters, and no more, stand before digits; a space or hyphen may be between. */
function afterLetters(text: string, digits: number): boolean {
  let at = digits - 1;
  if (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 45) at--;
  let letters = 0;
  while (kinds[text.charCodeAt(at)] === letter) {
    if (++letters > 2) return false;
    at--;
  }
  return letters > 0 && kinds[text.charCodeAt(at)] !== digit;
}

/** What a text may hold; 0 for nothing. Of a text that is not ASCII nothing is known: all. */
export function hints(text: string): number {
  let seen = 0;
  let word = 0;
  let digits = 0;
  let gap = 0;
  /** Digits in a row, one space between two of them at most, and whether letters stand before them. */
  let row = 0;
  let isCard = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) return Hint.all;
    const kind = kinds[code];
    if (kind === letter) {
      digits = 0;
      row = 0;
      word++;
      // "earer", and the J of "eyJ".
      if ((code === 114 || code === 82) && word >= 5 && /earer$/i.test(text.slice(at - 4, at + 1))) seen |= Hint.word;
      else if (code === 74 && text.charCodeAt(at - 1) === 121 && text.charCodeAt(at - 2) === 101) seen |= Hint.word;
    } else if (kind === digit) {
      word++;
      digits++;
      if (digits >= 11) seen |= Hint.number;
      if (row === 0) isCard = afterLetters(text, at);
      row++;
      if (row >= 6 && isCard) seen |= Hint.card;
      gap = 0;
    } else {
      if (++gap > 3 || joins[code] === 0) digits = 0;
      if (code !== 32 || gap > 1) row = 0;
      if (kind === sign) word++;
      else {
        word = 0;
        if (kind === mark) seen |= beginning(text, code, at);
      }
    }
    if (word >= 20) seen |= Hint.word;
  }
  return seen;
}

function beginning(text: string, code: number, at: number): number {
  switch (code) {
    case 64: // @
      return Hint.at;
    case 58: // :
      return text.charCodeAt(at + 1) === 47 && text.charCodeAt(at + 2) === 47 ? Hint.url : 0;
    case 38: // &
      return text.charCodeAt(at + 1) === 35 ? Hint.encoded : 0;
    case 92: // \
      return /[ux]/i.test(text.charAt(at + 1)) ? Hint.encoded : 0;
    default: // %
      return /^[\dA-F]{2}$/i.test(text.slice(at + 1, at + 3)) ? Hint.encoded : 0;
  }
}
