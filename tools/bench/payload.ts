/** A request of spans as the payment service makes them, whose trace ids can be changed in place. */
import { randomFillSync } from 'node:crypto';
import { requestType } from '../../lib/store/span-writer/otlp';

const traces = 50;
const spansATrace = 10;
export const spansInPayload = traces * spansATrace;

/** Every trace id starts with this, so that it can be found in the encoded request. */
const marker = Buffer.from('0badcafe0badcafe', 'hex');
let offsets: number[] = [];

/** The encoded request. */
export function payload(environment: string): Buffer {
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const now = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: spansInPayload }, (_, index) => {
    const traceId = Buffer.alloc(16);
    marker.copy(traceId);
    traceId.writeUInt32BE(Math.floor(index / spansATrace), 8);
    const spanId = Buffer.alloc(8);
    spanId.writeUInt32BE(index + 1, 4);
    return {
      traceId,
      spanId,
      parentSpanId: index % spansATrace === 0 ? Buffer.alloc(0) : spanId,
      name: 'POST /payments',
      kind: 1 + (index % 3),
      startTimeUnixNano: `${now}`,
      endTimeUnixNano: `${now + 5_000_000n}`,
      attributes: [
        attribute('http.request.method', 'POST'),
        attribute('url.full', 'http://10.20.0.15:8080/settlements'),
        attribute('server.address', '10.20.0.15'),
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

/** Gives the traces of an encoded request ids of their own. */
export function randomise(body: Buffer): void {
  const fresh = randomFillSync(Buffer.alloc(8));
  for (const at of offsets) fresh.copy(body, at);
}
