/** Whether this machine was too busy for a rehearsal to say anything. */
import type { Evidence, MachineReading } from './evidence';
import type { Row } from './report';

/**
 * Limits, measured on two cores by `npm run rehearse` alone and beside `yes` on each core; the figures stand in
 * docs/rehearsal.md.
 */
export const limits = {
  /** Mean of {@link MachineReading.driverDelayMs}. */
  driverDelayMs: 1,
  /** Median of what Hong Kong's server takes for a call back from the mainland, without a fault, in ms. */
  overheadMs: 5,
  /**
   * Share of the processors that others had while something was waited for in vain, in per cent: less than that does not make
   * ten seconds a time-out of two minutes. Two busy loops on two cores take 50 and more.
   */
  othersPercent: 33,
} as const;

export const machineRow = 'this machine meanwhile';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The services' own overhead in the calm part, in ms: what the server of a call back from the mainland takes, in which there
 * is neither distance nor settlement.
 */
function overheadMs({ ledger, allowance }: Pick<Evidence, 'ledger' | 'allowance'>): number | undefined {
  const { injectedAt = Number.POSITIVE_INFINITY } = allowance;
  const own = new Set(ledger.map(({ spanId }) => spanId));
  const durations = ledger
    .filter(({ kind, parentSpanId }) => kind === 'SERVER' && parentSpanId && !own.has(parentSpanId))
    .filter(({ endNs }) => Number(BigInt(endNs) / 1_000_000n) <= injectedAt)
    .map(({ startNs, endNs }) => Number(BigInt(endNs) - BigInt(startNs)) / 1e6)
    .sort((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)];
}

/** How busy others kept the machine meanwhile, in words: undefined where a time-out is not theirs, or nothing was measured. */
export function keptBusy(readings: readonly MachineReading[]): string | undefined {
  const others = mean(readings.map(({ othersPercent }) => othersPercent));
  if (!(others > limits.othersPercent)) return undefined;
  const pressure = mean(readings.map(({ pressurePercent }) => pressurePercent));
  return `others took ${others.toFixed(0)} % of the processors, something waited ${pressure.toFixed(0)} % of the time`;
}

/** How busy the machine was, in words, and whether it was too busy. */
export function machine(evidence: Pick<Evidence, 'machine' | 'ledger' | 'allowance'>): {
  busy: boolean;
  figures: string;
} {
  const readings = evidence.machine;
  if (readings.length === 0) return { busy: false, figures: 'not measured: this system does not tell' };
  const others = mean(readings.map(({ othersPercent }) => othersPercent));
  const delay = mean(readings.map(({ driverDelayMs }) => driverDelayMs));
  const pressure = mean(readings.map(({ pressurePercent }) => pressurePercent));
  const overhead = overheadMs(evidence);
  return {
    // Not by what others take: a patient load beside a rehearsal disturbs nothing.
    busy: delay > limits.driverDelayMs || (overhead !== undefined && overhead > limits.overheadMs),
    figures: [
      `others took ${others.toFixed(0)} % of the processors`,
      `the driver waited ${delay.toFixed(2)} ms for one each time`,
      `something waited ${pressure.toFixed(0)} % of the time`,
      ...(overhead === undefined ? [] : [`a call back took ${overhead.toFixed(1)} ms of its server in the calm part`]),
    ].join(', '),
  };
}

/** The row of the machine, and the others as far as they can be trusted on it. */
export function onThisMachine(
  evidence: Pick<Evidence, 'machine' | 'ledger' | 'allowance'>,
  rows: readonly Row[],
): Row[] {
  const { busy, figures } = machine(evidence);
  const expected = `the driver ≤ ${limits.driverDelayMs} ms, a call back ≤ ${limits.overheadMs} ms; beyond: inconclusive`;
  return [
    ...rows.map((row): Row => (busy && row.ok !== undefined && !row.certain ? { ...row, doubtful: true } : row)),
    { what: machineRow, seen: figures, expected, ok: !busy, ...(busy ? { doubtful: true } : {}) },
  ];
}
