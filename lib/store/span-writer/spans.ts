/** The spans of a request as one list, with what a document takes from their resource and scope. */
import {
  type Attributes,
  addAttributes,
  addField,
  attributeText,
  noAttributes,
  plainAttributes,
  type Rules,
} from './attributes';
import { flat } from './json';
import { type ExportTraceServiceRequest, type Span, unsigned } from './otlp';

export interface FlatSpan {
  readonly span: Span;
  /** Hexadecimal; `parentSpanId` is '' for roots. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** Both ids, and its parent's. */
  readonly key: string;
  readonly parentKey: string;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly serviceName: string;
  /** `resource.attributes.*` and `instrumentationScope.*`. */
  readonly inherited: Attributes;
}

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;

/** `SPAN_KIND_SERVER` and so on. */
export const kindName = ({ kind }: Span): string => `SPAN_KIND_${kinds[kind] ?? 'UNSPECIFIED'}`;

/** Nanoseconds from start to end, 0 for a span that ends before it starts. A double: exact up to 104 days. */
export const duration = ({ start, end }: FlatSpan): number => (end > start ? Number(end - start) : 0);

/** A 64-bit integer, and its halves. */
const whole = new BigUint64Array(1);
const halves = new Uint16Array(whole.buffer);
const billion = 1_000_000_000;

/** `2026-08-01T09:30` by minutes since 1970: spans of one time come together. */
const minutes = new Map<number, string>();
const rememberedMinutes = 1000;

/** `2026-08-01T09:30:00.123456789Z` from nanoseconds since 1970. */
export function isoNanos(nanos: bigint): string {
  whole[0] = nanos;
  // Long division, 16 bits at a time: every step is exact in a double, and nothing is allocated.
  let seconds = 0;
  let rest = 0;
  for (let at = 3; at >= 0; at--) {
    const dividend = rest * 65_536 + (halves[at] as number);
    const quotient = Math.floor(dividend / billion);
    seconds = seconds * 65_536 + quotient;
    rest = dividend - quotient * billion;
  }
  const minute = Math.floor(seconds / 60);
  let begin = minutes.get(minute);
  if (!begin) {
    if (minutes.size >= rememberedMinutes) minutes.clear();
    begin = new Date(minute * 60_000).toISOString().slice(0, 17);
    minutes.set(minute, begin);
  }
  const second = seconds - minute * 60;
  // Ten digits, of which the first is left out.
  return `${begin}${second < 10 ? '0' : ''}${second}.${`${billion + rest}`.slice(1)}Z`;
}

/** What OpenTelemetry's SDKs say where `service.name` is not set. */
const unknownService = 'unknown_service';

/** All spans of the request. @param rules what decides about attributes, beside the service */
export function flatten(request: ExportTraceServiceRequest, rules: Omit<Rules, 'service'> = {}): FlatSpan[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const resourceAttributes = resource?.attributes ?? [];
    const named = resourceAttributes.find(({ key }) => key === 'service.name');
    const serviceName = attributeText(named?.value) || unknownService;
    return scopeSpans.flatMap(({ scope, spans }) => {
      const inherited = noAttributes();
      addAttributes(inherited, 'resource', resourceAttributes, { ...rules, service: serviceName });
      // Names as in Data Prepper's codec.
      if (scope?.name) addField(inherited, 'instrumentationScope.name', scope.name);
      if (scope?.version) addField(inherited, 'instrumentationScope.version', scope.version);
      const ofScope = plainAttributes(
        inherited,
        'instrumentationScope.attributes',
        scope?.attributes ?? [],
        rules.onAside,
      );
      for (const [name, value] of Object.entries(ofScope)) {
        addField(inherited, `instrumentationScope.attributes.${name}`, value);
      }
      inherited.json = flat(inherited.json);
      return spans.map((span) => {
        const traceId = span.traceId.toString('hex');
        const spanId = span.spanId.toString('hex');
        const parentSpanId = span.parentSpanId.toString('hex');
        return {
          span,
          traceId,
          spanId,
          parentSpanId,
          key: `${traceId}/${spanId}`,
          parentKey: parentSpanId && `${traceId}/${parentSpanId}`,
          start: unsigned(span.startTimeUnixNano),
          end: unsigned(span.endTimeUnixNano),
          serviceName,
          inherited,
        };
      });
    });
  });
}
