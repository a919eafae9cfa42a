/** Reads what `harbourline_ledger.py` wrote. */
import { readFileSync } from 'node:fs';

/** A span as the service ended it. */
export interface LedgerEntry {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER';
  /** Nanoseconds since the epoch; as text, since they do not fit a number. */
  readonly startNs: string;
  readonly endNs: string;
  readonly status: 'UNSET' | 'OK' | 'ERROR';
  readonly serverAddress: string | null;
  readonly clientAddress: string | null;
}

/** All spans of a ledger. A last line that is still being written is left out. */
export function readLedger(file: string): LedgerEntry[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line) as LedgerEntry);
}
