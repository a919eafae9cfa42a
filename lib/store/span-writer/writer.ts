/** From an export request to stored documents. */
import type { Client } from '@opensearch-project/opensearch';
import { isSpanIndex, serviceMapIndex, spanAlias } from '../../contract/indices';
import type { Rules } from './attributes';
import { storeDocuments, TryLater } from './bulk';
import type { DeadLetter, DeadLetters } from './dead-letters';
import { inferredDocument, isIdentified, isSpan, type StoreDocument, spanDocument } from './documents';
import { FieldBudget } from './field-budget';
import type { Metrics } from './metrics';
import { decodeParts, decodeRequest, decodeSkeleton, type ExportTraceServiceRequest } from './otlp';
import { peerOf } from './peer';
import { Pinned } from './pinned';
import { Scrubber } from './scrub';
import { CallTree, ServiceMap } from './service-map';
import { type FlatSpan, flatten } from './spans';
import { TraceGroups } from './trace-groups';

/** Bytes of spans that are decoded at a time. A request that is larger is read twice: who called whom, then the rest. */
export const partBytes = 4 * 1024 * 1024;

export interface SpanWriterProps {
  readonly client: Client;
  readonly deadLetters: DeadLetters;
  readonly metrics: Metrics;
  /** Bytes of one bulk body. */
  readonly bulkBytes: number;
}

/** What could not be stored and never will be. It is in the dead letters. */
export interface Rejected {
  readonly spans: number;
  readonly edges: number;
  /** Documents by type of refusal. */
  readonly types: Readonly<Record<string, number>>;
}

/** The body is no export request. */
export class Malformed extends Error {}

type Groups = ReturnType<TraceGroups['of']>;

/** Spans that are decoded at a time, with what is known of their whole request. */
interface Part {
  spans: readonly FlatSpan[];
  groups: Groups;
  tree: CallTree;
}

/** Its documents are made: what they were made of may go while the store works. */
function release(part: Part): void {
  part.spans = [];
  part.groups = new Map();
  part.tree = new CallTree([]);
}

/** Stores spans and edges. Keeps no data, only what saves work: trace groups, edges and fields that were seen. */
export class SpanWriter {
  private readonly groups = new TraceGroups();
  private readonly map = new ServiceMap();
  private readonly budget = new FieldBudget();
  private readonly pinned = new Pinned();
  private readonly scrubber: Scrubber;
  private readonly quiet = new Scrubber(() => {});
  private readonly rules: Omit<Rules, 'service'>;

  constructor(private readonly props: SpanWriterProps) {
    const { metrics } = props;
    this.scrubber = new Scrubber((kind) => metrics.add('harbourline_writer_redactions_total', 1, { kind }));
    this.rules = {
      budget: this.budget,
      onAside: (reason) => metrics.add('harbourline_writer_attributes_aside_total', 1, { reason }),
    };
  }

  /**
   * Resolves when every document is in the store or on the disk.
   *
   * @param body An export request, unpacked
   * @throws TryLater when the request must come again; it rewrites the same documents. Malformed when it is none.
   */
  async write(body: Buffer): Promise<Rejected> {
    const { traceIds, parts } = this.open(body);
    const wrote = new Map<string, string>();
    const dead: DeadLetter[] = [];
    try {
      for (const part of parts) dead.push(...(await this.store(part, wrote)));
    } catch (error) {
      // Where a document went that was written to an index by its name, and is refused for that name, it cannot go again.
      if (error instanceof TryLater && /^40[34]_/.test(error.reason)) this.pinned.release(traceIds);
      else this.pinned.keep(traceIds, wrote);
      throw error;
    }
    // Written only now: had the store pushed back, the same documents would come and be refused again.
    await this.keep(dead);
    this.pinned.release(traceIds);
    return summary(dead);
  }

  /** What is read of a request, and its spans in parts. Nothing else of it is kept while the store works. */
  private open(body: Buffer): { readonly traceIds: readonly string[]; readonly parts: Iterable<Part> } {
    const { whole, parts } = read(body);
    (parts ? this.quiet : this.scrubber).request(whole);
    const skeleton = parts ? flatten(whole) : flatten(whole, this.rules);
    this.props.metrics.add('harbourline_writer_spans_received_total', skeleton.length);
    const groups = this.groups.of(skeleton);
    const tree = new CallTree(skeleton.filter(isIdentified));
    return {
      traceIds: [...groups.keys()],
      parts: parts ? this.flattened(parts, groups, tree) : [{ spans: skeleton, groups, tree }],
    };
  }

  private *flattened(parts: Iterable<ExportTraceServiceRequest>, groups: Groups, tree: CallTree): Generator<Part> {
    for (const part of parts) {
      this.scrubber.request(part);
      yield { spans: flatten(part, this.rules), groups, tree };
    }
  }

  /** Documents are made as bulk bodies fill, so that a large request is not in memory twice. */
  private *documents(part: Part, edges: readonly StoreDocument[]): Generator<StoreDocument> {
    const { groups, tree } = part;
    for (const span of part.spans) {
      if (!isIdentified(span)) continue;
      const group = groups.get(span.traceId)!;
      const index = this.pinned.indexOf(span.traceId);
      yield spanDocument(span, group, this.rules, index);
      const peer = span.span.kind === 3 && !tree.isAnswered(span) ? peerOf(span) : undefined;
      if (peer?.crossing) yield inferredDocument(span, peer, group, index);
    }
    yield* edges;
    release(part);
  }

  /** One part. @returns what was refused for its content */
  private async store(part: Part, wrote: Map<string, string>): Promise<DeadLetter[]> {
    const { client, metrics, bulkBytes } = this.props;
    const { pinned, budget } = this;
    const edges = this.map.edges(part.spans.filter(isIdentified), part.groups, part.tree);
    const unidentified = part.spans
      .filter((span) => !isIdentified(span))
      .map((span) => ({
        ...spanDocument(span, part.groups.get(span.traceId)!),
        type: 'invalid_id',
        reason: 'a trace id has 16 bytes and a span id 8',
      }));
    const refused = await storeDocuments(client, this.documents(part, edges), bulkBytes, {
      onBulk: (seconds, stored, index) => {
        metrics.observe(seconds);
        if (index) {
          pinned.seen(index);
          budget.writesTo(index);
        }
        const count = { [spanAlias]: 0, [serviceMapIndex]: 0 };
        for (const document of stored) {
          if (document.fresh) budget.confirm(document.fresh);
          if (!isSpanIndex(document.index)) count[serviceMapIndex]++;
          else {
            if (isSpan(document)) count[spanAlias]++;
            if (index && document.index === spanAlias) wrote.set(document.id.slice(0, 32), index);
          }
        }
        for (const [name, amount] of Object.entries(count)) {
          if (amount > 0) metrics.add('harbourline_writer_documents_stored_total', amount, { index: name });
        }
      },
      onFull: (fresh) => budget.close(fresh),
    });
    for (const { fresh = [] } of refused.aside) {
      metrics.add('harbourline_writer_attributes_aside_total', fresh.length, { reason: 'budget' });
    }
    for (const { type } of refused.defused) {
      metrics.add('harbourline_writer_documents_defused_total', 1, { reason: type });
    }
    this.map.remember(edges);
    return [...refused.dead, ...unidentified];
  }

  private async keep(dead: readonly DeadLetter[]): Promise<void> {
    const { deadLetters, metrics } = this.props;
    if (dead.length === 0) return;
    const dropped = await deadLetters.write(dead);
    for (const { type } of dead) metrics.add('harbourline_writer_dead_letters_total', 1, { reason: type });
    for (const { type } of dropped) metrics.add('harbourline_writer_dead_letters_dropped_total', 1, { reason: type });
  }
}

/** A small request at once; a large one without its attributes as a whole, and then in parts. */
function read(body: Buffer): { whole: ExportTraceServiceRequest; parts?: Iterable<ExportTraceServiceRequest> } {
  try {
    return body.length > partBytes
      ? { whole: decodeSkeleton(body), parts: sound(decodeParts(body, partBytes)) }
      : { whole: decodeRequest(body) };
  } catch {
    throw new Malformed();
  }
}

/** @throws Malformed where a part cannot be decoded */
function* sound(parts: Iterator<ExportTraceServiceRequest>): Generator<ExportTraceServiceRequest> {
  for (;;) {
    let next: IteratorResult<ExportTraceServiceRequest>;
    try {
      next = parts.next();
    } catch {
      throw new Malformed();
    }
    if (next.done) return;
    yield next.value;
  }
}

function summary(dead: readonly DeadLetter[]): Rejected {
  const types: Record<string, number> = {};
  for (const { type } of dead) types[type] = (types[type] ?? 0) + 1;
  const spans = dead.filter(isSpan).length;
  const edges = dead.filter(({ index }) => !isSpanIndex(index)).length;
  return { spans, edges, types };
}
