/**
 * Stand-in of the network load balancer: passes TCP through to healthy targets, and as AWS's does leaves connections
 * where they are until their target is gone.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export interface BalancerProps {
  readonly address: string;
  /** Listened on, and asked for on the targets. */
  readonly ports: readonly number[];
  /** Port of the targets' health check: any 2xx to a GET of `/`. */
  readonly healthPort: number;
  /** Seconds between two checks, as the deployed target groups have it. */
  readonly healthIntervalSeconds: number;
  /** What its clients' network carries towards it, all together. @default without bounds */
  readonly kilobits?: number;
}

/** Passes on so many kbit/s. */
const paced = (kilobits: number) =>
  new Transform({
    transform(bytes: Buffer, _, done) {
      sleep((bytes.length * 8) / kilobits).then(() => done(null, bytes));
    },
  });

/** The load balancer. */
export class Balancer {
  /** Bytes that clients sent, as they crossed the wire. */
  received = 0;
  private readonly targets = new Map<string, { healthy: boolean; connections: Set<Socket> }>();
  private readonly servers: Server[] = [];
  private readonly stopped = new AbortController();
  private next = 0;

  private constructor(private readonly props: BalancerProps) {}

  static async open(props: BalancerProps): Promise<Balancer> {
    const balancer = new Balancer(props);
    for (const port of props.ports) {
      const server = createServer((client) => balancer.pass(client, port));
      balancer.servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: props.address, port, exclusive: true }, resolve);
      });
    }
    balancer.checkForEver();
    return balancer;
  }

  /** Adds a target that is known to be healthy. */
  register(address: string): void {
    this.targets.set(address, { healthy: true, connections: new Set() });
  }

  /** No new connections; those that it has are closed after the delay. */
  async deregister(address: string, delaySeconds: number): Promise<void> {
    const target = this.targets.get(address);
    if (!target) return;
    this.targets.delete(address);
    await sleep(delaySeconds * 1000, undefined, { signal: this.stopped.signal }).catch(() => {});
    for (const connection of target.connections) connection.destroy();
  }

  close(): void {
    this.stopped.abort();
    for (const server of this.servers) server.close();
    for (const { connections } of this.targets.values()) for (const connection of connections) connection.destroy();
  }

  private pass(client: Socket, port: number): void {
    const healthy = [...this.targets].filter(([, target]) => target.healthy);
    const chosen = healthy[this.next++ % Math.max(1, healthy.length)];
    if (!chosen) {
      client.destroy();
      return;
    }
    const [address, target] = chosen;
    const upstream = connect({ host: address, port });
    target.connections.add(client);
    const close = () => {
      target.connections.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', close).on('close', close);
    client.on('data', (bytes) => {
      this.received += bytes.length;
    });
    const { kilobits } = this.props;
    (kilobits ? client.pipe(paced(kilobits)) : client).pipe(upstream).pipe(client);
  }

  private async checkForEver(): Promise<void> {
    const { healthPort, healthIntervalSeconds } = this.props;
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await sleep(healthIntervalSeconds * 1000, undefined, { signal }).catch(() => {});
      await Promise.all(
        [...this.targets].map(async ([address, target]) => {
          target.healthy = await fetch(`http://${address}:${healthPort}/`, { signal: AbortSignal.timeout(2_000) }).then(
            ({ ok }) => ok,
            () => false,
          );
        }),
      );
    }
  }
}
