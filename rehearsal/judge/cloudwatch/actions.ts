/** When the actions of an alarm run, with a suppressor and without. */
import type { AlarmCourse, CompositeProperties, State } from './definitions';

type Change = AlarmCourse['changes'][number];

/** A time in which actions do not run, in ms. */
export interface Silence {
  readonly from: number;
  readonly until: number;
}

/** The time that a moment is in. */
export const silenceAt = (times: readonly Silence[], at: number): Silence | undefined =>
  times.find(({ from, until }) => at >= from && at < until);

/**
 * When the actions of an alarm run. Without a suppressor: at every change after the first evaluation. With one: not while it is in
 * ALARM, nor for the extension period after it; what still holds then is sent then. A change waits for the suppressor first,
 * for the wait period. Source: CloudWatch API reference, PutCompositeAlarm, ActionsSuppressor and its periods. Mute rules hold actions
 * back, too, and what still holds at their end is sent then (CloudWatch user guide, "Alarm mute rules").
 *
 * @param muted times of mute rules
 */
export function heldBack(
  changes: readonly Change[],
  suppressor: readonly Change[],
  alarm: CompositeProperties | undefined,
  until: number,
  muted: readonly Silence[] = [],
): Change[] {
  const own = changes.filter(({ state }, index) => index > 0 || state === 'ALARM');
  if (!alarm?.ActionsSuppressor && muted.length === 0) return own;
  const wait = (alarm?.ActionsSuppressorWaitPeriod ?? 0) * 1000;
  const extension = (alarm?.ActionsSuppressorExtensionPeriod ?? 0) * 1000;
  const suppressed = suppressor.flatMap(({ at, state }, index): Silence[] =>
    state === 'ALARM' ? [{ from: at, until: (suppressor[index + 1]?.at ?? Number.POSITIVE_INFINITY) + extension }] : [],
  );
  const silent = [...suppressed, ...muted];
  const free = (at: number): number => {
    const span = silenceAt(silent, at);
    return span ? free(span.until) : at;
  };
  const sent: Change[] = [];
  let last: State = 'OK';
  for (const [index, { at, state }] of own.entries()) {
    const next = own[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const waited = state === 'ALARM' && !silenceAt(suppressed, at) ? at + wait : at;
    const acts = free(waited);
    // It changed again, or the end came, before anybody was notified: there is nothing to say any more.
    if (acts >= next || acts > until || state === last) continue;
    sent.push({ at: acts, state });
    last = state;
  }
  return sent;
}
