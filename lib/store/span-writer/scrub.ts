/**
 * The last redaction net, in another program and another language than the collectors' processor, and by other means
 * (`look.ts`): a mistake in one is not a mistake in the other. Only the keys are judged by the same list. Every string that
 * a user could have supplied passes, before a document, a trace group or an edge is made of it.
 */
import { isSensitiveKey, mask } from '../../../config/redaction';
import { Hint, hints } from './hints';
import { addresses, type Found, identityCards, kindOfNumber, numbers, randomWords } from './look';
import { Recent } from './lru';
import { type AnyValue, type ExportTraceServiceRequest, isSet, type KeyValue, signed } from './otlp';

/** What follows `://`, as far as a URL goes in prose, JSON or markup. */
const url = /:\/\/([^\s"'<>]*)/g;

/** Attributes whose value is a query or fragment, whole; and the one that is a path with a query. */
const dropped = new Set(['url.query', 'url.fragment']);
const pathWithQuery = 'http.target';

/** Encodings that are undone, until nothing changes or this often: values get encoded again on their way. */
const layers = 8;

/** The text behind encodings: full-width forms, percent, escapes of JSON and of HTML. */
function normalised(text: string): string {
  for (let round = 0, before = ''; round < layers && before !== text; round++) {
    before = text;
    text = text
      .normalize('NFKC')
      .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
      .replace(/(?:%[\dA-Fa-f]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'))
      .replace(
        /\\+u([\dA-Fa-f]{4})|\\+x([\dA-Fa-f]{2})|&#x([\dA-Fa-f]{1,5});/g,
        (_, ...codes: (string | undefined)[]) =>
          String.fromCodePoint(Number.parseInt(codes.slice(0, 3).find(Boolean) as string, 16)),
      )
      .replace(/&#(\d{1,6});/g, (_, code: string) => String.fromCodePoint(Number(code)));
  }
  return text;
}

/** Keys that are remembered, and up to which length. */
const rememberedKeys = 5000;
const rememberedLength = 256;

/** What is to be known of a key. */
interface Verdict {
  readonly dropped: boolean;
  /** Whether its value is masked, and whether a number is. */
  readonly text: boolean;
  readonly number: boolean;
  /** The key, where it holds nothing itself. */
  readonly harmless?: string;
}

/** Masks sensitive data in export requests, in place, and counts what it masked. */
export class Scrubber {
  private readonly verdicts = new Recent<Verdict>(rememberedKeys);

  /** @param count Called for each masked value with its kind: those of `look.ts`, `sensitive-key`, `url`. */
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
    if (text.length > longest) return [...pieces(text)].map((piece) => this.text(piece)).join('');
    const seen = hints(text);
    if (seen === 0) return text;
    const masked = this.masked(text, seen);
    if (masked === text && (seen & Hint.encoded) === 0) return text;
    const plain = normalised(masked);
    if (plain === masked) return masked;
    const plainMasked = this.masked(plain);
    return plainMasked === plain ? masked : plainMasked;
  }

  /** @param seen what the text may hold; other finders are not asked */
  private masked(text: string, seen: number = Hint.all): string {
    if (seen & Hint.url && /[?#@]/.test(text)) {
      seen = Hint.all;
      text = text.replace(url, (whole, rest: string) => {
        const [bare = ''] = rest.split(/[?#]/, 1);
        const kept = bare.replace(/^[^/]*@/, '');
        if (kept !== rest) this.count('url');
        return kept === rest ? whole : `://${kept}`;
      });
    }
    const found: Found[] = [];
    if (seen & Hint.word) found.push(...randomWords(text));
    if (seen & Hint.at) found.push(...addresses(text));
    if (seen & Hint.card) found.push(...identityCards(text));
    if (seen & Hint.number) found.push(...numbers(text));
    if (found.length === 0) return text;
    found.sort((a, b) => a.from - b.from || b.to - a.to);
    let out = '';
    let at = 0;
    for (const { from, to, kind } of found) {
      if (to <= at) continue;
      if (from >= at) {
        this.count(kind);
        out += text.slice(at, from) + mask;
      }
      at = to;
    }
    return out + text.slice(at);
  }

  private attributes(owner: { attributes: KeyValue[] }): void {
    if (owner.attributes.length > 0) owner.attributes = this.keyValues(owner.attributes);
  }

  private keyValues(list: KeyValue[]): KeyValue[] {
    let lost = false;
    for (const pair of list) {
      const { key } = pair;
      const verdict = this.verdict(key);
      if (verdict.dropped) {
        lost = true;
        this.count('url');
        continue;
      }
      if (verdict.text && (verdict.number || !isNumber(pair.value))) {
        this.count('sensitive-key');
        pair.value = { stringValue: mask };
      } else if (pair.value) {
        this.value(pair.value);
        if (key === pathWithQuery && pair.value.stringValue) {
          pair.value.stringValue = pair.value.stringValue.replace(/[?#].*/s, '');
        }
      }
      pair.key = verdict.harmless ?? this.text(key);
    }
    return lost ? list.filter(({ key }) => !dropped.has(key)) : list;
  }

  /** What is to be known of a key: there are few, and each comes many times. */
  private verdict(key: string): Verdict {
    const known = this.verdicts.get(key);
    if (known) return known;
    const verdict = {
      dropped: dropped.has(key),
      text: isSensitiveKey(key),
      number: isSensitiveKey(key, true),
      harmless: key.length <= rememberedLength && hints(key) === 0 ? key : undefined,
    };
    if (key.length <= rememberedLength) this.verdicts.set(key, verdict);
    return verdict;
  }

  private value(value: AnyValue): void {
    if (isSet(value, 'stringValue')) value.stringValue = this.text(value.stringValue);
    else if (isSet(value, 'intValue')) {
      // Below 2^32, as almost all are, nothing has enough digits.
      if (value.intValue.high > 0) this.number(value, `${signed(value.intValue)}`);
    } else if (isSet(value, 'doubleValue')) {
      if (value.doubleValue > 0xffff_ffff) this.number(value, `${value.doubleValue}`);
    } else if (isSet(value, 'arrayValue')) for (const item of value.arrayValue.values) this.value(item);
    else if (isSet(value, 'kvlistValue')) value.kvlistValue.values = this.keyValues(value.kvlistValue.values);
    else if (isSet(value, 'bytesValue')) {
      const text = value.bytesValue.toString('utf8');
      const scrubbed = this.text(text);
      if (scrubbed !== text) value.bytesValue = Buffer.from(scrubbed);
    }
  }

  /** Numbers are amounts, sizes and times, except cards and identity numbers, by their check digits. */
  private number(value: AnyValue, digits: string): void {
    const kind = kindOfNumber(digits);
    if (kind !== 'bank-card' && kind !== 'mainland-identity-number') return;
    this.count(kind);
    delete value.intValue;
    delete value.doubleValue;
    value.stringValue = mask;
  }
}

/** Characters that are looked through at once: with some millions of one word the stack of regular expressions overflows. */
const longest = 256 * 1024;

/** Where a long text may be cut: after marks in the last characters before the length that is looked through. */
const marks = /[ \n",;&<]/g;
const lastCharacters = 4096;
/** Characters on either side of a cut, in which a secret would show that goes on over marks: groups of digits, a word after "Bearer". */
const around = 256;
const trial = new Scrubber(() => undefined);

/** A long text, cut where no secret goes on. */
function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const to = text.length - from <= longest ? text.length : cutBefore(text, from + longest);
    yield text.slice(from, to);
    from = to;
  }
}

function cutBefore(text: string, most: number): number {
  const start = most - lastCharacters;
  const cuts = [...text.slice(start, most).matchAll(marks)].map(({ index }) => start + index + 1).reverse();
  const harmless = (cut: number): boolean => {
    const neighbours = text.slice(cut - around, cut + around);
    return trial.text(neighbours) === neighbours;
  };
  return [...cuts, start].find(harmless) ?? most;
}

const isNumber = (value: AnyValue | undefined | null): boolean =>
  value ? isSet(value, 'intValue') || isSet(value, 'doubleValue') : false;
