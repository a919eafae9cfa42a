import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@opensearch-project/opensearch';
import { spanIndices } from '../../lib/contract/indices';

/** The service that a smoke test pretends to be: its traces are recognised by it. */
export const smokeService = 'harbourline-smoke';

/** Where the gateways are, and what an agent would show and trust there. */
export interface Gateways {
  readonly host: string;
  /** Of OTLP over HTTP. */
  readonly port: number;
  /** The name that their certificate bears. */
  readonly servername: string;
  /** PEM: the agents' certificate and key, and the authority of the gateways. */
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** One trace of one span, marked as failed: those are kept, whatever the sampling decides. */
export function smokeTrace(environment: string, now = Date.now()) {
  const traceId = randomBytes(16).toString('hex');
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const nanoseconds = BigInt(now) * 1_000_000n;
  const body = {
    resourceSpans: [
      {
        resource: {
          attributes: [text('service.name', smokeService), text('deployment.environment.name', environment)],
        },
        scopeSpans: [
          {
            scope: { name: smokeService },
            spans: [
              {
                traceId,
                spanId: randomBytes(8).toString('hex'),
                name: 'smoke',
                kind: 1,
                startTimeUnixNano: String(nanoseconds - 5_000_000n),
                endTimeUnixNano: String(nanoseconds),
                status: { code: 2, message: 'a smoke test: it is meant to look failed' },
              },
            ],
          },
        ],
      },
    ],
  };
  return { traceId, body: JSON.stringify(body) };
}

/** Hands a trace to the gateways as an agent would. @throws Error with what they, or TLS, say */
export function send(gateways: Gateways, body: string): Promise<void> {
  const { host, port, servername, cert, key, ca } = gateways;
  return new Promise((resolve, reject) => {
    const sending = request(
      {
        host,
        port,
        servername,
        cert,
        key,
        ca,
        path: '/v1/traces',
        method: 'POST',
        minVersion: 'TLSv1.2',
        headers: { 'content-type': 'application/json' },
        timeout: 10_000,
      },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`the gateways answer ${answer.statusCode}`)),
        );
      },
    );
    sending.on('timeout', () => sending.destroy(new Error('no answer within 10 seconds')));
    sending.on('error', reject);
    sending.end(body);
  });
}

/** A stored span, as a reader sees it. */
export interface Found {
  readonly traceId: string;
  readonly serviceName: string;
}

/**
 * Asks the store until it has the trace.
 *
 * @returns its spans; none where it is not there by then
 */
export async function find(store: Client, traceId: string, withinSeconds: number): Promise<Found[]> {
  const deadline = performance.now() + withinSeconds * 1000;
  for (;;) {
    const { body } = await store.search({ index: spanIndices, body: { query: { term: { traceId } } } });
    const found = body.hits.hits
      .map(({ _source }) => _source as Found | undefined)
      .filter((each) => each !== undefined);
    if (found.length > 0 || performance.now() > deadline) return found;
    await sleep(1_000);
  }
}
