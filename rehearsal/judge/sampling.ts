/** Which traces the samplers must keep: worked out from what was promised, not from what they run or did. */
import type { EnvironmentConfig } from '../../config/schema';
import { hashSalt } from '../../lib/contract/sampling';
import type { LedgerEntry } from './evidence';

/** The band, as it was promised. */
export interface Band {
  readonly salt: string;
  readonly floorPercent: number;
  readonly ceilingPercent: number;
  readonly slowThresholdMs: number;
}

/** The band of an environment's configuration. */
export const bandOf = ({ sampling }: Pick<EnvironmentConfig, 'sampling'>): Band => ({
  salt: hashSalt,
  floorPercent: sampling.floorPercent,
  ceilingPercent: sampling.ceilingPercent,
  slowThresholdMs: sampling.slowThresholdMs,
});

const mask64 = (1n << 64n) - 1n;

/** FNV-1a, 64 bits, of salt and trace id, as the tail_sampling processor's probabilistic policy hashes them. */
export function traceHash(salt: string, traceId: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.concat([Buffer.from(salt), Buffer.from(traceId, 'hex')])) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & mask64;
  }
  return hash;
}

/** Whether the hash falls into the first `percent` per cent. */
export function within(percent: number, salt: string, traceId: string): boolean {
  return traceHash(salt, traceId) <= (mask64 * BigInt(Math.round(percent * 1000))) / 100_000n;
}

/** Why a trace is kept or not: errors and slow ones on top of the band; `band` may be kept while the budget lasts. */
export type Expectation = 'error' | 'slow' | 'floor' | 'band' | 'drop';

/** What the samplers must do with a trace of these spans. */
export function expectation(spans: readonly LedgerEntry[], band: Band): Expectation {
  const { traceId } = spans[0]!;
  if (failed(spans)) return 'error';
  if (isSlow(spans, band)) return 'slow';
  if (within(band.floorPercent, band.salt, traceId)) return 'floor';
  return within(band.ceilingPercent, band.salt, traceId) ? 'band' : 'drop';
}

const failed = (spans: readonly LedgerEntry[]): boolean => spans.some(({ status }) => status === 'ERROR');

function isSlow(spans: readonly LedgerEntry[], { slowThresholdMs }: Band): boolean {
  const start = spans.reduce(
    (least, { startNs }) => (BigInt(startNs) < least ? BigInt(startNs) : least),
    BigInt(spans[0]!.startNs),
  );
  const end = spans.reduce((most, { endNs }) => (BigInt(endNs) > most ? BigInt(endNs) : most), 0n);
  // The processor compares whole milliseconds, and "longer than".
  return (end - start) / 1_000_000n > BigInt(slowThresholdMs);
}
