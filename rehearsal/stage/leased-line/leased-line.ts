/**
 * Stand-in of the leased line: an HTTP forward proxy between the two sides, on loopback.
 *
 * It knows the addresses behind which a service of the other side stands and refuses everything else, so nothing
 * leaves the machine. It delays each way as distance does, and counts what crossed. Where a real link lies behind it, it
 * is what a company has before its link: a proxy outward, a front door inward, and the link does the rest.
 */
import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { isIP } from 'node:net';
import { PassThrough, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Crossings, Direction } from '../../judge/evidence';

/** What stands behind an address of the other side. */
export interface Route {
  readonly direction: Direction;
  /** Address and port of the service; loopback, but for {@link LeasedLineProps.ownNetwork}. */
  readonly target: { readonly host: string; readonly port: number };
  /** Address that calls come from. @default the line's */
  readonly from?: string;
  /** Address of the calling side, which the service sees in `X-Forwarded-For`. */
  readonly callerAddress: string;
}

/** How the line is made. */
export interface LeasedLineProps {
  /** Loopback address; calls to services come from it too. */
  readonly host: string;
  /** @default any free port */
  readonly port?: number;
  /** By `host:port` as callers write it, e.g. `10.20.0.15:8080`. */
  readonly routes: Readonly<Record<string, Route>>;
  /** One-way delay: applied before a request is forwarded and before its answer is. @default 12 */
  readonly oneWayMs?: number;
  /** Where callers who know nothing of a proxy find it: an address that `routes` has. @default nowhere */
  readonly frontDoor?: { readonly host: string; readonly port: number };
  /** The process is in a network of its own, where any address stays on this machine. @default false: loopback only */
  readonly ownNetwork?: boolean;
}

const hopByHop = new Set(
  'connection,proxy-connection,keep-alive,proxy-authorization,proxy-authenticate,te,trailer,transfer-encoding,upgrade'.split(
    ',',
  ),
);
const searchedBytes = 65_536;

/** The line. */
export class LeasedLine {
  readonly record: Record<Direction, Crossings> = { 'hk-cn': noCrossings(), 'cn-hk': noCrossings() };
  /** Requests for an address that is not on the line: answered with 403. */
  refused = 0;
  /** Direction in which `traceparent` is taken out of requests, as careless proxies do. */
  strips?: Direction;

  private oneWayMs: number;
  private readonly routes: Record<string, Route>;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly server: Server;
  private readonly door?: Server;
  private port: number;
  /** Settles when the line is whole again. */
  private whole: Promise<void> = Promise.resolve();
  private release: () => void = () => {};

  private constructor(private readonly props: LeasedLineProps) {
    this.port = props.port ?? 0;
    this.oneWayMs = props.oneWayMs ?? 12;
    this.routes = { ...props.routes };
    this.server = this.newServer();
    if (props.frontDoor) this.door = this.newServer();
  }

  private newServer(): Server {
    const server = createServer((incoming, outgoing) => void this.handle(incoming, outgoing));
    // CONNECT would be a tunnel to anywhere.
    server.on('connect', (_, socket) => {
      this.refused++;
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    });
    return server;
  }

  /** Opens a line. @throws Error on an address that is not loopback. */
  static async open(props: LeasedLineProps): Promise<LeasedLine> {
    for (const host of [props.host, ...Object.values(props.routes).map((route) => route.target.host)]) {
      if (!props.ownNetwork && (isIP(host) !== 4 || !host.startsWith('127.'))) {
        throw new Error(`The line runs on this machine only: ${host} is not a loopback address (127.0.0.0/8).`);
      }
    }
    const line = new LeasedLine(props);
    await line.listen();
    if (line.door && props.frontDoor) {
      line.door.listen(props.frontDoor);
      await once(line.door, 'listening');
    }
    return line;
  }

  /** What `HTTP_PROXY` is set to. */
  get url(): string {
    return `http://${this.props.host}:${this.port}`;
  }

  /**
   * Cuts the line: `refuse` closes every connection and accepts none; `hang` keeps them and lets nothing through, in
   * either direction, until `restore`.
   */
  async cut(how: 'refuse' | 'hang'): Promise<void> {
    if (how === 'refuse') await this.stopListening();
    else {
      this.whole = new Promise((resolve) => {
        this.release = resolve;
      });
    }
  }

  /** Restores a cut line. What hung goes on, as retransmitted packets would. */
  async restore(): Promise<void> {
    this.release();
    if (!this.server.listening) await this.listen();
  }

  /** Makes the line longer, or shorter: each way takes so long from now on. */
  delay(oneWayMs: number): void {
    this.oneWayMs = oneWayMs;
  }

  /** Puts another service behind an address from now on. */
  reroute(address: string, target: Route['target']): void {
    const route = this.routes[address];
    if (!route) throw new Error(`Not on this line: ${address}`);
    this.routes[address] = { ...route, target };
  }

  /** Closes the line for good. */
  async close(): Promise<void> {
    this.release();
    if (this.server.listening) await this.stopListening();
    this.door?.close();
    this.door?.closeAllConnections();
    this.agent.destroy();
  }

  private async listen(): Promise<void> {
    this.server.listen(this.port, this.props.host);
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address && typeof address === 'object') this.port = address.port;
  }

  private async stopListening(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async cross(): Promise<void> {
    await sleep(this.oneWayMs);
    await this.whole;
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    // Whoever knows of the proxy names the whole URL, others a path and the host.
    const base = `http://${incoming.headers.host}`;
    const url = URL.canParse(incoming.url ?? '', base) ? new URL(incoming.url ?? '', base) : undefined;
    const route = url?.protocol === 'http:' ? this.routes[`${url.hostname}:${url.port || 80}`] : undefined;
    if (!url || !route) {
      this.refused++;
      incoming.resume();
      outgoing.writeHead(403, { 'content-type': 'text/plain' }).end(`Not on this line: ${incoming.url}\n`);
      return;
    }
    const record = this.record[route.direction];
    const traceId = `${incoming.headers.traceparent ?? ''}`.split('-')[1];
    record.requests++;
    if (traceId) record.traceparentOut++;
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort());
    try {
      await this.cross();
      const upstream = request({
        ...route.target,
        agent: this.agent,
        method: incoming.method,
        path: `${url.pathname}${url.search}`,
        localAddress: route.from ?? this.props.host,
        headers: {
          ...endToEnd(incoming.headers, this.strips === route.direction ? ['traceparent', 'tracestate'] : []),
          'x-forwarded-for': route.callerAddress,
        },
        signal: gone.signal,
      });
      const answered = once(upstream, 'response') as Promise<[IncomingMessage]>;
      const count = counter((bytes) => {
        record.bytesOut += bytes.length;
      });
      const [[answer]] = await Promise.all([answered, pipeline(incoming, count, upstream)]);
      await this.cross();

      let seen = JSON.stringify(answer.headers);
      outgoing.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      const countBack = counter((bytes) => {
        record.bytesBack += bytes.length;
        if (seen.length < searchedBytes) seen += bytes.toString('latin1');
      });
      await pipeline(answer, countBack, outgoing);
      if (traceId && seen.includes(traceId)) record.traceBack++;
    } catch {
      record.failed++;
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('The other side does not answer.\n');
    }
  }
}

function noCrossings(): Crossings {
  return { requests: 0, traceparentOut: 0, traceBack: 0, failed: 0, bytesOut: 0, bytesBack: 0 };
}

function endToEnd(headers: IncomingHttpHeaders, stripped: readonly string[] = []): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !stripped.includes(name)),
  );
}

function counter(count: (bytes: Buffer) => void): Transform {
  return new PassThrough({
    transform(chunk: Buffer, _, done) {
      count(chunk);
      done(null, chunk);
    },
  });
}
