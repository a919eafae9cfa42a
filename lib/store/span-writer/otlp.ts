/**
 * OTLP traces, protobuf encoding: the part of the schema that a trace document needs.
 *
 * The descriptor follows opentelemetry-proto 1.5.0 (Apache-2.0, The OpenTelemetry Authors), `trace/v1`, `common/v1`,
 * `resource/v1` and `collector/trace/v1`. Left out, and so skipped on the wire: schema URLs, flags, and what later versions add.
 * It stands here as an object, because the program is bundled into one file and reads none at run time.
 */
import { type IField, Reader, Root, type Type } from 'protobufjs/light';

const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });
const attributes = (id: number) => repeated('KeyValue', id);
const message = (fields: Record<string, IField>) => ({ fields });

const descriptor = {
  nested: {
    ExportTraceServiceRequest: message({ resourceSpans: repeated('ResourceSpans', 1) }),
    ExportTraceServiceResponse: message({ partialSuccess: { type: 'ExportTracePartialSuccess', id: 1 } }),
    ExportTracePartialSuccess: message({
      rejectedSpans: { type: 'int64', id: 1 },
      errorMessage: { type: 'string', id: 2 },
    }),
    ResourceSpans: message({ resource: { type: 'Resource', id: 1 }, scopeSpans: repeated('ScopeSpans', 2) }),
    Resource: message({ attributes: attributes(1), droppedAttributesCount: { type: 'uint32', id: 2 } }),
    ScopeSpans: message({ scope: { type: 'InstrumentationScope', id: 1 }, spans: repeated('Span', 2) }),
    InstrumentationScope: message({
      name: { type: 'string', id: 1 },
      version: { type: 'string', id: 2 },
      attributes: attributes(3),
    }),
    Span: message({
      traceId: { type: 'bytes', id: 1 },
      spanId: { type: 'bytes', id: 2 },
      traceState: { type: 'string', id: 3 },
      parentSpanId: { type: 'bytes', id: 4 },
      name: { type: 'string', id: 5 },
      kind: { type: 'uint32', id: 6 },
      startTimeUnixNano: { type: 'fixed64', id: 7 },
      endTimeUnixNano: { type: 'fixed64', id: 8 },
      attributes: attributes(9),
      droppedAttributesCount: { type: 'uint32', id: 10 },
      events: repeated('Event', 11),
      droppedEventsCount: { type: 'uint32', id: 12 },
      links: repeated('Link', 13),
      droppedLinksCount: { type: 'uint32', id: 14 },
      status: { type: 'Status', id: 15 },
    }),
    Event: message({
      timeUnixNano: { type: 'fixed64', id: 1 },
      name: { type: 'string', id: 2 },
      attributes: attributes(3),
      droppedAttributesCount: { type: 'uint32', id: 4 },
    }),
    Link: message({
      traceId: { type: 'bytes', id: 1 },
      spanId: { type: 'bytes', id: 2 },
      traceState: { type: 'string', id: 3 },
      attributes: attributes(4),
      droppedAttributesCount: { type: 'uint32', id: 5 },
    }),
    Status: message({ message: { type: 'string', id: 2 }, code: { type: 'uint32', id: 3 } }),
    KeyValue: message({ key: { type: 'string', id: 1 }, value: { type: 'AnyValue', id: 2 } }),
    AnyValue: message({
      stringValue: { type: 'string', id: 1 },
      boolValue: { type: 'bool', id: 2 },
      intValue: { type: 'int64', id: 3 },
      doubleValue: { type: 'double', id: 4 },
      arrayValue: { type: 'ArrayValue', id: 5 },
      kvlistValue: { type: 'KeyValueList', id: 6 },
      bytesValue: { type: 'bytes', id: 7 },
    }),
    ArrayValue: message({ values: repeated('AnyValue', 1) }),
    KeyValueList: message({ values: attributes(1) }),
  },
};

/** A 64-bit integer as the decoder gives it: two signed halves. */
export interface Int64 {
  readonly low: number;
  readonly high: number;
}

/** At most one member is set, as a property of its own: see {@link isSet}. */
export interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: Int64;
  doubleValue?: number;
  arrayValue?: { values: AnyValue[] };
  kvlistValue?: { values: KeyValue[] };
  bytesValue?: Buffer;
}

/** Whether `member` is what the value holds. The decoder's prototypes answer '' and 0 for members that are not set. */
export function isSet<M extends keyof AnyValue>(
  value: AnyValue,
  member: M,
): value is AnyValue & Required<Pick<AnyValue, M>> {
  return Object.hasOwn(value, member);
}

export interface KeyValue {
  key: string;
  value?: AnyValue | null;
}

interface Event {
  timeUnixNano: Int64;
  name: string;
  attributes: KeyValue[];
  droppedAttributesCount: number;
}

interface Link {
  traceId: Buffer;
  spanId: Buffer;
  traceState: string;
  attributes: KeyValue[];
  droppedAttributesCount: number;
}

export interface Span {
  traceId: Buffer;
  spanId: Buffer;
  traceState: string;
  parentSpanId: Buffer;
  name: string;
  kind: number;
  startTimeUnixNano: Int64;
  endTimeUnixNano: Int64;
  attributes: KeyValue[];
  droppedAttributesCount: number;
  events: Event[];
  droppedEventsCount: number;
  links: Link[];
  droppedLinksCount: number;
  status?: { message: string; code: number } | null;
}

interface ScopeSpans {
  scope?: { name: string; version: string; attributes: KeyValue[] } | null;
  spans: Span[];
}

interface ResourceSpans {
  resource?: { attributes: KeyValue[] } | null;
  scopeSpans: ScopeSpans[];
}

export interface ExportTraceServiceRequest {
  resourceSpans: ResourceSpans[];
}

const root = Root.fromJSON(descriptor);

/** The same without what makes a span large: enough to know who called whom. */
const skeletonRoot = Root.fromJSON({
  nested: {
    ...descriptor.nested,
    Span: message(
      Object.fromEntries(
        Object.entries(descriptor.nested.Span.fields).filter(
          ([field]) => !['attributes', 'events', 'links'].includes(field),
        ),
      ) as Record<string, IField>,
    ),
  },
});

/** The message types, for tests that encode. */
export const requestType: Type = root.lookupType('ExportTraceServiceRequest');
export const responseType: Type = root.lookupType('ExportTraceServiceResponse');

/**
 * Decodes an export request.
 *
 * @throws Error when `body` is not the message: truncated, of another type, or nested deeper than 100 messages.
 */
export function decodeRequest(body: Buffer): ExportTraceServiceRequest {
  return requestType.decode(readerOf(body)) as unknown as ExportTraceServiceRequest;
}

/**
 * Decodes all spans of a request without attributes, events and links.
 *
 * @throws Error as {@link decodeRequest}
 */
export function decodeSkeleton(body: Buffer): ExportTraceServiceRequest {
  const request = skeletonRoot
    .lookupType('ExportTraceServiceRequest')
    .decode(readerOf(body)) as unknown as ExportTraceServiceRequest;
  for (const { scopeSpans } of request.resourceSpans) {
    for (const { spans } of scopeSpans)
      for (const span of spans) Object.assign(span, { attributes: [], events: [], links: [] });
  }
  return request;
}

/**
 * Decodes a request in parts, so that one of any size takes the memory of a part.
 *
 * @param limit Bytes of the spans of a part. A span that is larger is one alone.
 * @throws Error as {@link decodeRequest}
 */
export function* decodeParts(body: Buffer, limit: number): Generator<ExportTraceServiceRequest> {
  const types = {
    resource: root.lookupType('Resource'),
    scope: root.lookupType('InstrumentationScope'),
    span: root.lookupType('Span'),
  };
  let part: ResourceSpans[] = [];
  let bytes = 0;
  for (const ofResource of fields(body, 1)) {
    const [resource] = [...fields(ofResource, 1)].map((one) => types.resource.decode(readerOf(one)));
    for (const ofScope of fields(ofResource, 2)) {
      const [scope] = [...fields(ofScope, 1)].map((one) => types.scope.decode(readerOf(one)));
      let spans: Span[] = [];
      const add = (): void => {
        if (spans.length > 0) part.push({ resource, scopeSpans: [{ scope, spans }] } as unknown as ResourceSpans);
        spans = [];
      };
      for (const span of fields(ofScope, 2)) {
        if (bytes + span.length > limit && bytes > 0) {
          add();
          yield { resourceSpans: part };
          part = [];
          bytes = 0;
        }
        spans.push(types.span.decode(readerOf(span)) as unknown as Span);
        bytes += span.length;
      }
      add();
    }
  }
  if (part.length > 0) yield { resourceSpans: part };
}

/** The messages that a field holds, in their order, without a copy. */
function* fields(message: Uint8Array, id: number): Generator<Uint8Array> {
  const reader = Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === id && (tag & 7) === 2) {
      const length = reader.uint32();
      const from = reader.pos;
      if (from + length > reader.len) throw new RangeError('truncated');
      yield message.subarray(from, from + length);
      reader.pos = from + length;
    } else reader.skipType(tag & 7);
  }
}

/**
 * Short texts, each in the place that some of its bytes say: keys, names and most values come again and again. They are as
 * they came, not yet scrubbed: in memory alone, and until another takes their place.
 */
const remembered: string[] = Array.from({ length: 4096 }, () => '');
const rememberedLength = 48;

/** What Node has beside its documented methods, without their checks: the decoder's own reader uses it, too. */
type Slices = Uint8Array & { utf8Slice(from: number, to: number): string };

/** The decoder's reader of texts, without a new text for one that is remembered. */
function text(this: Reader): string {
  const length = this.uint32();
  const { pos: from } = this;
  const buf = this.buf as Slices;
  const to = Math.min(from + length, this.len);
  this.pos = to;
  const bytes = to - from;
  if (bytes > rememberedLength || bytes < 4) return buf.utf8Slice(from, to);
  // The end is what tells keys and addresses apart.
  const end = (buf[to - 1]! << 16) ^ (buf[to - 2]! << 8) ^ (buf[to - 3]! << 4);
  const hash = Math.imul(end ^ (buf[from + (bytes >>> 1)]! << 20) ^ (buf[from]! << 24) ^ bytes, 0x9e3779b1);
  const place = hash >>> 20;
  const known = remembered[place]!;
  if (known.length === bytes && isAt(buf, from, known)) return known;
  const fresh = buf.utf8Slice(from, to);
  // Of others one would have to know how they are written.
  if (fresh.length === bytes) remembered[place] = fresh;
  return fresh;
}

/** Whether the bytes are these characters: where a text has as many as it had bytes, they are ASCII, or no byte is like them. */
function isAt(bytes: Uint8Array, from: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false;
  return true;
}

function readerOf(message: Uint8Array): Reader {
  const reader = Reader.create(message);
  reader.string = text;
  return reader;
}

/** Encodes an answer: empty when nothing is to be said. */
export function encodeResponse(partialSuccess?: { rejectedSpans: number; errorMessage: string }): Buffer {
  return Buffer.from(responseType.encode(partialSuccess ? { partialSuccess } : {}).finish());
}

const halves = new Int32Array(2);
const asUnsigned = new BigUint64Array(halves.buffer);
const asSigned = new BigInt64Array(halves.buffer);

/** `fixed64` without losing a bit. */
export function unsigned({ low, high }: Int64): bigint {
  halves[0] = low;
  halves[1] = high;
  return asUnsigned[0] as bigint;
}

/** `int64` without losing a bit. */
export function signed({ low, high }: Int64): bigint {
  halves[0] = low;
  halves[1] = high;
  return asSigned[0] as bigint;
}
