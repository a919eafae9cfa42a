/** How much of everything an instance holds, from its type: memory, queues, traces. `npm run size` prints it. */
import { memoryGiB } from '../../config/regions';

/** What Amazon Linux, the SSM agent and the page cache of the queues' files need, in MiB. */
const systemMiB = 512;

/** The collector's memory limiter frees memory at this share of what the collector may have, whatever it takes. */
export const limitShare = 0.9;

/** It refuses this much earlier: what comes in between two looks must fit. */
export const spikeShare = 0.15;

/** Go collects garbage to stay under it, so that what the limiter sees is in use. Below the limiter's refusal at 0.75. */
const goShare = 0.7;

/** Memory of a trace of ten spans that waits for its decision, in KiB: 14 were measured, beside garbage (`npm run bench:collect`). */
const traceKiB = 20;

/** Share of the collector's memory that may be waiting traces. */
const traceShare = 0.5;

export interface Sizes {
  /** Memory of the instance, in MiB. */
  readonly memoryMiB: number;
  /** What the collector may have. */
  readonly collectorMiB: number;
  /** `GOMEMLIMIT` of the collector. */
  readonly goMiB: number;
  /** Heap of the span writer, where there is one. */
  readonly writerHeapMiB: number;
  /** Traces that a sampler holds. */
  readonly traces: number;
}

/** Tiers that are fleets of instances; the agent is a guest on those of services. */
export type FleetTier = 'gateway' | 'sampler' | 'relay' | 'receiver';

/** Sizes of an instance of a tier. */
export function sizesOf(tier: FleetTier, instanceType: string): Sizes {
  const memoryMiB = memoryGiB(instanceType) * 1024;
  const writerHeapMiB = tier === 'sampler' ? Math.min(2048, Math.floor(memoryMiB / 8)) : 0;
  // Node takes about half as much again beside its heap.
  const collectorMiB = Math.max(128, Math.floor(memoryMiB - systemMiB - 1.5 * writerHeapMiB));
  return {
    memoryMiB,
    collectorMiB,
    goMiB: goMemoryMiB(collectorMiB),
    writerHeapMiB,
    traces: tier === 'sampler' ? Math.floor((traceShare * collectorMiB * 1024) / traceKiB / 1000) * 1000 : 0,
  };
}

/** `GOMEMLIMIT` of a collector that may have so much. */
export const goMemoryMiB = (collectorMiB: number): number => Math.floor(goShare * collectorMiB);

/** Bytes of a disk queue: half of the volume; the other half is for the file's own growth while it is compacted. */
export const queueBytes = (volumeGiB: number): number => Math.floor((volumeGiB / 2) * 1024 ** 3);

/** Bytes of the queue of traces that are forwarded: a tenth of the store's. */
export const forwardQueueBytes = (volumeGiB: number): number => Math.floor(queueBytes(volumeGiB) / 10);

/**
 * Bytes of the log of what waits for a decision: a twentieth of the store's queue. A span takes about 100 (365 of OTLP, packed) for a
 * minute and a half, so that the smallest volume, 10 GiB, has room for 28,000 spans a second.
 */
export const waitingBytes = (volumeGiB: number): number => Math.floor(queueBytes(volumeGiB) / 20);
