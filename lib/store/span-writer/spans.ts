/** The spans of a request as one list, with what a document takes from their resource and scope. */
import { type Attributes, addAttributes, attributeText, noAttributes, plainAttributes, type Rules } from './attributes';
import { type ExportTraceServiceRequest, type Span, unsigned } from './otlp';

export interface FlatSpan {
  readonly span: Span;
  /** Hexadecimal; `parentSpanId` is '' for roots. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
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

/** `2026-08-01T09:30:00.123456789Z` from nanoseconds since 1970. */
export function isoNanos(nanos: bigint): string {
  const seconds = nanos / 1_000_000_000n;
  const fraction = `${nanos % 1_000_000_000n}`.padStart(9, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
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
      if (scope?.name) inherited.fields['instrumentationScope.name'] = scope.name;
      if (scope?.version) inherited.fields['instrumentationScope.version'] = scope.version;
      const ofScope = plainAttributes(
        inherited,
        'instrumentationScope.attributes',
        scope?.attributes ?? [],
        rules.onAside,
      );
      for (const [name, value] of Object.entries(ofScope)) {
        inherited.fields[`instrumentationScope.attributes.${name}`] = value;
      }
      return spans.map((span) => ({
        span,
        traceId: span.traceId.toString('hex'),
        spanId: span.spanId.toString('hex'),
        parentSpanId: span.parentSpanId.toString('hex'),
        start: unsigned(span.startTimeUnixNano),
        end: unsigned(span.endTimeUnixNano),
        serviceName,
        inherited,
      }));
    });
  });
}
