/** From when until when, ms since the epoch. */
export interface Interval {
  readonly from: number;
  readonly until: number;
}
