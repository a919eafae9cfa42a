/** From a decoded export request to stored documents. */
import type { Client } from '@opensearch-project/opensearch';
import { serviceMapIndex, spanAlias } from '../../contract/indices';
import { storeDocuments } from './bulk';
import type { DeadLetter, DeadLetters } from './dead-letters';
import { isIdentified, type StoreDocument, spanDocument } from './documents';
import type { Metrics } from './metrics';
import type { ExportTraceServiceRequest } from './otlp';
import { Scrubber } from './scrub';
import { ServiceMap } from './service-map';
import { flatten } from './spans';
import { TraceGroups } from './trace-groups';

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

/** Stores spans and edges. Keeps no data, only what saves work: trace groups and edges that were seen. */
export class SpanWriter {
  private readonly groups = new TraceGroups();
  private readonly map = new ServiceMap();
  private readonly scrubber: Scrubber;

  constructor(private readonly props: SpanWriterProps) {
    this.scrubber = new Scrubber((kind) => props.metrics.add('harbourline_writer_redactions_total', 1, { kind }));
  }

  /**
   * Resolves when every document is in the store or on the disk.
   *
   * @throws TryLater when the request must come again; it rewrites the same documents.
   */
  async write(request: ExportTraceServiceRequest): Promise<Rejected> {
    const { client, deadLetters, metrics, bulkBytes } = this.props;
    this.scrubber.request(request);
    const all = flatten(request);
    metrics.add('harbourline_writer_spans_received_total', all.length);
    const spans = all.filter(isIdentified);
    const groups = this.groups.of(all);
    const edges = this.map.edges(spans, groups);

    // Documents are made as bulk bodies fill, so that a large request is not in memory twice.
    function* documents(): Generator<StoreDocument> {
      for (const span of spans) yield spanDocument(span, groups.get(span.traceId)!);
      yield* edges;
    }
    const { defused, dead: refused } = await storeDocuments(client, documents(), bulkBytes, (seconds, stored) => {
      metrics.observe(seconds);
      for (const index of [spanAlias, serviceMapIndex]) {
        const count = stored.filter((document) => document.index === index).length;
        if (count > 0) metrics.add('harbourline_writer_documents_stored_total', count, { index });
      }
    });
    for (const { type } of defused) metrics.add('harbourline_writer_documents_defused_total', 1, { reason: type });
    const dead = [...refused, ...all.filter((span) => !isIdentified(span)).map(unidentified)];

    function unidentified(span: (typeof all)[number]): DeadLetter {
      const reason = 'a trace id has 16 bytes and a span id 8';
      return { ...spanDocument(span, groups.get(span.traceId)!), type: 'invalid_id', reason };
    }
    // Written only now: had the store pushed back, the same documents would come and be refused again.
    if (dead.length > 0) await deadLetters.write(dead);
    this.map.remember(edges);

    const types: Record<string, number> = {};
    for (const { type } of dead) {
      types[type] = (types[type] ?? 0) + 1;
      metrics.add('harbourline_writer_dead_letters_total', 1, { reason: type });
    }
    const deadSpans = dead.filter(({ index }) => index === spanAlias).length;
    return { spans: deadSpans, edges: dead.length - deadSpans, types };
  }
}
