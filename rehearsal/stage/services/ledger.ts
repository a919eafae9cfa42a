/** Reads what `harbourline_ledger.py` wrote. */
import { readFileSync } from 'node:fs';
import type { LedgerEntry } from '../../judge/evidence';

/** All spans of a ledger. A last line that is still being written is left out. */
export function readLedger(file: string): LedgerEntry[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line) as LedgerEntry);
}
