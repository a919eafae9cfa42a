/**
 * The last redaction net, in another program and another language than the collectors' processor: a mistake in one is not a
 * mistake in the other. Every string that a user could have supplied passes, before a document, a trace group or an edge is
 * made of it.
 */
import { mask, sensitiveKeys, sensitiveValues } from '../../../config/redaction';
import { type AnyValue, type ExportTraceServiceRequest, isSet, type KeyValue, signed } from './otlp';

/**
 * The shared patterns stay in what RE2 and ECMAScript have in common. Here three things are added to them: an underscore
 * is a boundary at the end too, groups of digits may be separated by dots, and a pattern that starts with a repeated
 * class starts only where a run of that class does: without it, `[…]+@` takes quadratic time on a long run (RE2 does
 * not).
 */
function local(pattern: string): RegExp {
  const source = pattern
    .replaceAll('\\b', '(?:(?<![A-Za-z0-9])|(?![A-Za-z0-9]))')
    .replaceAll('(?:[ -]|%20)?', '(?:[ .-]|%20)?')
    .replace(/^(\[[^\]]+\])\+/, '(?<!$1)$1+');
  return new RegExp(source, 'g');
}

const values = [
  ...sensitiveValues.map(({ kind, pattern }) => ({ kind, pattern: local(pattern) })),
  // As people write it, in groups of 3, 4 and 4.
  {
    kind: 'mainland-mobile',
    pattern: /(?:\+86|(?<![A-Za-z0-9]))1[3-9]\d[ .-]\d{4}[ .-]\d{4}(?![A-Za-z0-9])/g,
  },
];
const cards = sensitiveValues.filter(({ kind }) => kind.startsWith('bank-card')).map(({ pattern }) => local(pattern));
const keyPattern = new RegExp(sensitiveKeys, 'i');
const hkidWithoutBrackets = /(?<![A-Za-z0-9])([A-Z]{1,2}\d{6})([\dA])(?![A-Za-z0-9])/g;

/** What follows `://`, as far as a URL goes in prose, JSON or markup. */
const url = /:\/\/([^\s"'<>]*)/g;

/**
 * Strings without any of this hold nothing that a pattern finds: non-ASCII (full-width digits), at signs, URL-encoding,
 * URLs, tokens, six digits in a row, two groups of four.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: "not ASCII" is meant
const suspicious = /[^\x00-\x7f]|@|%[\dA-Fa-f]{2}|:\/\/|earer|eyJ|\d{6}|\d{4}[ .-]\d{4}|A[KS]IA|sk_|gh[pousr]_/;

/** Attributes whose value is a query or fragment, whole; and the one that is a path with a query. */
const dropped = new Set(['url.query', 'url.fragment']);
const pathWithQuery = 'http.target';

/**
 * Hong Kong identity card: letters count from A = 10, a missing first one as 36, with weights from 9 down to 1 (the
 * check character, A = 10); the sum is divisible by 11.
 */
function isHkid(body: string, check: string): boolean {
  const digits = [...body.padStart(8), check].map((c) => (c === ' ' ? 36 : Number.parseInt(c, 36)));
  return digits.reduce((sum, value, index) => sum + value * (9 - index), 0) % 11 === 0;
}

/** NFKC (full-width forms) and URL-decoding, up to three times: encoded values get encoded again on their way. */
function normalised(text: string): string {
  for (let round = 0, before = ''; round < 3 && before !== text; round++) {
    before = text;
    text = text
      .normalize('NFKC')
      .replace(/(?:%[\dA-Fa-f]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'));
  }
  return text;
}

/** Masks sensitive data in export requests, in place, and counts what it masked. */
export class Scrubber {
  /** @param count Called for each masked value with its kind: those of `sensitiveValues`, `sensitive-key`, `url`. */
  constructor(private readonly count: (kind: string) => void) {}

  /** Every user-supplied string of the request. Ids, times and counts are not looked at. */
  request({ resourceSpans }: ExportTraceServiceRequest): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      if (resource) this.attributes(resource);
      for (const { scope, spans } of scopeSpans) {
        if (scope) {
          scope.name = this.text(scope.name);
          scope.version = this.text(scope.version);
          this.attributes(scope);
        }
        for (const span of spans) {
          span.name = this.text(span.name);
          span.traceState = this.text(span.traceState);
          if (span.status) span.status.message = this.text(span.status.message);
          this.attributes(span);
          for (const event of span.events) {
            event.name = this.text(event.name);
            this.attributes(event);
          }
          for (const link of span.links) {
            link.traceState = this.text(link.traceState);
            this.attributes(link);
          }
        }
      }
    }
  }

  /**
   * One string. What its URL-encoded or full-width form hides is masked in the decoded form, which is then what is
   * kept; a string that hides nothing is kept as it came.
   */
  text(text: string): string {
    if (!suspicious.test(text)) return text;
    const masked = this.masked(text);
    const plain = normalised(masked);
    if (plain === masked) return masked;
    const plainMasked = this.masked(plain);
    return plainMasked === plain ? masked : plainMasked;
  }

  private masked(text: string): string {
    if (text.includes('://')) {
      text = text.replace(url, (whole, rest: string) => {
        const [bare = ''] = rest.split(/[?#]/, 1);
        const kept = bare.replace(/^[^/]*@/, '');
        if (kept !== rest) this.count('url');
        return kept === rest ? whole : `://${kept}`;
      });
    }
    for (const { kind, pattern } of values) {
      text = text.replace(pattern, () => {
        this.count(kind);
        return mask;
      });
    }
    return text.replace(hkidWithoutBrackets, (whole, body: string, check: string) => {
      if (!isHkid(body, check)) return whole;
      this.count('hkid');
      return mask;
    });
  }

  private attributes(owner: { attributes: KeyValue[] }): void {
    if (owner.attributes.length > 0) owner.attributes = this.keyValues(owner.attributes);
  }

  private keyValues(list: KeyValue[]): KeyValue[] {
    const kept = list.filter(({ key }) => !dropped.has(key));
    for (let lost = list.length - kept.length; lost > 0; lost--) this.count('url');
    for (const pair of kept) {
      if (keyPattern.test(pair.key)) {
        this.count('sensitive-key');
        pair.value = { stringValue: mask };
      } else if (pair.value) {
        this.value(pair.value);
        if (pair.key === pathWithQuery && pair.value.stringValue) {
          pair.value.stringValue = pair.value.stringValue.replace(/[?#].*/s, '');
        }
      }
      pair.key = this.text(pair.key);
    }
    return kept;
  }

  private value(value: AnyValue): void {
    if (isSet(value, 'stringValue')) value.stringValue = this.text(value.stringValue);
    else if (isSet(value, 'intValue')) this.number(value, `${signed(value.intValue)}`);
    else if (isSet(value, 'doubleValue')) this.number(value, `${value.doubleValue}`);
    else if (isSet(value, 'arrayValue')) for (const item of value.arrayValue.values) this.value(item);
    else if (isSet(value, 'kvlistValue')) value.kvlistValue.values = this.keyValues(value.kvlistValue.values);
    else if (isSet(value, 'bytesValue')) {
      const text = value.bytesValue.toString('utf8');
      const scrubbed = this.text(text);
      if (scrubbed !== text) value.bytesValue = Buffer.from(scrubbed);
    }
  }

  /** Numbers are amounts, sizes and times, except those that look like a card: 13 to 19 digits of an issuer. */
  private number(value: AnyValue, digits: string): void {
    if (!/^\d{13,19}$/.test(digits) || !cards.some((pattern) => digits.search(pattern) >= 0)) return;
    this.count('bank-card');
    delete value.intValue;
    delete value.doubleValue;
    value.stringValue = mask;
  }
}
