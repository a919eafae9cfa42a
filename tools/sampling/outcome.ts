/** What samplers with some settings would keep of recorded traces: the policies of `lib/collector/sampler.ts`, in their order. */
import type { EnvironmentConfig } from '../../config/schema';
import { hops } from '../../lib/contract/limits';
import { hashSalt } from '../../lib/contract/sampling';
import { within } from '../../rehearsal/judge/sampling';
import type { RecordedTrace } from '../../rehearsal/recorded-traces';

export type Sampling = EnvironmentConfig['sampling'];

/** A recorded trace, and how many it stands for. */
export interface Weighted extends RecordedTrace {
  readonly weight: number;
}

/** Every trace was recorded. */
export const whole = (traces: readonly RecordedTrace[]): Weighted[] => traces.map((trace) => ({ ...trace, weight: 1 }));

/**
 * Of kept traces those that say something about all: errors and slow ones, which are kept whatever their number, and those
 * of the floor, which are a known share of the ordinary ones. What the band kept depends on its budget, and is left out.
 *
 * @param sampling by which they were kept
 */
export function ofKept(traces: readonly RecordedTrace[], sampling: Sampling): Weighted[] {
  const { floorPercent, slowThresholdMs } = sampling;
  return traces.flatMap((trace) => {
    if (trace.failed || trace.durationMs > slowThresholdMs) return [{ ...trace, weight: 1 }];
    return within(floorPercent, hashSalt, trace.id) ? [{ ...trace, weight: 100 / floorPercent }] : [];
  });
}

/** Traces and spans; of a sample about. */
export interface Amount {
  traces: number;
  spans: number;
}

export interface Outcome {
  /** What came. */
  readonly errors: Amount;
  readonly slow: Amount;
  readonly ordinary: Amount;
  /** What is kept of it. */
  readonly kept: { readonly errors: Amount; readonly slow: Amount; readonly ordinary: Amount };
  /** Whether a budget ran out. */
  readonly exhausted: { readonly errors: boolean; readonly slow: boolean; readonly band: boolean };
}

/** A budget as `bytes_limiting` has it: so many bytes a second, saved up to a burst. */
class Budget {
  exhausted = false;
  private tokens: number;
  private last: number | undefined;

  constructor(
    private readonly bytesPerSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** The share of so many bytes that it lets through. */
  take(bytes: number, at: number): number {
    this.tokens = Math.min(this.burst, this.tokens + ((at - (this.last ?? at)) / 1000) * this.bytesPerSecond);
    this.last = at;
    const taken = Math.min(bytes, this.tokens);
    this.tokens -= taken;
    if (taken < bytes) this.exhausted = true;
    return bytes > 0 ? taken / bytes : 0;
  }
}

/** @param instances of samplers, each with its part of the budgets and a burst of its own */
export function outcome(
  traces: readonly Weighted[],
  sampling: Sampling,
  { instances, bytesPerSpan }: { readonly instances: number; readonly bytesPerSpan: number },
): Outcome {
  const budget = (bytesPerSecond: number) =>
    new Budget(bytesPerSecond, Math.max(instances * hops.samplerToWriter.messageBytes, 60 * bytesPerSecond));
  const [errors, slow, band] = [
    budget(sampling.errorBytesPerSecond),
    budget(sampling.errorBytesPerSecond),
    budget(sampling.bytesPerSecond),
  ];
  const nothing = (): Amount => ({ traces: 0, spans: 0 });
  const came = { errors: nothing(), slow: nothing(), ordinary: nothing() };
  const kept = { errors: nothing(), slow: nothing(), ordinary: nothing() };
  const [floorShare, bandShare] = [
    sampling.floorPercent / 100,
    (sampling.ceilingPercent - sampling.floorPercent) / 100,
  ];
  for (const { at, spans, failed, durationMs, weight } of traces) {
    const bytes = weight * spans * bytesPerSpan;
    const isSlow = durationMs > sampling.slowThresholdMs;
    // What one policy has no room for goes to the next.
    let left = 1;
    if (failed) left -= errors.take(bytes, at);
    if (isSlow && left > 0) left -= left * slow.take(left * bytes, at);
    const ofFloor = left * floorShare;
    const ofBand = left * bandShare;
    const share = 1 - left + ofFloor + ofBand * band.take(ofBand * bytes, at);
    const kind = failed ? 'errors' : isSlow ? 'slow' : 'ordinary';
    for (const [amount, part] of [
      [came[kind], 1],
      [kept[kind], share],
    ] as const) {
      amount.traces += weight * part;
      amount.spans += weight * spans * part;
    }
  }
  return {
    ...came,
    kept,
    exhausted: { errors: errors.exhausted, slow: slow.exhausted, band: band.exhausted },
  };
}
