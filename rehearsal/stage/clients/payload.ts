/** A request of spans as the payment service makes them, whose trace ids can be changed in place. */
import { randomFillSync } from 'node:crypto';
import { requestType } from '../../../lib/store/span-writer/otlp';
import type { LedgerEntry } from '../../judge/evidence';

export const tracesInPayload = 50;
const spansATrace = 10;
export const spansInPayload = tracesInPayload * spansATrace;

/**
 * In the middle of every trace id, so that it can be found in the encoded request. The number of the trace stands behind it:
 * the sampler's decision cache goes by the second half of an id.
 */
const marker = Buffer.from('0badcafe0badcafe', 'hex');
let offsets: number[] = [];
let startNs = 0n;

const kinds = ['INTERNAL', 'SERVER', 'CLIENT'] as const;
const name = 'POST /payments';
const durationNs = 5_000_000n;
const serverAddress = '10.20.0.15';

/** The encoded request. */
export function payload(environment: string): Buffer {
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  startNs = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: spansInPayload }, (_, index) => {
    const traceId = Buffer.alloc(16);
    marker.copy(traceId, 4);
    traceId.writeUInt32BE(Math.floor(index / spansATrace), 12);
    const spanId = Buffer.alloc(8);
    spanId.writeUInt32BE(index + 1, 4);
    return {
      traceId,
      spanId,
      parentSpanId: index % spansATrace === 0 ? Buffer.alloc(0) : spanId,
      name,
      kind: 1 + (index % 3),
      startTimeUnixNano: `${startNs}`,
      endTimeUnixNano: `${startNs + durationNs}`,
      attributes: [
        attribute('http.request.method', 'POST'),
        attribute('url.full', 'http://10.20.0.15:8080/settlements'),
        attribute('server.address', serverAddress),
        attribute('network.protocol.version', '1.1'),
        attribute('db.query.text', 'SELECT amount FROM payments WHERE id = ?'),
        attribute('user_agent.original', 'python-httpx/0.28.1'),
        { key: 'http.response.status_code', value: { intValue: 200 } },
      ],
    };
  });
  const attributes = [attribute('service.name', 'payment'), attribute('deployment.environment.name', environment)];
  const body = Buffer.from(
    requestType
      .encode(requestType.fromObject({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }))
      .finish(),
  );
  offsets = [];
  for (let at = body.indexOf(marker); at >= 0; at = body.indexOf(marker, at + 1)) offsets.push(at);
  return body;
}

/** Gives the traces of an encoded request ids of their own: what is returned stands in each. */
export function randomise(body: Buffer): Buffer {
  const fresh = randomFillSync(Buffer.alloc(8));
  for (const at of offsets) fresh.copy(body, at);
  return fresh;
}

/** The spans of a request in whose trace ids it stands, as the store must have them. */
export function* entriesOf(fresh: Buffer): Generator<LedgerEntry> {
  for (let index = 0; index < spansInPayload; index++) {
    const kind = kinds[index % 3] ?? 'INTERNAL';
    const traceId = Buffer.alloc(16);
    fresh.copy(traceId, 4);
    traceId.writeUInt32BE(Math.floor(index / spansATrace), 12);
    const spanId = (index + 1).toString(16).padStart(16, '0');
    yield {
      traceId: traceId.toString('hex'),
      spanId,
      parentSpanId: index % spansATrace === 0 ? '' : spanId,
      name,
      kind,
      startNs: `${startNs}`,
      endNs: `${startNs + durationNs}`,
      status: 'UNSET',
      serverAddress,
      clientAddress: null,
    };
  }
}
