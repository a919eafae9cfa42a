import { setTimeout as sleep } from 'node:timers/promises';
import { holds } from '../../harness/wait';
import { count } from '../judge/report';
import { telemetry } from '../stage/telemetry';
import { nothing, type Scenario } from './scenario';

/** How long the store is away, in seconds. */
const away = 120;

/** Seconds until what waited must be stored: five times what two cores took. */
const catchUpWithin = 120;

/**
 * A trickle is always under way: caught up when no more bytes wait than one second's worth of a fair day, of at most 100 kept spans
 * of 600 bytes.
 */
const trickle = 60_000;
const kibibytes = (bytes: number): string => `${count(Math.ceil(bytes / 1024))} KiB`;

/** OpenSearch stops under load and comes back: samplers hold kept traces on disk, nobody else notices. */
export const storeAway: Scenario = {
  name: 'store-away',
  summary: `OpenSearch is stopped for ${away} seconds: nothing may be lost`,
  alarms: { notify: [] },
  seconds: 180,
  async during(stage, { at, signal, progress }) {
    /** Bytes. */
    const queued = async () => {
      const sums = await Promise.all(stage.samplers.map(({ address }) => telemetry(address)));
      return sums.reduce((sum, metrics) => sum + (metrics.get('otelcol_exporter_queue_size') ?? 0), 0);
    };
    await at(0.15);
    progress('the store stops');
    await stage.stopStore();
    const left = performance.now();
    let most = 0;
    while (performance.now() - left < away * 1000) {
      await sleep(1000, undefined, { signal });
      most = Math.max(most, await queued());
    }
    progress(`the store comes back, ${kibibytes(most)} wait`);
    await stage.startStore();
    const back = performance.now();
    const gone = (back - left) / 1000;
    const caughtUp = await holds(async () => (await queued()) <= trickle, catchUpWithin, signal, 500);
    const took = (performance.now() - back) / 1000;
    progress(caughtUp ? 'caught up' : `not caught up after ${catchUpWithin} s: ${kibibytes(await queued())} wait`);
    return {
      ...nothing,
      rows: [
        { what: 'store away', seen: `${gone.toFixed(0)} s`, expected: 'for information' },
        {
          what: 'kept traces that waited on disk',
          seen: `${kibibytes(most)} at most; ${took.toFixed(0)} s until they were stored`,
          expected: `some, stored within ${catchUpWithin} s`,
          ok: most > 0 && caughtUp,
        },
      ],
    };
  },
};
