/** Tracing backends of another team, over TLS: what arrives at a Jaeger by OTLP and at a Zipkin by its JSON. */

import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { gunzipSync } from 'node:zlib';
import type { NodeCertificate } from '../../harness/opensearch-node/certificates';
import { decodeRequest } from '../../lib/store/span-writer/otlp';

/** What one backend has received. */
export interface Backend {
  /** Span ids, as hex. */
  readonly spanIds: ReadonlySet<string>;
  /** Everything, as text. */
  readonly text: () => string;
  stop(): Promise<void>;
}

export interface BackendProps {
  readonly protocol: 'otlp' | 'zipkin';
  readonly address: string;
  readonly port: number;
  readonly certificate: NodeCertificate;
}

/** Starts one. */
export async function startBackend({ protocol, address, port, certificate }: BackendProps): Promise<Backend> {
  const spanIds = new Set<string>();
  let text = '';
  const take = (body: Buffer) => {
    if (protocol === 'zipkin') {
      text += body.toString();
      for (const { id } of JSON.parse(body.toString()) as { id: string }[]) spanIds.add(id);
      return;
    }
    text += body.toString('latin1');
    for (const { scopeSpans = [] } of decodeRequest(body).resourceSpans ?? []) {
      for (const { spans = [] } of scopeSpans) {
        for (const { spanId } of spans) spanIds.add(Buffer.from(spanId).toString('hex'));
      }
    }
  };
  const server: Server = createServer({ cert: certificate.certificate, key: certificate.key }, (request, response) => {
    read(request)
      .then((body) => {
        take(body);
        response.writeHead(protocol === 'zipkin' ? 202 : 200).end();
      })
      .catch((error: Error) => response.writeHead(400).end(error.message));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return {
    spanIds,
    text: () => text,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}
