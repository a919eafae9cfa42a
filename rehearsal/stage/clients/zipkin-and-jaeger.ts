/** Zipkin and Jaeger clients as older services have them: their four wire formats, over TLS. */
import { request } from 'node:https';
import { parse as parseProto } from 'protobufjs';
import type { LedgerEntry } from '../../judge/evidence';
import { callGrpc, type TlsTarget } from './grpc';

/** A server span that such a client sends. */
export interface LegacySpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** The span as the store must have it. */
export const ledgerEntry = ({ traceId, spanId, name, startMs, durationMs }: LegacySpan): LedgerEntry => ({
  traceId,
  spanId,
  parentSpanId: '',
  name,
  kind: 'SERVER',
  startNs: `${BigInt(startMs) * 1_000_000n}`,
  endNs: `${BigInt(startMs + durationMs) * 1_000_000n}`,
  status: 'UNSET',
  serverAddress: null,
  clientAddress: null,
});

/** Posts over TLS. Resolves with the HTTP status. */
export function post(target: TlsTarget, path: string, type: string, body: Uint8Array): Promise<number> {
  const { address: host, ...rest } = target;
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type, 'content-length': body.length };
    request({ host, ...rest, path, method: 'POST', headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end(body);
  });
}

/** Zipkin v2 JSON. Resolves with the HTTP status. */
export const zipkinJson = (target: TlsTarget, spans: readonly LegacySpan[]): Promise<number> =>
  post(
    target,
    '/api/v2/spans',
    'application/json',
    Buffer.from(
      JSON.stringify(
        spans.map(({ traceId, spanId, name, service, startMs, durationMs, tags }) => ({
          traceId,
          id: spanId,
          kind: 'SERVER',
          name,
          timestamp: startMs * 1000,
          duration: durationMs * 1000,
          localEndpoint: { serviceName: service },
          tags,
        })),
      ),
    ),
  );

/** The parts of zipkin.proto and of Jaeger's model.proto and collector.proto that are used here. */
const { root } = parseProto(`syntax = "proto3";
message ZipkinEndpoint { string service_name = 1; }
message ZipkinSpan {
  bytes trace_id = 1; bytes id = 3; int32 kind = 4; string name = 5; fixed64 timestamp = 6; uint64 duration = 7;
  ZipkinEndpoint local_endpoint = 8; map<string, string> tags = 11;
}
message ZipkinSpans { repeated ZipkinSpan spans = 1; }
message Time { int64 seconds = 1; int32 nanos = 2; }
message KeyValue { string key = 1; int32 v_type = 2; string v_str = 3; bool v_bool = 4; }
message Process { string service_name = 1; repeated KeyValue tags = 2; }
message JaegerSpan {
  bytes trace_id = 1; bytes span_id = 2; string operation_name = 3; Time start_time = 6; Time duration = 7;
  repeated KeyValue tags = 8;
}
message Batch { repeated JaegerSpan spans = 1; Process process = 2; }
message PostSpansRequest { Batch batch = 1; }
`);
const encode = (type: string, value: object): Uint8Array => {
  const message = root.lookupType(type);
  return message.encode(message.fromObject(value)).finish();
};
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** Zipkin v2 protobuf. Resolves with the HTTP status. */
export const zipkinProtobuf = (target: TlsTarget, spans: readonly LegacySpan[]): Promise<number> =>
  post(
    target,
    '/api/v2/spans',
    'application/x-protobuf',
    encode('ZipkinSpans', {
      spans: spans.map(({ traceId, spanId, name, service, startMs, durationMs, tags }) => ({
        traceId: bytes(traceId),
        id: bytes(spanId),
        kind: 2, // SERVER
        name,
        timestamp: startMs * 1000,
        duration: durationMs * 1000,
        localEndpoint: { serviceName: service },
        tags,
      })),
    }),
  );

/** Jaeger over gRPC. Resolves with the gRPC status. */
export function jaegerGrpc(target: TlsTarget, spans: readonly LegacySpan[], process: Record<string, string> = {}) {
  const time = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 });
  const text = (tags: Readonly<Record<string, string>>) => Object.entries(tags).map(([key, vStr]) => ({ key, vStr }));
  const message = encode('PostSpansRequest', {
    batch: {
      process: { serviceName: spans[0]?.service, tags: text(process) },
      spans: spans.map(({ traceId, spanId, name, startMs, durationMs, tags }) => ({
        traceId: bytes(traceId),
        spanId: bytes(spanId),
        operationName: name,
        startTime: time(startMs),
        duration: time(durationMs),
        tags: text({ 'span.kind': 'server', ...tags }),
      })),
    },
  });
  return callGrpc(target, '/jaeger.api_v2.CollectorService/PostSpans', Buffer.from(message));
}

/** Jaeger's Thrift (binary protocol) over HTTP. Resolves with the HTTP status. */
export function jaegerThrift(target: TlsTarget, spans: readonly LegacySpan[]): Promise<number> {
  const tags = (values: Readonly<Record<string, string>>) =>
    list(
      12,
      Object.entries(values).map(([key, value]) => struct(string(1, key), int32(2, 0), string(3, value))),
    );
  const span = ({ traceId, spanId, name, startMs, durationMs, tags: own }: LegacySpan) =>
    struct(
      int64(1, BigInt(`0x${traceId.slice(16)}`)),
      int64(2, BigInt(`0x${traceId.slice(0, 16)}`)),
      int64(3, BigInt(`0x${spanId}`)),
      int64(4, 0n),
      string(5, name),
      int32(7, 1),
      int64(8, BigInt(startMs) * 1000n),
      int64(9, BigInt(durationMs) * 1000n),
      field(15, 10, tags({ 'span.kind': 'server', ...own })),
    );
  const batch = struct(
    field(12, 1, struct(string(1, spans[0]?.service ?? ''))),
    field(15, 2, list(12, spans.map(span))),
  );
  return post(target, '/api/traces', 'application/x-thrift', batch);
}

// Thrift's binary protocol: a field is its type, its number and its value; a struct ends with a zero.
const field = (type: number, id: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type, id >> 8, id & 255]), value]);
const struct = (...fields: readonly Buffer[]): Buffer => Buffer.concat([...fields, Buffer.from([0])]);
const integer = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};
const int32 = (id: number, value: number): Buffer => field(8, id, integer(value));
const int64 = (id: number, value: bigint): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt.asIntN(64, value));
  return field(10, id, buffer);
};
const string = (id: number, text: string): Buffer =>
  field(11, id, Buffer.concat([integer(Buffer.byteLength(text)), Buffer.from(text)]));
const list = (type: number, items: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([type]), integer(items.length), ...items]);
