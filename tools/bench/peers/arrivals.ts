/** What comes out of a tail sampler: whether each trace is whole, and whether the right ones came. */

/** What came of the traces that were sent. */
export interface Verdict {
  readonly sent: number;
  readonly kept: number;
  /** Kept traces that have all of their spans, each once. */
  readonly whole: number;
  readonly failedSent: number;
  readonly failedKept: number;
  /** Traces that nobody sent. */
  readonly strange: number;
}

/** Spans that came out, by trace. */
export class Arrivals {
  private spans = new Map<string, string[]>();
  private last = 0;

  /** Seconds since a span came. */
  get quietSeconds(): number {
    return (performance.now() - this.last) / 1000;
  }

  /** @param trace hex, as `span` is */
  take(trace: string, span: string): void {
    this.last = performance.now();
    const known = this.spans.get(trace);
    if (known) known.push(span);
    else this.spans.set(trace, [span]);
  }

  /** Judges, and forgets what came. @param sent trace id, as hex → whether a span of it failed */
  judge(sent: ReadonlyMap<string, boolean>, spansATrace: number): Verdict {
    const came = this.spans;
    this.spans = new Map();
    const known = [...came].filter(([trace]) => sent.has(trace));
    const failed = [...sent].filter(([, one]) => one);
    return {
      sent: sent.size,
      kept: known.length,
      whole: known.filter(([, spans]) => spans.length === spansATrace && new Set(spans).size === spansATrace).length,
      failedSent: failed.length,
      failedKept: failed.filter(([trace]) => came.has(trace)).length,
      strange: came.size - known.length,
    };
  }
}

/** Of several rounds. */
export const total = (verdicts: readonly Verdict[]): Verdict => {
  const sum = (key: keyof Verdict): number => verdicts.reduce((all, verdict) => all + verdict[key], 0);
  return {
    sent: sum('sent'),
    kept: sum('kept'),
    whole: sum('whole'),
    failedSent: sum('failedSent'),
    failedKept: sum('failedKept'),
    strange: sum('strange'),
  };
};

/** Every kept trace has all of its spans, every failed trace came, and nothing else did. */
export const isComplete = ({ kept, whole, failedSent, failedKept, strange }: Verdict): boolean =>
  kept > 0 && whole === kept && failedKept === failedSent && strange === 0;
