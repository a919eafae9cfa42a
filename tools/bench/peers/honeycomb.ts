/** As much of Honeycomb's API as Refinery calls: who a key belongs to, and batches of events. */
import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Arrivals } from './arrivals';
import { decodeMessagePack } from './msgpack';

/** An event of a batch. */
interface Event {
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The API while it runs. */
export interface Honeycomb {
  readonly url: string;
  /** What was asked that it cannot answer, or not read: nothing, where all is well. */
  readonly problems: readonly string[];
  readonly close: () => void;
}

/** Starts it on loopback. */
export async function startHoneycomb(address: string, arrivals: Arrivals): Promise<Honeycomb> {
  const problems: string[] = [];
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    read(request)
      .then((body) => {
        if (request.url === '/1/auth')
          return answer(200, {
            api_key_access: { events: true },
            team: { slug: 'bench' },
            environment: { name: 'bench' },
          });
        if (request.method !== 'POST' || !request.url?.startsWith('/1/batch/'))
          throw new Error(`${request.method} ${request.url} is not answered here`);
        const events = eventsIn(request, body);
        for (const { data = {} } of events) {
          const [trace, span] = [data['trace.trace_id'], data['trace.span_id']];
          if (typeof trace !== 'string' || typeof span !== 'string') throw new Error('an event is no span');
          arrivals.take(trace, span);
        }
        answer(
          200,
          events.map(() => ({ status: 202 })),
        );
      })
      .catch((error: Error) => {
        problems.push(error.message);
        answer(400, { error: error.message });
      });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://${address}:${port}`, problems, close: () => server.close() };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'];
  if (encoding === 'zstd') return zstdDecompressSync(body);
  return encoding === 'gzip' ? gunzipSync(body) : body;
}

function eventsIn(request: IncomingMessage, body: Buffer): Event[] {
  const packed = request.headers['content-type']?.endsWith('msgpack');
  const events: unknown = packed ? decodeMessagePack(body) : JSON.parse(body.toString());
  if (!Array.isArray(events)) throw new Error('a batch is no list');
  return events as Event[];
}
