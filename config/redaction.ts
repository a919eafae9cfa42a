/**
 * What must never reach the store: one list, used by the collectors (RE2) and by the span writer (ECMAScript).
 * Patterns stay inside the common subset of both: no look-around, no back-references.
 */

/** A kind of sensitive value and the pattern that finds it. */
export interface SensitiveValue {
  readonly kind: string;
  /** Source of the pattern, valid in RE2 and in ECMAScript. */
  readonly pattern: string;
  /** Where the shape comes from. */
  readonly source: string;
}

/** Where a value may begin: also after `_` and an encoded space, between which and a digit there is no word boundary. */
const start = '(?:\\b|_|%20)';

/** Values masked wherever they stand in a string. */
export const sensitiveValues: readonly SensitiveValue[] = [
  {
    kind: 'email',
    pattern: '[A-Za-z0-9._%+-]+(?:@|%40)[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}',
    source: 'RFC 5321 in its everyday form, also URL-encoded',
  },
  {
    kind: 'mainland-identity-number',
    pattern: `${start}[1-9]\\d{5}(?:18|19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])\\d{3}[\\dXx]\\b`,
    source: 'GB 11643-1999: region, birth date, order, check character',
  },
  {
    kind: 'hkid',
    pattern: `${start}[A-Za-z]{1,2}\\d{6}(?:\\(|%28)[\\dAa](?:\\)|%29)`,
    source: 'Hong Kong identity card: letters, six digits, check character in brackets',
  },
  {
    kind: 'bank-card',
    pattern: `${start}(?:4\\d{3}|5[1-5]\\d{2}|2[2-7]\\d{2}|62\\d{2}|35\\d{2}|6011)(?:[ -]|%20)?\\d{4}(?:[ -]|%20)?\\d{4}(?:[ -]|%20)?\\d{1,7}\\b`,
    source: 'issuer ranges of Visa, Mastercard, UnionPay, JCB, Discover; 13 to 19 digits, also in groups',
  },
  {
    kind: 'bank-card-amex',
    pattern: `${start}3[47]\\d{2}(?:[ -]|%20)?\\d{6}(?:[ -]|%20)?\\d{5}\\b`,
    source: 'American Express: 15 digits in groups of 4, 6 and 5',
  },
  {
    kind: 'mainland-mobile',
    pattern: `(?:(?:\\+|%2B|${start}00)86(?:[ -]|%20)?|${start})1[3-9]\\d(?:[ -]|%20)?\\d{4}(?:[ -]|%20)?\\d{4}\\b`,
    source: 'MIIT numbering plan: eleven digits from 13 to 19, with or without +86, also in groups of 3, 4 and 4',
  },
  {
    kind: 'hong-kong-phone',
    pattern: `(?:\\+|%2B|${start}00)852(?:[ -]|%20)?[2-9]\\d{3}(?:[ -]|%20)?\\d{4}\\b`,
    source: 'OFCA numbering plan with +852: eight bare digits are left alone, they may be an order number',
  },
  {
    kind: 'bearer-token',
    pattern: `${start}[Bb]earer +[A-Za-z0-9._~+/-]{8,}=*`,
    source: 'RFC 6750',
  },
  {
    kind: 'jwt',
    pattern: `${start}eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*`,
    source: 'RFC 7519, compact form',
  },
  {
    kind: 'api-key',
    pattern: `${start}(?:A[KS]IA[A-Z0-9]{16}|sk_(?:live|test)_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{36,})\\b`,
    source: 'access keys of AWS, secret keys of Stripe, tokens of GitHub, as these document them',
  },
];

/**
 * Attribute keys whose value is masked whatever it is: the word stands alone or between `.`, `_` and `-`; bodies of messages
 * and requests; parameters of statements.
 */
export const sensitiveKeys =
  '(?:^|[._-])(?:password|passwd|secret|token|api[_-]?key|authorization|cookie|set-cookie|hkid|id[_-]?card|passport|card[_-]?number|pan|cvv)(?:[._-]|$)|\\.(?:body|payload)$|^db\\.(?:query|operation|statement)\\.parameters?(?:\\.|$)';

/** What stands in the place of a masked value. */
export const mask = '****';
