/** What is kept now and what would be, side by side. */
import { columns } from '../columns';
import type { Amount, Outcome, Weighted } from './outcome';

export interface Compared {
  readonly now: Outcome;
  readonly tried: Outcome;
  readonly bytesPerSpan: number;
  /** Where the record is from. */
  readonly source: string;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** A table, and below it what should be looked at. */
export function report(traces: readonly Weighted[], { now, tried, bytesPerSpan, source }: Compared): string {
  const seconds = Math.max(1, ((traces.at(-1)?.at ?? 0) - (traces[0]?.at ?? 0)) / 1000);
  const of = (kept: Amount, came: Amount): string =>
    came.traces < 0.5
      ? 'none came'
      : `${whole(kept.traces)} of ${whole(came.traces)} (${((100 * kept.traces) / came.traces).toFixed(1)} %)`;
  const spans = ({ kept }: Outcome): number => kept.errors.spans + kept.slow.spans + kept.ordinary.spans;
  const row = (what: string, say: (each: Outcome) => string): string[] => [what, say(now), say(tried)];
  const rows = [
    ['kept', 'now', 'tried'],
    row('traces with errors', ({ kept, errors }) => of(kept.errors, errors)),
    row('slow traces', ({ kept, slow }) => of(kept.slow, slow)),
    row('ordinary traces', ({ kept, ordinary }) => of(kept.ordinary, ordinary)),
    row('spans a second', (each) => (spans(each) / seconds).toFixed(1)),
    row('kB a second', (each) => ((spans(each) * bytesPerSpan) / seconds / 1000).toFixed(1)),
  ];
  const ranOut = Object.entries(tried.exhausted).filter(([, exhausted]) => exhausted);
  return [
    `${whole(traces.length)} traces of ${source}, ${whole(seconds)} s${traces.some(({ weight }) => weight > 1) ? '; ordinary ones worked out from the floor' : ''}`,
    '',
    columns(rows),
    '',
    `Stored spans: ${(spans(tried) / Math.max(1, spans(now))).toFixed(2)} times those of now.`,
    ...ranOut.map(
      ([name]) =>
        `The budget of ${name === 'band' ? 'the band' : name} ran out: what is beyond it was dropped or left to the band.`,
    ),
  ].join('\n');
}
