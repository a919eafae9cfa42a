/** The span writer's HTTP side: OTLP/HTTP in, health and metrics out. */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Client } from '@opensearch-project/opensearch';
import { TryLater } from './bulk';
import { DeadLetters } from './dead-letters';
import { Lru } from './lru';
import { Metrics } from './metrics';
import { encodeResponse } from './otlp';
import type { WriterSettings } from './settings';
import { Malformed, partBytes, type Rejected, SpanWriter } from './writer';

const protobuf = 'application/x-protobuf';

/** Seconds before the collector tries again. Its own backoff starts at half a second and grows to five. */
const retryAfterSeconds = 1;

/** The collector's connections idle for up to 90 s (Go's default): it must be the side that closes them. */
const keepAliveMs = 120_000;

/** One line of the log. Never holds attribute values. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

export interface WriterServerProps {
  readonly settings: Omit<WriterSettings, 'store' | 'host' | 'port' | 'metricsEndpoint'>;
  readonly client: Client;
  readonly log: Log;
}

/** A refusal of ours, with its answer. */
class HttpError extends Error {
  constructor(
    readonly status: number,
    /** A fixed word, for metrics and logs. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

const unzip = promisify(gunzip);

/** The service without its sockets: `server.listen` starts it, {@link WriterServer.stop} ends it. */
export class WriterServer {
  readonly server: Server;
  readonly metrics = new Metrics();
  private readonly writer: SpanWriter;
  private readonly daily: NodeJS.Timeout;
  private inFlight = 0;
  private bytesInFlight = 0;
  private stopping = false;
  /** Large requests that are being stored, and the latest that were. */
  private readonly large = new Lru<Promise<Rejected>>(16);

  constructor(private readonly props: WriterServerProps) {
    const { settings, client } = props;
    const deadLetters = new DeadLetters(settings.deadLetterDirectory, {
      days: settings.deadLetterDays,
      maxBytes: settings.deadLetterMaxBytes,
    });
    this.daily = setInterval(() => deadLetters.expire(), 3_600_000).unref();
    this.writer = new SpanWriter({ client, deadLetters, metrics: this.metrics, bulkBytes: settings.bulkBytes });
    this.server = createServer((request, response) => void this.handle(request, response));
    this.server.keepAliveTimeout = keepAliveMs;
  }

  /**
   * Stops accepting, lets requests in flight end, cuts those that do not within `graceMs`: the collector still has their
   * data. Resolves when no connection is left.
   */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    clearInterval(this.daily);
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeIdleConnections();
    const timer = setTimeout(() => this.server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(timer);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url } = request;
    try {
      if (url === '/v1/traces' && method === 'POST') await this.export(request, response);
      else if (url === '/healthz' && method === 'GET') this.answer(response, 200, 'text/plain', 'ok\n');
      else if (url === '/metrics' && method === 'GET') {
        this.answer(response, 200, 'text/plain; version=0.0.4', this.metrics.text());
      } else throw new HttpError(404, 'not_found', 'POST /v1/traces, GET /healthz, GET /metrics');
    } catch (error) {
      this.refuse(request, response, error);
    }
  }

  private async export(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { settings, log } = this.props;
    if (this.inFlight >= settings.maxInFlight) {
      throw new TryLater(429, 'too_many_requests_in_flight');
    }
    // Told by the sender; without it, the most that it may be. A packed body may unpack to the most, too.
    const { 'content-length': length, 'content-encoding': encoding } = request.headers;
    const bytes =
      encoding === undefined && length ? Math.min(Number(length), settings.maxBodyBytes) : settings.maxBodyBytes;
    if (this.inFlight > 0 && this.bytesInFlight + bytes > settings.maxBytesInFlight) {
      throw new TryLater(429, 'too_many_bytes_in_flight');
    }
    this.flight(1, bytes);
    try {
      const body = await this.body(request);
      const { spans, edges, types } = await this.once(body);
      const dead = spans + edges;
      if (dead > 0) log('warn', 'documents refused for their content', { spans, edges, types });
      const errorMessage = `The store refused ${spans} spans and ${edges} edges: ${JSON.stringify(types)}`;
      const partialSuccess = dead > 0 ? { rejectedSpans: spans, errorMessage } : undefined;
      this.answer(response, 200, protobuf, encodeResponse(partialSuccess));
    } finally {
      this.flight(-1, -bytes);
    }
  }

  /**
   * A request that takes longer than its sender waits is sent again while it is being stored: it joins the one under way,
   * or a trace of half a million spans would be stored from its start again and again.
   */
  private async once(body: Buffer): Promise<Rejected> {
    if (body.length <= partBytes) return this.writer.write(body);
    const key = createHash('sha256').update(body).digest('base64');
    const known = this.large.get(key);
    if (known) return known;
    const written = this.writer.write(body);
    this.large.set(key, written);
    written.catch(() => this.large.delete(key));
    return written;
  }

  private flight(change: 1 | -1, bytes: number): void {
    this.inFlight += change;
    this.bytesInFlight += bytes;
    this.metrics.add('harbourline_writer_requests_in_flight', change);
  }

  /** The unpacked body, which is never larger than the limit. */
  private async body(request: IncomingMessage): Promise<Buffer> {
    const limit = this.props.settings.maxBodyBytes;
    const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
    if (type.split(';', 1)[0]?.trim().toLowerCase() !== protobuf) {
      throw new HttpError(415, 'content_type', `Content-Type must be ${protobuf}`);
    }
    if (encoding !== 'identity' && encoding !== 'gzip') {
      throw new HttpError(415, 'content_encoding', 'Content-Encoding must be gzip or absent');
    }
    const tooLarge = () => new HttpError(413, 'body_too_large', `More than ${limit} bytes`);
    const parts: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const part of request as AsyncIterable<Buffer>) {
        bytes += part.length;
        // Read to its end, but not kept: cut off, the sender would see a broken connection and send it indefinitely.
        if (bytes > limit) parts.length = 0;
        else parts.push(part);
      }
    } catch {
      throw new TryLater(503, 'sender_went_away');
    }
    if (bytes > limit) throw tooLarge();
    const body = parts.length === 1 ? parts[0]! : Buffer.concat(parts, bytes);
    if (encoding === 'identity') return body;
    try {
      return await unzip(body, { maxOutputLength: limit });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
      throw new HttpError(400, 'gzip', 'The body is not gzip');
    }
  }

  /**
   * Answers with an error. Only 429, 502, 503 and 504 make the collector try again, so what is not its fault, an error
   * in this program included, is 503: the data stays in its queue.
   */
  private refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (error instanceof Malformed)
      error = new HttpError(400, 'protobuf', 'The body is not an ExportTraceServiceRequest');
    const { status, reason } =
      error instanceof HttpError || error instanceof TryLater
        ? error
        : { status: 503, reason: error instanceof Error ? `internal_${error.name}` : 'internal' };
    this.metrics.add('harbourline_writer_requests_refused_total', 1, { status, reason });
    this.props.log(status === 503 && !(error instanceof TryLater) ? 'error' : 'warn', 'request refused', {
      status,
      reason,
      ...(reason.startsWith('internal') ? { stack: (error as Error).stack } : {}),
    });
    if (response.destroyed) return;
    if (status === 429 || status === 503) {
      const seconds = error instanceof TryLater ? error.retryAfter : undefined;
      response.setHeader('Retry-After', seconds ?? retryAfterSeconds);
    }
    request.resume(); // what is left of the body, so that the sender sees the answer
    this.answer(response, status, 'text/plain', `${error instanceof HttpError ? error.message : reason}\n`);
  }

  private answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
    // Or the collector would go on sending over a connection that it holds.
    if (this.stopping) response.setHeader('Connection', 'close');
    response.writeHead(status, { 'Content-Type': type }).end(body);
  }
}
