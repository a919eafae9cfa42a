/** Bulk requests to the store, and what its answers mean. */
import { type Client, errors } from '@opensearch-project/opensearch';
import { spanAlias } from '../../contract/indices';
import type { DeadLetter } from './dead-letters';
import { defused, withAside } from './defuse';
import type { StoreDocument } from './documents';
import { quoted } from './json';

/** The request cannot be served now, for a reason that is not its content: the same one is to come again. */
export class TryLater extends Error {
  constructor(
    /** 429 where the store said so, else 503. */
    readonly status: 429 | 503,
    /** A fixed word: status and exception type of the store, or the client's error class. */
    readonly reason: string,
    /** Seconds, where the store named them. */
    readonly retryAfter?: number,
  ) {
    super(`Try again later: ${reason}`);
    this.name = 'TryLater';
  }
}

/** A refusal as OpenSearch words it, of an item or of a request. */
interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

/** Types of 400 that tell of the state of indices, not of a document. */
const notTheDocument = new Set([
  'index_closed_exception',
  'invalid_index_name_exception',
  'invalid_alias_name_exception',
  'validation_exception', // the cluster's limit of shards
]);
/** The same, under `illegal_argument_exception`: an alias without a write index, with several, or with no index. */
const notTheDocumentReason = /\balias\b|write index|maximum shards|shards open/i;

/** Whether sending the same document again can never help. Other refusals, and all that are not 400 or 413, can pass. */
const isForContent = ({ status, type, reason }: Refusal): boolean =>
  status === 413 ||
  (status === 400 &&
    !notTheDocument.has(type) &&
    !(type === 'illegal_argument_exception' && notTheDocumentReason.test(reason)));

interface BulkItem {
  readonly status: number;
  readonly _index?: string;
  readonly error?: { readonly type?: string; readonly reason?: string };
}

/** What became of documents that could not be stored as they came. All others are stored. */
export interface Refused {
  /** Stored with attributes as lines that were to be fields: the index has no room for more of them. */
  readonly aside: readonly DeadLetter[];
  /** Stored with their attributes in one text. */
  readonly defused: readonly DeadLetter[];
  /** Not stored. */
  readonly dead: readonly DeadLetter[];
}

/** What {@link storeDocuments} tells while it works, and asks. */
export interface Listener {
  /** After each request: its seconds, what it stored, and the index behind the alias, where the store named it. */
  onBulk(seconds: number, stored: readonly StoreDocument[], index?: string): void;
  /** The index refuses more fields. @returns those of the document's fresh fields that it has. @default none */
  onFull?(fresh: readonly string[]): readonly string[];
}

const indexIsFull = ({ reason }: DeadLetter): boolean => reason.includes('Limit of total fields');

/**
 * Stores documents. One that is refused for its content is tried again without the fields that the index may not have,
 * then defused.
 *
 * @param limit Bytes of one bulk body. A document that is larger goes alone.
 * @throws TryLater at the first refusal of another kind. Some documents may be stored by then.
 */
export async function storeDocuments(
  client: Client,
  documents: Iterable<StoreDocument>,
  limit: number,
  listener: Listener,
): Promise<Refused> {
  const store = async (some: Iterable<StoreDocument>): Promise<DeadLetter[]> => {
    const refused: DeadLetter[] = [];
    for (const chunk of chunks(some, limit)) refused.push(...(await storeChunk(client, chunk, listener)));
    return refused;
  };
  const first = await store(documents);
  if (first.length === 0) return { aside: [], defused: [], dead: [] };

  // A field that another document made meanwhile, of another type, is a reason too.
  const tooMany = first.filter((letter) => (letter.fresh?.length ?? 0) > 0);
  const smaller = tooMany.map((letter) => {
    const { fresh = [] } = letter;
    const has = new Set(indexIsFull(letter) ? listener.onFull?.(fresh) : []);
    return withAside(letter, new Set(fresh.filter((field) => !has.has(field))));
  });
  const second = await store(smaller);
  const stillRefused = new Set(second.map(({ id }) => id));
  const aside = tooMany.filter(({ id }) => !stillRefused.has(id));
  const left = first.filter((letter) => !aside.includes(letter));

  const again = left.flatMap((letter) => defused(letter, letter.type) ?? []);
  const dead = new Set((await store(again)).map(({ id }) => id));
  const saved = new Set(again.map(({ id }) => id).filter((id) => !dead.has(id)));
  return { aside, defused: left.filter(({ id }) => saved.has(id)), dead: left.filter(({ id }) => !saved.has(id)) };
}

/**
 * A document that stands in a body, and nowhere else: its text, and what it was made of, need not be kept while the store
 * works, and most of the memory of a writer would be that.
 */
class Written implements StoreDocument {
  constructor(
    readonly index: string,
    readonly id: string,
    readonly fresh: readonly string[] | undefined,
    private readonly body: Buffer,
    /** Where its two lines begin, and where its own does. */
    readonly from: number,
    private readonly at: number,
    readonly to: number,
  ) {}

  get source(): string {
    return this.body.toString('utf8', this.at, this.to - 1);
  }

  /** With its text, to be kept. */
  refused(type: string, reason: string, index = this.index): DeadLetter {
    const { id, source, fresh } = this;
    return { index, id, source, ...(fresh ? { fresh } : {}), type, reason };
  }
}

/** Documents of one request. */
interface Chunk {
  readonly documents: readonly Written[];
  readonly body: Buffer;
  /** All of the memory that `body` is in, where nothing else is. */
  readonly room?: Buffer;
}

/**
 * Memory of bodies that the store has taken, for the next ones: bytes that are made anew for each request are what full
 * collections would be started by.
 */
const spare: Buffer[] = [];
const mostSpare = 8;
const [smallest, largestSpare] = [512 * 1024, 1024 * 1024];

/** A body that grows. A text is gone through once: nobody asks for its length before. */
class Body {
  room = spare.pop() ?? Buffer.allocUnsafeSlow(smallest);
  bytes = 0;

  add(line: string): void {
    // No character takes more than three.
    const needed = this.bytes + 3 * line.length;
    if (needed > this.room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.room.length));
      this.room.copy(larger, 0, 0, this.bytes);
      this.room = larger;
    }
    this.bytes += this.room.write(line, this.bytes);
  }
}

function* chunks(all: Iterable<StoreDocument>, limit: number): Generator<Chunk> {
  let documents: StoreDocument[] = [];
  let ends: number[] = [];
  let body = new Body();
  for (const document of all) {
    const line = `${actionOf(document)}${document.source}\n`;
    body.add(line);
    if (body.bytes > limit && documents.length > 0) {
      yield chunkOf(documents, ends, body.room);
      documents = [];
      ends = [];
      body = new Body();
      body.add(line);
    }
    documents.push(document);
    ends.push(body.bytes);
  }
  if (documents.length > 0) yield chunkOf(documents, ends, body.room);
}

const actionOf = ({ index, id }: StoreDocument): string =>
  `{"index":{"_index":${quoted(index)},"_id":${quoted(id)}}}\n`;

/** @param ends where the lines of each document end, in `room` */
function chunkOf(documents: readonly StoreDocument[], ends: readonly number[], room: Buffer): Chunk {
  const body = room.subarray(0, ends.at(-1));
  let to = 0;
  const written = documents.map(({ index, id, fresh }, n) => {
    const from = to;
    to = ends[n] as number;
    return new Written(index, id, fresh, body, from, body.indexOf(10, from) + 1, to);
  });
  return { documents: written, body, room };
}

/** The same request with some of its documents. */
function part({ documents, body }: Chunk, from: number, to: number): Chunk {
  const some = documents.slice(from, to);
  const first = documents[0]!.from;
  return { documents: some, body: body.subarray(some[0]!.from - first, some.at(-1)!.to - first) };
}

/** Of what the store says of each document, what is read here: the rest is as long as a small document. */
const wanted = ['errors', 'items.*.status', 'items.*._index', 'items.*.error'];

async function storeChunk(client: Client, chunk: Chunk, listener: Listener): Promise<DeadLetter[]> {
  const { documents } = chunk;
  // The client's types want objects; it sends bytes as they are.
  const body = chunk.body as unknown as object[];
  const started = process.hrtime.bigint();
  let items: BulkItem[];
  let attempts: number;
  try {
    // One retry for a connection that was closed while it was idle; waiting longer is the collector's business.
    const response = await client.bulk({ body, filter_path: wanted }, { maxRetries: 1 });
    items = itemsOf(response.body, documents.length);
    attempts = response.meta.attempts;
  } catch (error) {
    listener.onBulk(secondsSince(started), []);
    const refusal = contentRefusal(error);
    if (!refusal) throw unavailable(error);
    // The store refused the whole body: find the document that it means, or a size that it takes.
    if (documents.length === 1) return [documents[0]!.refused(refusal.type, refusal.reason)];
    const middle = Math.ceil(documents.length / 2);
    return [
      ...(await storeChunk(client, part(chunk, 0, middle), listener)),
      ...(await storeChunk(client, part(chunk, middle, documents.length), listener)),
    ];
  }
  listener.onBulk(
    secondsSince(started),
    documents.filter((_, at) => items[at]!.status < 300),
    items.find(({ status, _index }, at) => status < 300 && _index && documents[at]!.index === spanAlias)?._index,
  );
  const refused = items.flatMap(({ status, error, _index }, at) => {
    if (status < 300) return [];
    const refusal = { status, type: error?.type ?? `status_${status}`, reason: error?.reason ?? '' };
    if (isForContent(refusal)) {
      // The index that it was meant for, so that a letter that is stored later is deleted on the day of its span.
      return [documents[at]!.refused(refusal.type, refusal.reason, _index)];
    }
    throw new TryLater(status === 429 ? 429 : 503, `${status}_${refusal.type}`);
  });
  // Every document was answered, so all of it was sent, and what was refused is a text by now. Nothing else may read it.
  const { room } = chunk;
  if (room && attempts === 0 && room.length <= largestSpare && spare.length < mostSpare) spare.push(room);
  return refused;
}

const secondsSince = (started: bigint): number => Number(process.hrtime.bigint() - started) / 1e9;

/** Refusals of single documents come inside a 200: the items say it, in the order of the request. */
function itemsOf(body: unknown, expected: number): BulkItem[] {
  const items = (body as { items?: Record<string, BulkItem>[] } | null)?.items;
  const results = Array.isArray(items) ? items.map((item) => item.index) : [];
  if (results.length !== expected || results.some((item) => typeof item?.status !== 'number')) {
    throw new TryLater(503, 'answer_not_understood');
  }
  return results as BulkItem[];
}

/** A refusal of a whole request that means its content. A 400 without OpenSearch's error body came from elsewhere. */
function contentRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof errors.ResponseError)) return undefined;
  const status = error.meta.statusCode ?? 0;
  if (status === 413) return { status, type: 'body_too_large', reason: 'the store answered 413' };
  const { type, reason } = (error.meta.body as { error?: { type?: string; reason?: string } } | null)?.error ?? {};
  const refusal = { status, type: type ?? '', reason: reason ?? '' };
  return type && isForContent(refusal) ? refusal : undefined;
}

function unavailable(error: unknown): TryLater {
  if (error instanceof TryLater) return error;
  if (!(error instanceof errors.ResponseError)) {
    return new TryLater(503, error instanceof Error ? error.name : 'error');
  }
  const status = error.meta.statusCode ?? 0;
  const type = (error.meta.body as { error?: { type?: string } } | null)?.error?.type;
  const retryAfter = Number(error.meta.headers?.['retry-after']);
  return new TryLater(
    status === 429 ? 429 : 503,
    [status, ...(type ? [type] : [])].join('_'),
    retryAfter > 0 ? retryAfter : undefined,
  );
}
