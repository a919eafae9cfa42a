/** Which operation a trace is of, by the name of its root span: the page's "trace group", on every span of the trace. */
import { Lru } from './lru';
import { duration, type FlatSpan, isoNanos } from './spans';

/** Traces that are remembered for late spans: one minute at 800 kept traces a second. */
const rememberedTraces = 50_000;

/** `traceGroup` and `traceGroupFields` of a document, both from the root. */
export interface TraceGroup {
  readonly traceGroup: string;
  readonly traceGroupFields: {
    /** Nanosecond ISO time. */
    readonly endTime: string;
    readonly durationInNanos: number;
    /** 0 unset, 1 OK, 2 error. */
    readonly statusCode: number;
  };
}

const earliest = (spans: readonly FlatSpan[]): FlatSpan | undefined =>
  // Ids break ties, so that a retry finds the same root.
  spans.reduce<FlatSpan | undefined>(
    (a, b) => (!a || b.start < a.start || (b.start === a.start && b.spanId < a.spanId) ? b : a),
    undefined,
  );

const groupOf = (root: FlatSpan): TraceGroup => ({
  traceGroup: root.span.name,
  traceGroupFields: {
    endTime: isoNanos(root.end),
    durationInNanos: duration(root),
    statusCode: root.span.status?.code ?? 0,
  },
});

/** Finds trace groups, and remembers them for spans that come after the rest of their trace. */
export class TraceGroups {
  private readonly remembered: Lru<TraceGroup>;

  constructor(limit: number = rememberedTraces) {
    this.remembered = new Lru(limit);
  }

  /**
   * The group of each trace in `spans`, by trace id: of the root span if it is here, else the one remembered, else of
   * the local root, which is the earliest span whose parent is not here (a service called from outside begins so).
   */
  of(spans: readonly FlatSpan[]): Map<string, TraceGroup> {
    const traces = new Map<string, FlatSpan[]>();
    for (const span of spans) {
      const trace = traces.get(span.traceId);
      if (trace) trace.push(span);
      else traces.set(span.traceId, [span]);
    }
    const groups = new Map<string, TraceGroup>();
    for (const [traceId, trace] of traces) {
      const root = earliest(trace.filter(({ parentSpanId }) => parentSpanId === ''));
      const group = (!root && this.remembered.get(traceId)) || groupOf(root ?? localRoot(trace));
      groups.set(traceId, group);
      this.remembered.set(traceId, group);
    }
    return groups;
  }
}

function localRoot(trace: readonly FlatSpan[]): FlatSpan {
  const here = new Set(trace.map(({ spanId }) => spanId));
  // Spans that are each other's parents have no such span: then simply the earliest.
  return earliest(trace.filter(({ parentSpanId }) => !here.has(parentSpanId))) ?? earliest(trace)!;
}
