/** Span documents as Trace Analytics in OpenSearch Dashboards reads them (classic format, Data Prepper's field names). */

import { spanAlias } from '../../contract/indices';
import { unsigned } from './otlp';
import { attributeFields, duration, type FlatSpan, isoNanos, kindName } from './spans';
import type { TraceGroup } from './trace-groups';

/** A document on its way to the store. */
export interface StoreDocument {
  readonly index: string;
  /** Made from the content, so that a retry writes the same document again. */
  readonly id: string;
  /** JSON. */
  readonly source: string;
}

/** Whether the ids have the lengths that OTLP asks for. Without them a document has no id of its own. */
export const isIdentified = ({ traceId, spanId }: FlatSpan): boolean => traceId.length === 32 && spanId.length === 16;

/** The document of a span. */
export function spanDocument(flat: FlatSpan, group: TraceGroup): StoreDocument {
  const { span, traceId, spanId, parentSpanId, serviceName } = flat;
  const source = {
    traceId,
    spanId,
    parentSpanId,
    traceState: span.traceState,
    name: span.name,
    kind: kindName(span),
    startTime: isoNanos(flat.start),
    endTime: isoNanos(flat.end),
    durationInNanos: duration(flat),
    serviceName,
    ...group,
    // Flattened keys: the page reads span['status.code'], a nested status shows no error.
    'status.code': span.status?.code ?? 0,
    'status.message': span.status?.message ?? '',
    events: span.events.map((event) => ({
      name: event.name,
      time: isoNanos(unsigned(event.timeUnixNano)),
      attributes: attributeFields(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount,
    })),
    links: span.links.map((link) => ({
      traceId: link.traceId.toString('hex'),
      spanId: link.spanId.toString('hex'),
      traceState: link.traceState,
      attributes: attributeFields(link.attributes),
      droppedAttributesCount: link.droppedAttributesCount,
    })),
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
    ...flat.inherited,
    ...attributeFields(span.attributes, 'span.attributes.'),
  };
  return { index: spanAlias, id: `${traceId}/${spanId}`, source: JSON.stringify(source) };
}
