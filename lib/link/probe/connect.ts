/** The round trip of a path, by a TCP connect: what a service's first packet takes. */
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Longer than any healthy path takes, shorter than a person waits: beyond it a connect counts as lost. */
const timeoutMs = 1_000;

/**
 * Milliseconds until the far end answers; `undefined` where it does not. A refusal is an answer too, so nothing need
 * listen. One SYN that is lost shows as lost: Linux sends it again after a second, which is not waited for.
 */
export function measureRoundTrip(address: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const start = performance.now();
    const socket = connect({ host: address, port });
    const end = (answered: boolean) => {
      const milliseconds = performance.now() - start;
      socket.destroy();
      resolve(answered ? milliseconds : undefined);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'));
  });
}
