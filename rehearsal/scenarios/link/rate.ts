/** What aggregates take of the link, by the counters of the relays' own token bucket. */
import { count, type Row } from '../../judge/report';
import { counters } from '../../stage/link/counters';
import type { LinkStage } from '../../stage/link/link-stage';

/** Table of lib/machine/instance-files/rate.sh. */
const table = 'ip harbourline_rate';

/** Reads once a second, until it is stopped. */
export class RateMeter {
  private readonly readings: { at: number; bytes: number }[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor() {
    const read = async () => {
      const bytes = (await counters(undefined, table)).get('sent')?.bytes ?? 0;
      this.readings.push({ at: performance.now(), bytes });
    };
    const reading = () => void read().catch(() => {}); // one that fails is one fewer
    reading();
    this.timer = setInterval(reading, 1000);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  async line({ props }: LinkStage): Promise<Row> {
    const { bitsPerSecond } = props.synthesised;
    const { mean, peak, bytes } = rates(this.readings);
    const heldBack = (await counters(undefined, table)).get('held_back')?.packets ?? 0;
    const kilobits = (rate: number) => `${count(Math.round((8 * rate) / 1000))} kbit/s`;
    return {
      what: 'aggregates on the link',
      seen: `${count(bytes)} bytes with TLS, TCP and IP: ${kilobits(mean)} on average, ${kilobits(peak)} in the busiest second; ${count(heldBack)} packets held back`,
      expected: `at most ${kilobits(bitsPerSecond / 8)}, by the token bucket`,
      ok: bytes > 0 && 8 * mean <= bitsPerSecond && 8 * peak <= bitsPerSecond + 8 * bucketBytes,
    };
  }
}

/** What the bucket holds when it is full: lib/machine/instance-files/rate.sh. */
const bucketBytes = 65_536;

/** Bytes a second over all readings, and in the busiest interval between two. */
export function rates(readings: readonly { at: number; bytes: number }[]) {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last || last.at === first.at) return { mean: 0, peak: 0, bytes: 0 };
  const peak = readings.slice(1).reduce((most, { at, bytes }, index) => {
    const before = readings[index] ?? first;
    return Math.max(most, (bytes - before.bytes) / ((at - before.at) / 1000));
  }, 0);
  const bytes = last.bytes - first.bytes;
  return { mean: bytes / ((last.at - first.at) / 1000), peak, bytes };
}
