/**
 * What a store must hold and take for a load: the arithmetic behind `npm run size` and behind the configuration's refusal of
 * a store that is too small. Figures were measured by `npm run bench:store`; what is assumed beside them stands here.
 */
import measured from './measured.json';

/** What services send, and how long it stays. */
export interface Load {
  /** Spans of all services before sampling, average of the busiest day. */
  readonly spansPerSecond: number;
  /** Bytes of a span as it is sent. */
  readonly bytesPerSpan: number;
  /** Busiest minute over the average of its day. */
  readonly peak: number;
  /** Share of spans that is stored, 0 to 1. */
  readonly kept: number;
  readonly retentionDays: number;
  readonly codec: 'default' | 'best_compression';
  /** Copies of each shard beyond the first. */
  readonly replicas: number;
}

/** What is assumed, for whoever checks the sum. */
export const assumptions = {
  /** An index is open for a day before it is counted as old: the store holds a day more than its retention. */
  openDays: 1,
  /** Disk that is not for spans: the service's own fifth, the file system's twentieth, merges. AWS's formula, 1.45 less raw-to-index, which is measured. */
  overhead: 1.32,
  /** How busy a processor may be at the peak, so that a node may fail and a search may run. */
  busy: 0.5,
  /** GiB of a primary shard at rollover: it can still be moved in minutes. AWS's advice is 10 to 50. */
  shardGiB: 30,
} as const;

export interface Capacity {
  /** Spans a second that are stored at the peak. */
  readonly storedPerSecond: number;
  /** Bytes of a stored span on one disk, with this codec. */
  readonly bytesPerStoredSpan: number;
  /** GiB of a day's spans, one copy. */
  readonly dailyGiB: number;
  /** Primary shards of a day's index. */
  readonly shards: number;
  /** GiB on all volumes together, copies and overhead included. */
  readonly storageGiB: number;
  /** Processors of all data nodes together at the peak. */
  readonly processors: number;
}

const gib = 1024 ** 3;

/** What a load needs. A span that is larger when it is sent is as much larger when it is stored. */
export function capacityFor(load: Load): Capacity {
  const bytesPerStoredSpan = (measured.storedBytesPerSpan[load.codec] * load.bytesPerSpan) / measured.otlpBytesPerSpan;
  const dailyGiB = (load.spansPerSecond * load.kept * 86_400 * bytesPerStoredSpan) / gib;
  const copies = 1 + load.replicas;
  const storedPerSecond = load.spansPerSecond * load.kept * load.peak;
  const larger = Math.max(1, load.bytesPerSpan / measured.otlpBytesPerSpan);
  return {
    storedPerSecond,
    bytesPerStoredSpan,
    dailyGiB,
    shards: Math.max(1, Math.ceil(dailyGiB / assumptions.shardGiB)),
    storageGiB: dailyGiB * (load.retentionDays + assumptions.openDays) * copies * assumptions.overhead,
    processors: (storedPerSecond * copies * larger) / (measured.nodeSpansPerCoreSecond * assumptions.busy),
  };
}

/** Processors of an instance type, by its size: `large` has 2. */
export function processorsOf(instanceType: string): number {
  const size = instanceType.split('.')[1] ?? '';
  const multiple = /^(\d*)xlarge$/.exec(size);
  if (multiple) return 4 * Number(multiple[1] || 1);
  return size === 'large' ? 2 : size === 'medium' && !instanceType.startsWith('t') ? 1 : 2;
}
