/** Applies the reviewed documents to a store. The bootstrap function calls it, and a rehearsal with the same documents. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, errors } from '@opensearch-project/opensearch';
import { type DocumentKind, documentKinds } from './documents/document';
import { type Answer, type Applied, type Ask, applyKind, isKind, type Outcome } from './documents/kinds';

export type { Outcome } from './documents/kinds';

/** How long a store may refuse that is still being set up. */
export interface Patience {
  /** Milliseconds from one attempt to the next. @default 5000 */
  readonly delayMs?: number;
  /** Milliseconds that may be spent waiting, over all documents. @default 720000: the function itself ends at 14 minutes */
  readonly withinMs?: number;
  /** Waits. @default a timer; tests pass their own */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

export interface ApplyOptions {
  /** Receives a line for each document, and for each refusal that is waited out. */
  readonly log: (line: string) => void;
  /** Ids of documents that this store cannot take. They are reported as skipped. @default none */
  readonly skip?: readonly string[];
  readonly patience?: Patience;
}

interface ParsedDocument {
  readonly id: string;
  readonly kind: DocumentKind;
  readonly name: string;
  readonly body: Record<string, unknown>;
}

/**
 * Applies documents, in the order of {@link documentKinds}, each only where the store has something else. Nothing is
 * ever deleted. Safe to repeat.
 *
 * @param documents id → JSON text
 * @returns what became of each document, by id
 * @throws Error with everything that is wrong with the documents, before anything is applied; or with the store's
 *   refusal: what was applied until then stays, and the next attempt goes on from there
 */
export async function applyDocuments(
  client: Pick<Client, 'transport'>,
  documents: Readonly<Record<string, string>>,
  { log, skip = [], patience = {} }: ApplyOptions,
): Promise<Record<string, Outcome>> {
  const parsed = parse(documents, skip);
  const ask = asks(client);
  const persist = patiently(patience, log);
  // What only decorates does not use up the time of what matters.
  const persistBriefly = patiently({ ...patience, withinMs: Math.min(patience.withinMs ?? 60_000, 60_000) }, log);
  const outcomes: Record<string, Outcome> = {};
  for (const kind of documentKinds) {
    for (const { id, name, body } of parsed.filter((document) => document.kind === kind)) {
      const apply = (): Promise<Applied> =>
        (isDecoration(kind) ? persistBriefly : persist)(() => applyKind[kind](ask, name, body));
      const { outcome, changes = [] } = skip.includes(id)
        ? { outcome: 'skipped' as const }
        : isDecoration(kind)
          ? await apply().catch((error: Error): Applied => ({ outcome: 'refused', changes: [error.message] }))
          : await apply();
      outcomes[id] = outcome;
      log([`${id}: ${outcome}`, ...changes].join('\n  '));
    }
  }
  return outcomes;
}

/** What Dashboards shows must not keep access from being applied: a refusal is said, and the deployment goes on. */
const isDecoration = (kind: DocumentKind): boolean => kind.startsWith('dashboards-');

/** @throws Error with all problems at once */
function parse(documents: Readonly<Record<string, string>>, skip: readonly string[]): ParsedDocument[] {
  const problems = skip
    .filter((id) => !(id in documents))
    .map((id) => `${id} should be skipped, but there is no such document`);
  const parsed = Object.entries(documents).flatMap(([id, text]) => {
    const [, kind = '', name = ''] = /^([^/]*)\/([^/]+)$/.exec(id) ?? [];
    if (!isKind(kind)) {
      problems.push(`${id} has no known kind: an id is kind/name, the kinds are ${documentKinds.join(', ')}`);
      return [];
    }
    try {
      const body = JSON.parse(text) as unknown;
      if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Error('not an object');
      return [{ id, kind, name, body: body as Record<string, unknown> }];
    } catch (error) {
      problems.push(`${id} is not a JSON object: ${(error as Error).message}`);
      return [];
    }
  });
  if (problems.length > 0) throw new Error(`Nothing was applied. The documents are wrong:\n- ${problems.join('\n- ')}`);
  return parsed;
}

/**
 * What a young domain answers for some minutes: it does not know its master yet (401, 403), its security index is being
 * made (503, or 500 with these words), it is not there yet (no connection) or has too much to do (429).
 */
const passing = new Set([401, 403, 429, 502, 503, 504]);
const notReady = /not (yet )?initialized|cluster_block_exception|no_master|not.cluster.manager/i;

/** A refusal that may pass. */
class NotYet extends Error {}

/**
 * Tries until nothing is refused any more, within one bound for all that is tried. It is the whole of reading, comparing
 * and writing that is repeated: of a write without an answer nobody knows whether it was done.
 */
function patiently({ delayMs = 5_000, withinMs = 720_000, wait = sleep }: Patience, log: (line: string) => void) {
  let left = withinMs;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      const start = performance.now();
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof NotYet)) throw error;
        left -= delayMs + (performance.now() - start);
        if (left < 0) throw new Error(`The store did not get ready in ${withinMs / 1000} s: ${error.message}`);
        log(`waiting for the store: ${error.message}`);
        await wait(delayMs);
      }
    }
  };
}

/** Dashboards refuses writes without the first, and keeps objects apart by tenant. */
const dashboardsHeaders = { 'osd-xsrf': 'true', securitytenant: 'global' };

/** Sends requests. They throw {@link NotYet} at a refusal that may pass, and an Error with its words at another. */
const asks =
  (client: Pick<Client, 'transport'>): Ask =>
  async (method, path, body) => {
    const what = `${method} ${path}`;
    try {
      const { statusCode, body: content } = await client.transport.request(
        { method, path, ...(body ? { body } : {}) },
        {
          ignore: [404],
          maxRetries: 0,
          requestTimeout: 10_000,
          headers: path.startsWith('/_dashboards/') ? dashboardsHeaders : {},
        },
      );
      const answer = { status: statusCode ?? 0, body: (content || {}) as Record<string, unknown> };
      if (method === 'PUT' || method === 'POST') assertDone(what, answer);
      return answer;
    } catch (error) {
      if (error instanceof errors.ConnectionError || error instanceof errors.TimeoutError) {
        throw new NotYet(`${what}: ${error.message}`);
      }
      if (!(error instanceof errors.ResponseError)) throw error;
      const said = typeof error.body === 'string' ? error.body : JSON.stringify(error.body);
      const text = `${what}: ${error.statusCode} ${said}`;
      if (passing.has(error.statusCode ?? 0) || notReady.test(text)) throw new NotYet(text);
      throw new Error(`The store refuses ${text}`);
    }
  };

/** The security API words failures in `status` of its answers, others in `acknowledged`: 200 alone says little. */
function assertDone(what: string, { status, body }: Answer): void {
  const said = body.status;
  const refused = typeof said === 'string' && said !== 'OK' && said !== 'CREATED';
  if (status === 404 || refused || body.acknowledged === false || body.error) {
    throw new Error(`The store did not do ${what}: ${status} ${JSON.stringify(body)}`);
  }
}
