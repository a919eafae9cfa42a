/** Spans that a scenario makes itself and sends to the agent, as a service in any language would: OTLP over HTTP, as JSON. */
import { ports } from '../../../lib/contract/ports';
import type { LedgerEntry } from '../../judge/evidence';
import { addresses } from '../addresses';
import { text } from '../driver/random';

/** A span that is no call: alarms and percentiles go by servers and clients, and leave it alone. */
export interface MadeSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** @default a root */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** @default false */
  readonly failed?: boolean;
  /** In OTLP's JSON. @default none */
  readonly attributes?: readonly object[];
}

/** Ids of a trace and a span, never zero. */
export const freshIds = (random: () => number) => ({
  traceId: text(random, 32, '123456789abcdef'),
  spanId: text(random, 16, '123456789abcdef'),
});

/** An attribute that is a string. */
export const attribute = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

/** A request. @param environment none: the resource does not name one */
export function otlpJson(service: string, environment: string | undefined, spans: readonly object[]): Buffer {
  const attributes = [
    attribute('service.name', service),
    ...(environment ? [attribute('deployment.environment.name', environment)] : []),
  ];
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }));
}

/** A span in OTLP's JSON. */
export const spanJson = ({ startNs, endNs, failed, ...rest }: MadeSpan): object => ({
  ...rest,
  kind: 1,
  startTimeUnixNano: `${startNs}`,
  endTimeUnixNano: `${endNs}`,
  status: failed ? { code: 2 } : {},
});

/** A span as the store must have it. */
export const ledgerEntry = ({
  traceId,
  spanId,
  parentSpanId = '',
  name,
  startNs,
  endNs,
  failed,
}: MadeSpan): LedgerEntry => ({
  traceId,
  spanId,
  parentSpanId,
  name,
  kind: 'INTERNAL',
  startNs: `${startNs}`,
  endNs: `${endNs}`,
  status: failed ? 'ERROR' : 'UNSET',
  serverAddress: null,
  clientAddress: null,
});

/** Sends a request to the agent. @returns the HTTP status; 0 where the connection broke */
export const sendToAgent = (body: Buffer): Promise<number> =>
  fetch(`http://${addresses.agent}:${ports.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(body),
  }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => 0,
  );
