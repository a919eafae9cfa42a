/** Requests of spans that differ as those of services do, and the bulk bodies of the same spans. */
import { randomFillSync } from 'node:crypto';
import { spanDocument } from '../../lib/store/span-writer/documents';
import { decodeRequest, requestType } from '../../lib/store/span-writer/otlp';
import { flatten } from '../../lib/store/span-writer/spans';
import { TraceGroups } from '../../lib/store/span-writer/trace-groups';

const traces = 50;
export const spansATrace = 10;
/** Spans of a request: what the sampler's batch sends at least. */
export const spansInRequest = traces * spansATrace;
const services = ['payment', 'settlement', 'accounts', 'ledger', 'limits', 'notify'];
const operations = [
  'POST /payments',
  'GET /accounts/{id}',
  'SELECT accounts',
  'POST',
  'INSERT ledger',
  'check limits',
  'publish',
];
const marker = Buffer.from('0badcafe0badcafe', 'hex');

/** Numbers from a fixed seed: two runs load the same spans. */
function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}

/** A request, and what is in it. */
export interface Sent {
  readonly body: Buffer;
  /** Trace id, as hex → whether a span of it failed. */
  readonly traces: ReadonlyMap<string, boolean>;
}

/** Makes requests. Start times are spread over the hour before `now`. */
export class Load {
  private readonly requests: {
    readonly body: Buffer;
    readonly failed: readonly boolean[];
    readonly offsets: number[];
  }[];
  private at = 0;

  /**
   * @param failing one span in so many fails
   * @param distinct requests that differ before they come again with other trace ids
   */
  constructor(now = Date.now(), failing = 50, distinct = 40) {
    const random = seeded(42);
    this.requests = Array.from({ length: distinct }, () => {
      const { body, failed } = request(random, now, failing);
      const offsets: number[] = [];
      for (let at = body.indexOf(marker); at >= 0; at = body.indexOf(marker, at + 1)) offsets.push(at);
      return { body, failed, offsets };
    });
  }

  /** A request with trace ids that no other has. */
  next(): Sent {
    const { body, failed, offsets } = this.requests[this.at++ % this.requests.length]!;
    const fresh = randomFillSync(Buffer.alloc(8));
    for (const at of offsets) fresh.copy(body, at);
    const traces = new Map(failed.map((one, trace) => [idOf(trace, fresh).toString('hex'), one]));
    return { body: Buffer.from(body), traces };
  }

  /** Its body alone. */
  request(): Buffer {
    return this.next().body;
  }

  /** The bulk body of the documents that the writer would make of a request: its work, done beforehand. */
  bulk(index: string): string {
    const spans = flatten(decodeRequest(this.request()));
    const groups = new TraceGroups().of(spans);
    return spans
      .map((span) => {
        const { id, source } = spanDocument(span, groups.get(span.traceId)!);
        return `{"index":{"_index":"${index}","_id":"${id}"}}\n${source}\n`;
      })
      .join('');
  }
}

/** The middle is what differs between requests: a sampler's decision cache goes by the second half of an id. */
function idOf(trace: number, middle: Buffer): Buffer {
  const id = Buffer.alloc(16);
  middle.copy(id, 4);
  id.writeUInt32BE(trace, 12);
  return id;
}

function request(
  random: (limit: number) => number,
  now: number,
  failing: number,
): { readonly body: Buffer; readonly failed: readonly boolean[] } {
  const failures = Array.from({ length: traces }, () => false);
  const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const number = (key: string, intValue: number) => ({ key, value: { intValue } });
  const byService = services.map((service) => ({
    resource: {
      attributes: [
        attribute('service.name', service),
        attribute('service.version', '1.4.2'),
        attribute('deployment.environment.name', 'bench'),
        attribute('host.name', `${service}-${random(9)}`),
      ],
    },
    scopeSpans: [
      { scope: { name: 'opentelemetry.instrumentation.fastapi', version: '0.50b0' }, spans: [] as object[] },
    ],
  }));
  for (let trace = 0; trace < traces; trace++) {
    const begin = BigInt(now - random(3_600_000)) * 1_000_000n + BigInt(random(1_000_000));
    for (let n = 0; n < spansATrace; n++) {
      const spanIdOf = (index: number) => {
        const id = Buffer.alloc(8);
        id.writeUInt32BE(0xabc00000 + trace, 0);
        id.writeUInt32BE(index + 1, 4);
        return id;
      };
      const failed = random(failing) === 0;
      failures[trace] ||= failed;
      const start = begin + BigInt(n * 1_000_000);
      const at = n === 0 ? 0 : random(services.length);
      byService[at]?.scopeSpans[0]?.spans.push({
        traceId: idOf(trace, marker),
        spanId: spanIdOf(n),
        parentSpanId: n === 0 ? undefined : spanIdOf(random(n)),
        name: operations[n === 0 ? 0 : random(operations.length)],
        kind: 1 + random(3),
        startTimeUnixNano: `${start}`,
        endTimeUnixNano: `${start + BigInt(100_000 + random(400_000_000))}`,
        status: { code: failed ? 2 : 0, message: failed ? 'upstream refused' : '' },
        attributes: [
          attribute('http.request.method', 'POST'),
          attribute('url.full', `http://10.20.0.${random(200)}:8080/settlements/${random(1_000_000)}`),
          attribute('server.address', `10.20.0.${random(200)}`),
          attribute('client.address', `10.30.${random(200)}.${random(200)}`),
          attribute('crossing', random(10) === 0 ? 'hk-cn' : 'none'),
          attribute('payment.id', `pay-${random(1_000_000_000)}`),
          number('http.response.status_code', failed ? 502 : 200),
          number('payment.lines', random(40)),
        ],
      });
    }
  }
  const body = Buffer.from(requestType.encode(requestType.fromObject({ resourceSpans: byService })).finish());
  return { body, failed: failures };
}
