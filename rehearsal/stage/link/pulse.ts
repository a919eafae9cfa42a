/** Knocks at a door on the other side all the time, and so knows when it could not be reached. */
import { connect } from 'node:net';

export interface PulseProps {
  readonly from: string;
  readonly to: { readonly host: string; readonly port: number };
}

const everyMs = 100;

export class Pulse {
  private readonly answered: number[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor({ from, to }: PulseProps) {
    this.timer = setInterval(() => {
      const socket = connect({ ...to, localAddress: from });
      socket.setTimeout(1_000, () => socket.destroy());
      socket.on('error', () => {}); // not answered: the gap tells
      socket.on('connect', () => {
        this.answered.push(performance.now());
        socket.destroy();
      });
    }, everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Milliseconds (as `performance.now`) of the last answer. */
  get last(): number {
    return this.answered.at(-1) ?? 0;
  }

  /** The longest silence since then, in seconds. */
  longestGap(since: number): number {
    return longestGap([since, ...this.answered.filter((at) => at > since)]);
  }
}

/** In seconds, of moments in milliseconds. */
export const longestGap = (moments: readonly number[]): number =>
  moments.reduce((longest, moment, index) => Math.max(longest, moment - (moments[index - 1] ?? moment)), 0) / 1000;
