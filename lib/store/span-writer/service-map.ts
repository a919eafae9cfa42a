/**
 * Edges of the service map. Where a span's parent is in another service there are two documents, as Data Prepper's
 * service_map processor writes them: the caller's with `destination`, the callee's with `target`, both holding the
 * callee's name as `domain` and its span's name as `resource`. The page joins them by that pair.
 */

import { createHash } from 'node:crypto';
import { serviceMapIndex } from '../../contract/indices';
import type { StoreDocument } from './documents';
import { Lru } from './lru';
import { type FlatSpan, kindName } from './spans';
import type { TraceGroup } from './trace-groups';

/** Edges that are remembered as written. The page draws 1,000; each is several documents, one for a trace group. */
const rememberedEdges = 20_000;

/** An edge is written again after an hour, so that an index that was emptied fills without a restart. */
const rewriteAfterMs = 3_600_000;

/** Edges of batches, without those that were written a short while ago. */
export class ServiceMap {
  /** When an edge was stored, by document id. */
  private readonly stored: Lru<number>;

  constructor(
    private readonly now: () => number = Date.now,
    limit: number = rememberedEdges,
  ) {
    this.stored = new Lru(limit);
  }

  /** Documents of the edges between `spans` that are not known to be stored. */
  edges(spans: readonly FlatSpan[], groups: ReadonlyMap<string, TraceGroup>): StoreDocument[] {
    const byId = new Map(spans.map((span) => [`${span.traceId}/${span.spanId}`, span]));
    const contents = new Set<string>();
    for (const callee of spans) {
      const caller = callee.parentSpanId && byId.get(`${callee.traceId}/${callee.parentSpanId}`);
      if (!caller || caller.serviceName === callee.serviceName) continue;
      const called = { resource: callee.span.name, domain: callee.serviceName };
      const traceGroupName = groups.get(callee.traceId)!.traceGroup;
      contents.add(content(caller, { destination: called, target: null, traceGroupName }));
      contents.add(content(callee, { destination: null, target: called, traceGroupName }));
    }
    const edges: StoreDocument[] = [];
    for (const text of contents) {
      // A hash of the content is the id, so every writer in the fleet writes the same edge to the same document.
      const hashId = createHash('sha256').update(text).digest('base64url');
      const storedAt = this.stored.get(hashId);
      if (storedAt !== undefined && this.now() - storedAt < rewriteAfterMs) continue;
      edges.push({ index: serviceMapIndex, id: hashId, source: `${text.slice(0, -1)},"hashId":"${hashId}"}` });
    }
    return edges;
  }

  /** To be called when the store has the edges, not before: what it refused is written again. */
  remember(edges: readonly StoreDocument[]): void {
    for (const { id } of edges) this.stored.set(id, this.now());
  }
}

const content = ({ serviceName, span }: FlatSpan, rest: object): string =>
  JSON.stringify({ serviceName, kind: kindName(span), ...rest });
