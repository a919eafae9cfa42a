/** Makes storable what the store refused for its content: a span with its attributes in one text is better than none. */
import { isSpanIndex } from '../../contract/indices';
import { knownFields } from '../documents/attributes';
import type { StoreDocument } from './documents';

/** Characters of the original that are kept. The whole document is then far below any limit of a request. */
const keptCharacters = 256 * 1024;
/** Of each text that has a field of its own: what is indexed of it at most. */
const textCharacters = 1024;

/** What `date_nanos` takes: 1970 to 2262. ISO texts of one length are in the order of time. */
const [firstTime, lastTime] = ['1970-01-01T00:00:00.000000000Z', '2262-04-11T23:47:16.854775807Z'];
/** What a `long` takes; as a double it must not round up. */
const longest = 2 ** 63 - 1024;

type Json = Record<string, unknown>;

const cut = (value: unknown): string => `${value ?? ''}`.slice(0, textCharacters);
const time = (value: unknown): string => {
  const text = `${value}`;
  return text.length !== firstTime.length || text > lastTime ? lastTime : text < firstTime ? firstTime : text;
};
const number = (value: unknown): number => Math.min(Math.max(Number(value) || 0, 0), longest);
const int = (value: unknown): number => Math.min(number(value), 2 ** 31 - 1);

/**
 * The span again, of fields alone whose types are known and whose values were brought into their range: those of the span,
 * and attributes that the template has. Everything else stands in `harbourline.original`, a text: it can be searched for
 * words, by those who may see it. `harbourline.defused` says why, so that such spans can be found.
 *
 * @returns undefined for what is no span
 */
export function defused({ index, id, source }: StoreDocument, reason: string): StoreDocument | undefined {
  if (!isSpanIndex(index)) return undefined;
  const span = JSON.parse(source) as Json;
  if (span['harbourline.defused'] !== undefined) return undefined;
  const group = (span.traceGroupFields ?? {}) as Json;
  const { traceId, spanId, parentSpanId } = span;
  const kept = {
    traceId,
    spanId,
    parentSpanId: cut(parentSpanId),
    name: cut(span.name),
    kind: cut(span.kind),
    startTime: time(span.startTime),
    endTime: time(span.endTime),
    durationInNanos: number(span.durationInNanos),
    serviceName: cut(span.serviceName),
    traceGroup: cut(span.traceGroup),
    traceGroupFields: {
      endTime: time(group.endTime),
      durationInNanos: number(group.durationInNanos),
      statusCode: int(group.statusCode),
    },
    'status.code': int(span['status.code']),
    ...(span['status.message'] ? { 'status.message': cut(span['status.message']) } : {}),
    ...Object.fromEntries(
      Object.entries(span)
        .filter(([field]) => knownFields.has(field))
        .map(([field, value]) => [field, typeof value === 'number' ? value : cut(value)]),
    ),
    events: [],
    links: [],
    'harbourline.defused': reason,
    'harbourline.original': source.slice(0, keptCharacters),
  };
  return { index, id, source: JSON.stringify(kept) };
}

/** The document with these fields as lines: for an index that has no room for more of them. */
export function withAside(document: StoreDocument, fields: ReadonlySet<string>): StoreDocument {
  const span = JSON.parse(document.source) as Json;
  const aside = (span['harbourline.aside'] as string[] | undefined) ?? [];
  for (const field of fields) {
    if (!Object.hasOwn(span, field)) continue;
    aside.push(`${field.replaceAll('@', '.')}=${span[field]}`);
    delete span[field];
  }
  return { ...document, source: JSON.stringify({ ...span, 'harbourline.aside': aside }), fresh: [] };
}
