/** The spans of a request as one list, with what a document takes from their resource and scope. */
import type { AnyValue, ExportTraceServiceRequest, KeyValue, Span } from './otlp';
import { isSet, signed, unsigned } from './otlp';

/** Flattened fields of a document. */
type Fields = Readonly<Record<string, string>>;

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
  readonly inherited: Fields;
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

/**
 * A value as it stands in a document: always a string. The index maps attributes to `keyword`, so a number would be
 * indexed as text anyway; one type for ever means that no service can spoil a field for the others, 64-bit integers
 * keep all digits, and field masking (strings only) covers every attribute. Arrays and maps become JSON, bytes base64.
 */
function attributeText(value: AnyValue | null | undefined): string {
  const plain = plainValue(value);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}

function plainValue(value: AnyValue | null | undefined): unknown {
  if (!value) return '';
  if (isSet(value, 'stringValue')) return value.stringValue;
  if (isSet(value, 'boolValue')) return value.boolValue;
  if (isSet(value, 'intValue')) {
    const integer = signed(value.intValue);
    return BigInt(Number(integer)) === integer ? Number(integer) : `${integer}`;
  }
  if (isSet(value, 'doubleValue')) {
    // JSON knows no NaN and no infinity.
    return Number.isFinite(value.doubleValue) ? value.doubleValue : `${value.doubleValue}`;
  }
  if (isSet(value, 'arrayValue')) return value.arrayValue.values.map(plainValue);
  if (isSet(value, 'kvlistValue')) {
    return Object.fromEntries(value.kvlistValue.values.map((pair) => [pair.key, plainValue(pair.value)]));
  }
  return isSet(value, 'bytesValue') ? value.bytesValue.toString('base64') : '';
}

/** Attributes as fields. Dots become `@`, as Data Prepper writes them: OpenSearch would make objects of dotted keys. */
export function attributeFields(attributes: readonly KeyValue[], prefix = ''): Record<string, string> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [prefix + key.replaceAll('.', '@'), attributeText(value)]),
  );
}

/** What OpenTelemetry's SDKs say where `service.name` is not set. */
const unknownService = 'unknown_service';

/** All spans of the request. */
export function flatten(request: ExportTraceServiceRequest): FlatSpan[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const resourceAttributes = resource?.attributes ?? [];
    const named = resourceAttributes.find(({ key }) => key === 'service.name');
    const serviceName = attributeText(named?.value) || unknownService;
    const resourceFields = attributeFields(resourceAttributes, 'resource.attributes.');
    return scopeSpans.flatMap(({ scope, spans }) => {
      // Names as in Data Prepper's codec.
      const inherited = {
        ...resourceFields,
        ...(scope?.name ? { 'instrumentationScope.name': scope.name } : {}),
        ...(scope?.version ? { 'instrumentationScope.version': scope.version } : {}),
        ...attributeFields(scope?.attributes ?? [], 'instrumentationScope.attributes.'),
      };
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
