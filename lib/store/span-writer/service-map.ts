/**
 * Nodes and edges of the service map. Each call makes two documents, as Data Prepper's service_map processor writes them:
 * the caller's with `destination`, the callee's with `target`, both holding the callee's name as `domain` and the
 * operation as `resource`. The page joins them by that pair.
 *
 * A callee is a service whose spans are here, or what a call says of its far end: the mainland keeps its spans, a database
 * makes none. A service that nobody calls is a target without a caller.
 */

import { createHash } from 'node:crypto';
import { serviceMapIndex } from '../../contract/indices';
import type { StoreDocument } from './documents';
import { Lru } from './lru';
import { isFromMainland, mainland, peerOf } from './peer';
import { type FlatSpan, isoNanos, kindName } from './spans';
import type { TraceGroup } from './trace-groups';

/** Documents that are remembered as written. The page draws 1,000 edges; each is two documents. */
const rememberedDocuments = 20_000;

/** A document is written again after an hour, with its time: what is old is deleted by it, what was emptied fills. */
const rewriteAfterMs = 3_600_000;

/** Operations of one callee that get documents of their own in a day. Others are left out: the node is there. */
const operationsOfOne = 50;
/** The same with the trace groups that they are called in. */
const pairsOfOne = 200;
/** Callees that one writer names in a day: names may be as many as there are. */
const mostCallees = 500;
const dayMs = 86_400_000;

const [server, client, producer, consumer] = [2, 3, 4, 5];

/** All spans of a request, by what the map asks of them. */
export class CallTree {
  /** One span, or those that share an id. */
  private readonly byId = new Map<string, FlatSpan | FlatSpan[]>();
  private readonly callers = new Map<FlatSpan, FlatSpan | undefined>();
  /** Kinds of spans that were answered, as bits, by what those share an id by. */
  private readonly called = new Map<string, number>();

  constructor(spans: readonly FlatSpan[]) {
    for (const span of spans) {
      const sharing = this.byId.get(span.key);
      if (!sharing) this.byId.set(span.key, span);
      else if (Array.isArray(sharing)) sharing.push(span);
      else this.byId.set(span.key, [sharing, span]);
    }
    for (const span of spans) {
      const caller = this.find(span);
      this.callers.set(span, caller);
      if (caller && caller.serviceName !== span.serviceName) {
        this.called.set(caller.key, (this.called.get(caller.key) ?? 0) | bitOf(caller));
      }
    }
  }

  /** The span that a span was called by: its parent, or with Zipkin the client span of the same id. */
  callerOf(span: FlatSpan): FlatSpan | undefined {
    // A span of a part is not the one of the whole.
    return this.callers.has(span) ? this.callers.get(span) : this.find(span);
  }

  private find(span: FlatSpan): FlatSpan | undefined {
    const sharing = span.span.kind === server ? this.byId.get(span.key) : undefined;
    if (Array.isArray(sharing)) {
      const caller = sharing.find((other) => other.span.kind === client);
      if (caller) return caller;
    }
    const parents = span.parentKey ? this.byId.get(span.parentKey) : undefined;
    if (!Array.isArray(parents)) return parents;
    // Of a shared pair, the server called on.
    return parents.find((parent) => parent.span.kind === server) ?? parents[0];
  }

  /** Whether another service's span, which is here, answered the call. */
  isAnswered(span: FlatSpan): boolean {
    return ((this.called.get(span.key) ?? 0) & bitOf(span)) !== 0;
  }
}

/** Kinds that there are have a bit each; what is none is no call. */
const bitOf = ({ span }: FlatSpan): number => (span.kind < 31 ? 1 << span.kind : 0);

/** What a document of the map says, beside when. */
interface Content {
  readonly serviceName: string;
  readonly kind: string;
  readonly destination: Called | null;
  readonly target: Called | null;
  readonly traceGroupName: string;
  /** Which border a call crosses. */
  readonly crossing?: string;
}
interface Called {
  readonly resource: string;
  readonly domain: string;
}

/** A document of the map. */
export interface Edge extends StoreDocument {
  readonly key: string;
}

/** A length as one character, or as digits between blanks: no character of the first kind is one of them. */
const lengthOf = ({ length }: string): string => (length < 128 ? String.fromCharCode(128 + length) : ` ${length} `);

/** Tells contents apart: cheaper than their JSON, of which the id is made. */
function keyOf({ serviceName, kind, destination, target, traceGroupName, crossing = '' }: Content): string {
  const { domain, resource } = (destination ?? target) as Called;
  const lengths = `${lengthOf(serviceName)}${lengthOf(domain)}${lengthOf(resource)}${lengthOf(traceGroupName)}`;
  return `${lengths}${destination ? 1 : 0}${kind}${crossing} ${serviceName}${domain}${resource}${traceGroupName}`;
}

/** What of a callee got documents: operations, with the trace groups that they are called in, and pairs of both. */
interface Named {
  readonly operations: Map<string, Set<string>>;
  pairs: number;
}

/** Documents of batches, without those that were written a short while ago. */
export class ServiceMap {
  /** When a document was stored, by its {@link keyOf | key}. */
  private readonly stored: Lru<number>;
  private named = new Map<string, Named>();
  private since = 0;

  constructor(
    private readonly now: () => number = Date.now,
    limit: number = rememberedDocuments,
  ) {
    this.stored = new Lru(limit);
  }

  /** Documents of what `spans` did that are not known to be stored. @param tree of the whole request */
  edges(
    spans: readonly FlatSpan[],
    groups: ReadonlyMap<string, TraceGroup>,
    tree: CallTree = new CallTree(spans),
  ): Edge[] {
    if (this.now() - this.since >= dayMs) {
      this.since = this.now();
      this.named = new Map();
    }
    const contents = new Map<string, Content>();
    const add = (content: Content): void => void contents.set(keyOf(content), content);
    for (const span of spans) {
      const { serviceName } = span;
      const traceGroupName = groups.get(span.traceId)!.traceGroup;
      const caller = tree.callerOf(span);
      const isCalled = caller !== undefined && caller.serviceName !== serviceName;
      const enters = isCalled || caller === undefined || [server, consumer].includes(span.span.kind);
      if (enters && this.hasRoom(serviceName, span.span.name, traceGroupName)) {
        const target = { resource: span.span.name, domain: serviceName };
        add({ serviceName, kind: kindName(span.span), destination: null, target, traceGroupName });
        if (isCalled) add(edge(caller.serviceName, kindName(caller.span), target, traceGroupName));
        else if (isFromMainland(span)) {
          add({ ...edge(mainland, 'SPAN_KIND_CLIENT', target, traceGroupName), crossing: 'cn-hk' });
        }
      }
      const peer = [client, producer].includes(span.span.kind) && !tree.isAnswered(span) ? peerOf(span) : undefined;
      if (peer && this.hasRoom(peer.name, peer.operation, traceGroupName)) {
        const target = { resource: peer.operation, domain: peer.name };
        const crossing = peer.crossing ? { crossing: peer.crossing } : {};
        const kind = 'SPAN_KIND_SERVER';
        add({ serviceName: peer.name, kind, destination: null, target, traceGroupName, ...crossing });
        add({ ...edge(serviceName, kindName(span.span), target, traceGroupName), ...crossing });
      }
    }
    const lastSeen = isoNanos(BigInt(this.now()) * 1_000_000n);
    const documents: Edge[] = [];
    for (const [key, content] of contents) {
      const storedAt = this.stored.get(key);
      if (storedAt !== undefined && this.now() - storedAt < rewriteAfterMs) continue;
      // A hash of the content is the id, so every writer in the fleet writes the same edge to the same document.
      const hashId = createHash('sha256').update(JSON.stringify(content)).digest('base64url');
      const source = JSON.stringify({ ...content, hashId, lastSeen });
      documents.push({ index: serviceMapIndex, id: hashId, source, key });
    }
    return documents;
  }

  /** To be called when the store has the documents, not before: what it refused is written again. */
  remember(edges: readonly Edge[]): void {
    for (const { key } of edges) this.stored.set(key, this.now());
  }

  private hasRoom(callee: string, operation: string, group: string): boolean {
    let known = this.named.get(callee);
    const groups = known?.operations.get(operation);
    if (groups?.has(group)) return true;
    if (!known) {
      if (this.named.size >= mostCallees) return false;
      known = { operations: new Map(), pairs: 0 };
      this.named.set(callee, known);
    }
    if (!groups && known.operations.size >= operationsOfOne) return false;
    if (known.pairs >= pairsOfOne) return false;
    if (groups) groups.add(group);
    else known.operations.set(operation, new Set([group]));
    known.pairs++;
    return true;
  }
}

const edge = (serviceName: string, kind: string, destination: Called, traceGroupName: string): Content => ({
  serviceName,
  kind,
  destination,
  target: null,
  traceGroupName,
});
