/** What the span writer's tests share: OTLP requests, a store that is a local server, and a writer in front of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@opensearch-project/opensearch';
import { waitFor } from '../../../harness/wait';
import { requestType } from '../../../lib/store/span-writer/otlp';
import { WriterServer, type WriterServerProps } from '../../../lib/store/span-writer/server';

/** 2026-08-01T09:30:00.123456789Z: not exact as a double. */
export const start = 1785576600123456789n;

export const traceId = (n: number): Buffer => Buffer.from(`${n}`.padStart(32, 'a'), 'hex');
export const spanId = (n: number): Buffer => Buffer.from(`${n}`.padStart(16, 'b'), 'hex');

export const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
export const map = (entries: Record<string, object>) => ({
  kvlistValue: { values: Object.entries(entries).map(([key, value]) => ({ key, value })) },
});

/** A span; numbers for ids, nanoseconds after {@link start} for times. */
export function span(id: number, parent: number | undefined, fields: Record<string, unknown> = {}) {
  return {
    traceId: traceId(1),
    spanId: spanId(id),
    ...(parent === undefined ? {} : { parentSpanId: spanId(parent) }),
    name: `span ${id}`,
    kind: 1,
    startTimeUnixNano: `${start + BigInt(id)}`,
    endTimeUnixNano: `${start + BigInt(id) + 1000n}`,
    ...fields,
  };
}

export const service = (name: string, spans: object[], scope: object = {}, attributes: object[] = []) => ({
  resource: { attributes: [attribute('service.name', name), ...attributes] },
  scopeSpans: [{ scope, spans }],
});

export const encode = (...resourceSpans: object[]): Buffer =>
  Buffer.from(requestType.encode({ resourceSpans }).finish());

/** Documents are read as a page reads them, without types. */
/** Sends as the collector does: what is not answered with 200 comes again. A node that has just been set up may refuse at first. */
export const sendUntilTaken = (post: () => Promise<number>, refusal: () => string = () => ''): Promise<void> =>
  waitFor('the writer to store spans', async () => {
    const status = await post();
    return status === 200 || `${status} ${refusal()}`;
  });

export type Json = any;

/** What the store answers to a document: a status, or an item error. */
export type Verdict = { status: number; type?: string; reason?: string } | undefined;

/** A store on loopback that takes `_bulk`, checks its shape, and refuses what a test asks it to. */
export class FakeStore {
  readonly documents = new Map<string, Json>();
  /** Ids of the documents of each bulk request. */
  readonly bulks: string[][] = [];
  readonly problems: string[] = [];
  /** Decides on each document. */
  verdict: (index: string, id: string, document: Json) => Verdict = () => undefined;
  /** Decides on each request; an answer here comes in the place of the items. */
  answer: (
    bytes: number,
    ids: string[],
  ) => { status: number; body?: unknown; headers?: Record<string, string> } | 'cut' | undefined = () => undefined;
  /** Bulk requests wait for it. */
  gate: Promise<void> = Promise.resolve();
  /** Called when a bulk request has come. */
  onBulk: () => void = () => {};
  readonly handler: Parameters<typeof createServer>[1];
  private server: Server;

  constructor() {
    this.handler = async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const text = Buffer.concat(parts).toString();
      const reply = (status: number, body: unknown, headers: Record<string, string> = {}) =>
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
      if (request.method === 'HEAD') return void response.end(); // the client asks whether a node is back
      if (request.method !== 'POST' || !request.url?.startsWith('/_bulk?filter_path='))
        this.problems.push(`${request.method} ${request.url}`);
      if (request.headers['content-type'] !== 'application/x-ndjson') this.problems.push('content type');
      if (!text.endsWith('\n')) this.problems.push('no newline at the end');
      const lines = text
        .slice(0, -1)
        .split('\n')
        .map((line) => JSON.parse(line));
      const entries = lines.flatMap((line, at) => (at % 2 === 0 ? [{ action: line, source: lines[at + 1] }] : []));
      const ids = entries.map(({ action }) => action.index._id as string);
      this.bulks.push(ids);
      this.onBulk();
      await this.gate;
      const answer = this.answer(text.length, ids);
      if (answer === 'cut') return void request.socket.destroy();
      if (answer) return void reply(answer.status, answer.body ?? {}, answer.headers);
      const items = entries.map(({ action, source }) => {
        const { _index, _id } = action.index;
        const verdict = this.verdict(_index, _id, source);
        if (verdict) {
          const { status, ...error } = verdict;
          return { index: { _index, _id, status, error } };
        }
        this.documents.set(`${_index} ${_id}`, source);
        return { index: { _index, _id, status: 201, result: 'created' } };
      });
      reply(200, { took: 1, errors: items.some(({ index }) => index.status >= 300), items });
    };
    this.server = createServer(this.handler);
  }

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.server = createServer(this.handler);
  }

  /** Span documents by name. */
  get spans(): Record<string, Json> {
    return Object.fromEntries(this.in('otel-v1-apm-span').map((document) => [document.name, document]));
  }

  in(index: string): Json[] {
    return [...this.documents].filter(([key]) => key.startsWith(`${index} `)).map(([, document]) => document);
  }
}

/** A writer in front of a {@link FakeStore}. */
export class Rig {
  readonly store = new FakeStore();
  readonly deadLetterDirectory = mkdtempSync(join(tmpdir(), 'span-writer-'));
  readonly logs: { level: string; message: string; fields?: Json }[] = [];
  writer!: WriterServer;
  url = '';
  storePort = 0;
  private client!: Client;

  async start(settings: Partial<WriterServerProps['settings']> = {}): Promise<this> {
    this.storePort = await this.store.listen();
    this.client = new Client({ node: `http://127.0.0.1:${this.storePort}` });
    this.writer = new WriterServer({
      settings: {
        deadLetterDirectory: this.deadLetterDirectory,
        maxBodyBytes: 1_000_000,
        maxInFlight: 4,
        maxBytesInFlight: 32_000_000,
        deadLetterDays: 7,
        bulkBytes: 1_000_000,
        deadLetterMaxBytes: 64_000_000,
        ...settings,
      },
      client: this.client,
      log: (level, message, fields) => this.logs.push({ level, message, fields }),
    });
    await new Promise<void>((resolve) => this.writer.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.writer.server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    await this.writer.stop(0);
    await this.client.close();
    await this.store.close();
    rmSync(this.deadLetterDirectory, { recursive: true });
  }

  post(body: Buffer, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', ...headers },
      body: new Uint8Array(body),
    });
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  get deadLetterFiles(): string[] {
    return readdirSync(this.deadLetterDirectory);
  }

  get deadLetters(): Json[] {
    return this.deadLetterFiles.flatMap((name) =>
      readFileSync(join(this.deadLetterDirectory, name), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  }
}
