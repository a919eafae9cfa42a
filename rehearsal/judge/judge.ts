/** Judges a rehearsal: from evidence to the rows of its report, and nothing else. */
import { alarmRows } from './alarms';
import { crossed } from './border';
import type { Evidence } from './evidence';
import { machineRow, onThisMachine } from './machine';
import { metricsSent } from './metrics-sent';
import { percentiles } from './percentiles';
import { refused } from './permissions';
import type { Row } from './report';
import { bandwidth, selfMeasured } from './self-measured';
import { redacted } from './sensitive-values';
import { spansCounted } from './spans';
import { sampled } from './traces';

const endedRow = 'processes ended when asked';

function ended(cleanStop?: boolean): Row {
  if (cleanStop === undefined) return { what: endedRow, seen: 'nobody has asked them yet', expected: 'all' };
  return { what: endedRow, seen: cleanStop ? 'all' : 'some were killed', expected: 'all', ok: cleanStop };
}

/** Rows that were judged while everything ran, after it was stopped. The others stay as they were: somebody may have looked. */
export function afterStop(rows: readonly Row[], cleanStop: boolean): Row[] {
  const busy = rows.some(({ what, doubtful }) => what === machineRow && doubtful);
  return rows.map((row) =>
    row.what === endedRow ? { ...ended(cleanStop), ...(busy ? { doubtful: true } : {}) } : row,
  );
}

/** A row for each promise, and for what the scenario saw itself. */
export function judge(evidence: Evidence): Row[] {
  const { cleanStop, allowance } = evidence;
  return onThisMachine(evidence, [
    ...spansCounted(evidence),
    ...sampled(evidence),
    ...percentiles(evidence),
    ...redacted(evidence),
    ...refused(evidence),
    ...crossed(evidence),
    ...metricsSent(evidence),
    selfMeasured(evidence),
    bandwidth(evidence),
    ...alarmRows(evidence),
    ended(cleanStop),
    ...allowance.rows,
    ...(allowance.atRest?.(evidence) ?? []),
  ]);
}
