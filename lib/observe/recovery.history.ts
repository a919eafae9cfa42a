/** What the history of an alarm says of a change of its state. */
import type { AlarmHistoryItem } from '@aws-sdk/client-cloudwatch';

/** An alarm that comes back within that time, in ms, has one incident. A queue holds an event for no longer than that. */
export const joinMs = 900_000;

/** A change of state. */
export interface Update {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly state: string;
  readonly data: ReasonData;
}

interface ReasonData {
  readonly threshold?: number;
  /** Seconds. */
  readonly period?: number;
  /** Of a metric alarm. */
  readonly evaluatedDatapoints?: readonly { readonly timestamp: string; readonly value?: number }[];
  /** Of a composite alarm. */
  readonly triggeringAlarms?: readonly {
    readonly arn: string;
    readonly state: { readonly value: string; readonly timestamp: string };
  }[];
}

export function updateOf({ Timestamp, HistoryData }: AlarmHistoryItem): Update {
  const { newState } = JSON.parse(HistoryData ?? '{}') as {
    newState?: { stateValue?: string; stateReasonData?: ReasonData };
  };
  return { at: Timestamp?.getTime() ?? 0, state: newState?.stateValue ?? '', data: newState?.stateReasonData ?? {} };
}

export const firstOf = (...times: number[]): number => Math.min(...times);
export const lastOf = (...times: number[]): number => Math.max(...times);

/**
 * When the first, or last, of the periods that an alarm looked at breached; for the last, its end. The newest point is the one
 * that changed the state: into ALARM those on its side of the threshold breach, into OK those on the other side.
 */
export function breachOf({ at, state, data }: Update, of: typeof firstOf): number {
  const { threshold = 0, period = 60, evaluatedDatapoints = [] } = data;
  const points = evaluatedDatapoints
    .map(({ timestamp, value = Number.NaN }) => ({ at: Date.parse(timestamp), side: Math.sign(value - threshold) }))
    .sort((a, b) => b.at - a.at);
  const [newest] = points;
  if (!newest) return at;
  const breaching = points.filter(({ side }) => (side === newest.side) === (state === 'ALARM'));
  const times = breaching.map((point) => point.at + (of === lastOf ? period * 1000 : 0));
  if (of === firstOf) return Math.min(at, ...times);
  // Into OK, and nothing that it still looks at breaches: the breach ended before.
  return times.length > 0 ? Math.max(...times) : Math.min(...points.map((point) => point.at));
}
