/** Span documents as Trace Analytics in OpenSearch Dashboards reads them (classic format, Data Prepper's field names). */

import { createHash } from 'node:crypto';
import { isSpanIndex, spanAlias } from '../../contract/indices';
import { addAttributes, noAttributes, plainAttributes, type Rules } from './attributes';
import { quoted } from './json';
import { unsigned } from './otlp';
import type { Peer } from './peer';
import { duration, type FlatSpan, isoNanos, kindName } from './spans';
import type { TraceGroup } from './trace-groups';

/** A document on its way to the store. */
export interface StoreDocument {
  readonly index: string;
  /** Made from the content, so that a retry writes the same document again. */
  readonly id: string;
  /** JSON. */
  readonly source: string;
  /** Fields of it that the index may not have yet. @default none */
  readonly fresh?: readonly string[];
}

/** Whether the ids have the lengths that OTLP asks for. Without them a document has no id of its own. */
export const isIdentified = ({ traceId, spanId }: FlatSpan): boolean => traceId.length === 32 && spanId.length === 16;

/**
 * What tells a document from that of another span. Its ids alone do not: Zipkin's clients and servers share a span id, and
 * a program that forks may give an id twice.
 */
const idOf = ({ key, span, start, serviceName }: FlatSpan): string =>
  `${key}/${hash(`${span.kind} ${start} ${serviceName}`)}`;

/** FNV-1a, 32 bits: it only has to tell apart the few spans that share an id. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return base36(value >>> 0);
}

const digits = [...'0123456789abcdefghijklmnopqrstuvwxyz'];
/** As `toString(36)` has it, which reckons with fractions. */
function base36(value: number): string {
  let text = '';
  do {
    const rest = Math.floor(value / 36);
    text = (digits[value - rest * 36] as string) + text;
    value = rest;
  } while (value > 0);
  return text;
}

/** The document of a span. */
export function spanDocument(
  flat: FlatSpan,
  group: TraceGroup,
  rules: Omit<Rules, 'service'> = {},
  index = spanAlias,
): StoreDocument {
  const { span, traceId, spanId, parentSpanId, serviceName, inherited } = flat;
  const { onAside } = rules;
  const own = noAttributes();
  own.aside.push(...inherited.aside);
  own.personal.push(...inherited.personal);
  own.fresh.push(...inherited.fresh);
  addAttributes(own, 'span', span.attributes, { ...rules, service: serviceName });
  const events = span.events.map((event) => ({
    name: event.name,
    time: isoNanos(unsigned(event.timeUnixNano)),
    attributes: plainAttributes(own, 'events.attributes', event.attributes, onAside),
    droppedAttributesCount: event.droppedAttributesCount,
  }));
  const links = span.links.map((link) => ({
    traceId: link.traceId.toString('hex'),
    spanId: link.spanId.toString('hex'),
    traceState: link.traceState,
    attributes: plainAttributes(own, 'links.attributes', link.attributes, onAside),
    droppedAttributesCount: link.droppedAttributesCount,
  }));
  // Flattened keys: the page reads span['status.code'], a nested status shows no error. A mask of no message would look like something.
  const status = `"status.code":${span.status?.code ?? 0}${span.status?.message ? `,"status.message":${quoted(span.status.message)}` : ''}`;
  // What spans share stands together, of a trace, of almost all, of a service: the store packs texts of neighbours together, and
  // the longer they are the same the less they take.
  const source =
    `{"traceId":"${traceId}",${membersOf(group)},${status},"events":${listed(events)},"links":${listed(links)},` +
    `"droppedAttributesCount":${span.droppedAttributesCount},"droppedEventsCount":${span.droppedEventsCount},` +
    `"droppedLinksCount":${span.droppedLinksCount},"traceState":${quoted(span.traceState)},` +
    `"serviceName":${quoted(serviceName)}${inherited.json},"kind":"${kindName(span)}","name":${quoted(span.name)},` +
    `"parentSpanId":"${parentSpanId}","spanId":"${spanId}","startTime":"${isoNanos(flat.start)}","endTime":"${isoNanos(flat.end)}",` +
    `"durationInNanos":${duration(flat)}${own.json}` +
    `${own.aside.length > 0 ? `,"harbourline.aside":${JSON.stringify(own.aside)}` : ''}` +
    `${own.personal.length > 0 ? `,"harbourline.personal":${JSON.stringify(own.personal)}` : ''}}`;
  return {
    index,
    id: idOf(flat),
    source,
    ...(own.fresh.length > 0 ? { fresh: own.fresh } : {}),
  };
}

const listed = (items: readonly object[]): string => (items.length === 0 ? '[]' : JSON.stringify(items));

/** Members of groups: all spans of a trace have one, and come together. */
const groups = new Map<TraceGroup, string>();
const rememberedGroups = 1000;
function membersOf(group: TraceGroup): string {
  const known = groups.get(group);
  if (known) return known;
  const members = JSON.stringify(group).slice(1, -1);
  if (groups.size >= rememberedGroups) groups.clear();
  groups.set(group, members);
  return members;
}

/** How ids of documents end that are no spans. */
const farEnd = 'far-end';

/** Whether a document is that of a span of its own. */
export const isSpan = ({ index, id }: StoreDocument): boolean => isSpanIndex(index) && !id.endsWith(`/${farEnd}`);

/**
 * The far end of a call over the border, which keeps its spans, as the caller saw it: so that lists, figures and waterfalls
 * have something to show of it. `harbourline.inferred` tells it from a span.
 */
export function inferredDocument(flat: FlatSpan, peer: Peer, group: TraceGroup, index = spanAlias): StoreDocument {
  const { traceId, spanId, span, start, end } = flat;
  const source = {
    traceId,
    // Made from the caller's, so that a retry writes it again.
    spanId: createHash('sha256').update(`${traceId}/${spanId}`).digest('hex').slice(0, 16),
    parentSpanId: spanId,
    name: peer.operation,
    kind: 'SPAN_KIND_SERVER',
    startTime: isoNanos(start),
    endTime: isoNanos(end),
    durationInNanos: duration(flat),
    serviceName: peer.name,
    ...group,
    'status.code': span.status?.code ?? 0,
    ...(span.status?.message ? { 'status.message': span.status.message } : {}),
    events: [],
    links: [],
    'harbourline.inferred': peer.crossing ?? '',
  };
  return { index, id: `${idOf(flat)}/${farEnd}`, source: JSON.stringify(source) };
}
