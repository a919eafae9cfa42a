/** A stored trace in the JSON of OTLP, Jaeger and Zipkin. Masked values are exported as they are read: as hashes. */
import type { StoredSpan } from './fetch';
import { nanos } from './forest';

type Json = Record<string, unknown>;
type Attribute = readonly [key: string, value: unknown];

/** Attributes of a span or its resource, fields and lines alike, by the keys that were sent. */
export function attributesOf(span: StoredSpan, owner: 'span' | 'resource'): Attribute[] {
  const prefix = `${owner}.attributes.`;
  const lines = [span['harbourline.aside'] ?? [], span['harbourline.personal'] ?? []].flat() as string[];
  return [
    ...Object.entries(span)
      .filter(([field]) => field.startsWith(prefix))
      .map(([field, value]): Attribute => [field.slice(prefix.length).replaceAll('@', '.'), value]),
    ...lines
      .filter((line) => line.startsWith(prefix) && line.includes('='))
      .map((line): Attribute => [line.slice(prefix.length, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  ];
}

function otlpValue(value: unknown): Json {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(otlpValue) } };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value !== 'number') return { stringValue: textOf(value) };
  return Number.isSafeInteger(value) ? { intValue: `${value}` } : { doubleValue: value };
}

/** As text, where a format has no type for it. */
const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : `${value}`);

const otlpAttributes = (list: readonly Attribute[]) => list.map(([key, value]) => ({ key, value: otlpValue(value) }));
const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const kindOf = ({ kind }: StoredSpan): string => kind.replace('SPAN_KIND_', '');
const micros = (nanoseconds: bigint): number => Number(nanoseconds / 1_000n);
/** Attributes of an event or a link, with the points that stored keys have not. */
const pairs = (attributes: Json): Attribute[] =>
  Object.entries(attributes).map(([key, value]) => [key.replaceAll('@', '.'), value]);
const eventsOf = (span: StoredSpan) =>
  ((span.events ?? []) as { name: string; time: string; attributes?: Json }[]).map(
    ({ name, time, attributes = {} }) => ({
      name,
      time: nanos(time),
      attributes: pairs(attributes),
    }),
  );

const linksOf = (span: StoredSpan) =>
  ((span.links ?? []) as { traceId: string; spanId: string; traceState?: string; attributes?: Json }[]).map(
    ({ traceId, spanId, traceState = '', attributes = {} }) => ({
      ...{ traceId, spanId, traceState },
      attributes: pairs(attributes),
    }),
  );

/** OTLP/JSON: what a collector's `otlp_json_file` receiver or `/v1/traces` takes. */
function toOtlp(traceId: string, spans: readonly StoredSpan[]): Json {
  const byResource = new Map<string, StoredSpan[]>();
  for (const span of spans) {
    const key = JSON.stringify([span.serviceName, attributesOf(span, 'resource'), span['instrumentationScope.name']]);
    const group = byResource.get(key);
    if (group) group.push(span);
    else byResource.set(key, [span]);
  }
  return {
    resourceSpans: [...byResource.values()].map((group) => {
      const one = group[0] as StoredSpan;
      return {
        resource: { attributes: otlpAttributes(attributesOf(one, 'resource')) },
        scopeSpans: [
          {
            scope: { name: one['instrumentationScope.name'] ?? '', version: one['instrumentationScope.version'] ?? '' },
            spans: group.map((span) => {
              const start = nanos(span.startTime);
              return {
                traceId,
                spanId: span.spanId,
                parentSpanId: span.parentSpanId,
                traceState: span.traceState ?? '',
                name: span.name,
                kind: Math.max(0, kinds.indexOf(kindOf(span))),
                startTimeUnixNano: `${start}`,
                endTimeUnixNano: `${start + BigInt(Math.round(span.durationInNanos))}`,
                attributes: otlpAttributes(attributesOf(span, 'span')),
                events: eventsOf(span).map(({ name, time, attributes }) => ({
                  ...{ name, timeUnixNano: `${time}`, attributes: otlpAttributes(attributes) },
                })),
                links: linksOf(span).map((link) => ({ ...link, attributes: otlpAttributes(link.attributes) })),
                status: { code: span['status.code'], message: span['status.message'] ?? '' },
              };
            }),
          },
        ],
      };
    }),
  };
}

/** What Jaeger's page opens by "Upload JSON". */
function toJaeger(traceId: string, spans: readonly StoredSpan[]): Json {
  const tags = (list: readonly Attribute[]) =>
    list.map(([key, value]) => {
      if (typeof value === 'boolean') return { key, value, type: 'bool' };
      if (typeof value !== 'number') return { key, value: textOf(value), type: 'string' };
      return { key, value, type: Number.isSafeInteger(value) ? 'int64' : 'float64' };
    });
  const processes: Record<string, Json> = {};
  const known = new Map<string, string>();
  const processOf = (span: StoredSpan): string => {
    const resource = attributesOf(span, 'resource');
    const key = JSON.stringify([span.serviceName, resource]);
    const id = known.get(key) ?? `p${known.size + 1}`;
    known.set(key, id);
    processes[id] = { serviceName: span.serviceName, tags: tags(resource) };
    return id;
  };
  const made = spans.map((span) => ({
    traceID: traceId,
    spanID: span.spanId,
    operationName: span.name,
    references: [
      ...(span.parentSpanId ? [{ refType: 'CHILD_OF', traceID: traceId, spanID: span.parentSpanId }] : []),
      ...linksOf(span).map((link) => ({ refType: 'FOLLOWS_FROM', traceID: link.traceId, spanID: link.spanId })),
    ],
    startTime: micros(nanos(span.startTime)),
    duration: Math.round(span.durationInNanos / 1_000),
    tags: tags([
      ...attributesOf(span, 'span'),
      ['span.kind', kindOf(span).toLowerCase()],
      ...(span['status.code'] === 2 ? [['error', 'true'] as const] : []),
    ]),
    logs: eventsOf(span).map(({ name, time, attributes }) => ({
      timestamp: micros(time),
      fields: tags([['event', name], ...attributes]),
    })),
    processID: processOf(span),
  }));
  return { data: [{ traceID: traceId, spans: made, processes }] };
}

/** Zipkin's v2 JSON: what its page opens, and `/api/v2/spans` takes. */
function toZipkin(traceId: string, spans: readonly StoredSpan[]): Json[] {
  const clients = new Set(spans.filter((span) => kindOf(span) === 'CLIENT').map(({ spanId }) => spanId));
  return spans.map((span) => ({
    traceId,
    id: span.spanId,
    ...(span.parentSpanId ? { parentId: span.parentSpanId } : {}),
    ...(kindOf(span) === 'SERVER' && clients.has(span.spanId) ? { shared: true } : {}),
    name: span.name,
    ...(['SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].includes(kindOf(span)) ? { kind: kindOf(span) } : {}),
    timestamp: micros(nanos(span.startTime)),
    duration: Math.max(1, Math.round(span.durationInNanos / 1_000)),
    localEndpoint: { serviceName: span.serviceName },
    annotations: eventsOf(span).map(({ name, time }) => ({ timestamp: micros(time), value: name })),
    tags: Object.fromEntries([
      ...attributesOf(span, 'span').map(([key, value]) => [key, textOf(value)]),
      ...(span['status.code'] === 2 ? [['error', span['status.message'] || 'true']] : []),
    ]),
  }));
}

export const exporters = { otlp: toOtlp, jaeger: toJaeger, zipkin: toZipkin } as const;
