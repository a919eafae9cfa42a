/** Judges a rehearsal: from evidence to the rows of its report, and nothing else. */
import { alarmRows } from './alarms';
import { crossed } from './border';
import type { Evidence } from './evidence';
import { onThisMachine } from './machine';
import { metricsSent } from './metrics-sent';
import { percentiles } from './percentiles';
import { refused } from './permissions';
import type { Row } from './report';
import { bandwidth, selfMeasured } from './self-measured';
import { redacted } from './sensitive-values';
import { spansCounted } from './spans';
import { sampled } from './traces';

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
    {
      what: 'processes ended when asked',
      seen: cleanStop ? 'all' : 'some were killed',
      expected: 'all',
      ok: cleanStop,
    },
    ...allowance.rows,
    ...(allowance.atRest?.(evidence) ?? []),
  ]);
}
