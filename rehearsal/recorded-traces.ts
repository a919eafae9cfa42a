/** What a rehearsal leaves behind for `npm run sampling`: every trace that was made, whether it was kept or not. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refused } from '../config/refused';
import { cacheDirectory } from '../lib/common/cache';
import type { LedgerEntry } from './judge/evidence';

/** What samplers decide a trace by. */
export interface RecordedTrace {
  readonly id: string;
  /** When it began, in ms since the epoch. */
  readonly at: number;
  readonly spans: number;
  readonly failed: boolean;
  readonly durationMs: number;
}

/** The traces of a ledger, in the order in which they began. */
export function tracesOf(ledger: readonly LedgerEntry[]): RecordedTrace[] {
  const traces = new Map<string, { start: bigint; end: bigint; spans: number; failed: boolean }>();
  for (const { traceId, startNs, endNs, status } of ledger) {
    const [start, end] = [BigInt(startNs), BigInt(endNs)];
    const known = traces.get(traceId) ?? { start, end, spans: 0, failed: false };
    traces.set(traceId, {
      start: start < known.start ? start : known.start,
      end: end > known.end ? end : known.end,
      spans: known.spans + 1,
      failed: known.failed || status === 'ERROR',
    });
  }
  return [...traces]
    .map(([id, { start, end, spans, failed }]) => ({
      id,
      at: Number(start / 1_000_000n),
      spans,
      failed,
      durationMs: Number((end - start) / 1_000_000n),
    }))
    .sort((a, b) => a.at - b.at);
}

const fileOf = (environment: string, scenario: string): string =>
  join(cacheDirectory('rehearsal'), `traces-${environment}-${scenario}.json`);

/** Keeps them, instead of the last ones of their kind. */
export const saveTraces = (environment: string, scenario: string, traces: readonly RecordedTrace[]): void =>
  writeFileSync(fileOf(environment, scenario), JSON.stringify(traces));

/** Those of the last rehearsal of a scenario. @throws Error that says which command makes them */
export function readTraces(environment: string, scenario: string): RecordedTrace[] {
  const file = fileOf(environment, scenario);
  if (!existsSync(file)) {
    throw refused(
      'HL-SAMPLING-001',
      `There is no record of ${scenario} in ${environment}. Make it: npm run rehearse -- --env ${environment} --scenario ${scenario}\nOr read a store: npm run sampling -- --store --help`,
    );
  }
  return JSON.parse(readFileSync(file, 'utf8')) as RecordedTrace[];
}
