/** Where documents went that must come again: into the same index, or readers would see them twice after a rollover. */
import { spanAlias } from '../../contract/indices';
import { Lru } from './lru';

/** Traces whose requests were not answered with success: four requests of 500 at a time, for an hour of refusals. */
const rememberedTraces = 100_000;

/** Remembers, by trace, the index behind the alias that an unfinished request was sent to. */
export class Pinned {
  private readonly traces = new Lru<string>(rememberedTraces);
  private latest = '';

  /** Where a span of the trace is written. */
  indexOf(traceId: string): string {
    return this.traces.get(traceId) ?? spanAlias;
  }

  /** The index behind the alias, as the store named it. */
  seen(index: string): void {
    if (index > this.latest) this.latest = index;
  }

  /** A request must come again. @param wrote index by trace, of those of which an answer came */
  keep(traceIds: Iterable<string>, wrote: ReadonlyMap<string, string>): void {
    for (const traceId of traceIds) {
      const index = this.traces.get(traceId) ?? wrote.get(traceId) ?? this.latest;
      if (index) this.traces.set(traceId, index);
    }
  }

  /** It is in, or its index is gone. */
  release(traceIds: Iterable<string>): void {
    for (const traceId of traceIds) this.traces.delete(traceId);
  }
}
