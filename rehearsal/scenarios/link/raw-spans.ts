/** Spans are offered wherever aggregates go, and what arrived in the mainland is searched for anything that is of a span. */
import { request } from 'node:https';
import { ports } from '../../../lib/contract/ports';
import { requestType } from '../../../lib/store/span-writer/otlp';
import type { LedgerEntry } from '../../judge/evidence';
import { count, type Row } from '../../judge/report';
import { callGrpc } from '../../stage/clients/grpc';
import type { LinkStage } from '../../stage/link/link-stage';

/** A gRPC status that says: nobody here takes this. */
const unimplemented = 12;

/** Text in the spans that are offered. */
const mark = 'a-raw-span-of-the-rehearsal';

const spans = Buffer.from(
  requestType
    .encode(
      requestType.fromObject({
        resourceSpans: [
          { scopeSpans: [{ spans: [{ traceId: Buffer.alloc(16, 7), spanId: Buffer.alloc(8, 7), name: mark }] }] },
        ],
      }),
    )
    .finish(),
);

/** Offers spans to a relay, as a sampler would, and to the receiver, as a relay would. */
export async function offerSpans(link: LinkStage): Promise<Row> {
  const relay = await offerToRelay(link);
  const receiver = await offerToReceiver(link);
  return {
    what: 'spans offered',
    seen: `the relay answered gRPC ${relay}, the receiver HTTP ${receiver}`,
    expected: `gRPC ${unimplemented} and HTTP 404: there is no such service`,
    ok: relay === unimplemented && receiver === 404,
  };
}

/** Everything that CloudWatch of the mainland was given, after all that is there to be found. */
export function nothingOfSpans(link: LinkStage, ledger: readonly LedgerEntry[]): Row {
  const events = link.mainland.events();
  const strings = new Set(events.flatMap((event) => stringsIn(JSON.parse(event))));
  const secrets = new Set([mark, ...ledger.flatMap(({ traceId, spanId }) => [traceId, spanId])]);
  // Whatever its origin: no id of a trace or span is shorter, and no name of ours has so many hexadecimal digits.
  const found = [...strings].filter((text) => secrets.has(text) || text.includes(mark) || /[0-9a-f]{16}/i.test(text));
  return {
    what: 'raw spans in the mainland',
    seen: `${found.length} in ${count(events.length)} events with ${count(strings.size)} different strings: searched for ${count(2 * ledger.length)} ids, the offered spans and anything like an id`,
    expected: '0',
    ok: events.length > 0 && found.length === 0,
  };
}

/** Every key and every text in it. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsIn(inner)]);
}

function offerToRelay({ relays, props }: LinkStage): Promise<number> {
  const { certificate: cert, key, authority: ca } = props.relayCertificate;
  const target = { address: relays[0] ?? '', port: ports.otlpGrpc, servername: props.relayName, cert, key, ca };
  return callGrpc(target, '/opentelemetry.proto.collector.trace.v1.TraceService/Export', spans);
}

function offerToReceiver({ parameters, addresses, linkCertificate }: LinkStage): Promise<number> {
  const { address: host, port, name: servername } = parameters.receiver;
  const { certificate: cert, key, authority: ca } = linkCertificate;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{ host, port, servername, cert, key, ca, localAddress: addresses.relays[0] },
        method: 'POST',
        path: '/v1/traces',
        headers: { 'content-type': 'application/x-protobuf' },
        timeout: 10_000,
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('The receiver did not answer in ten seconds.')));
    outgoing.on('error', reject);
    outgoing.end(spans);
  });
}
