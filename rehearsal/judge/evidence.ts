/** Everything that a rehearsal is judged by, gathered while it runs. */
import type { Client } from '@opensearch-project/opensearch';
import type { Allowance } from '../scenarios/scenario';
import type { AwsDoubles } from '../stage/aws/doubles';
import type { Payment } from '../stage/driver/drive';
import type { Crossings, Direction } from '../stage/leased-line/leased-line';
import type { LedgerEntry } from '../stage/services/ledger';
import type { Synthesised } from '../stage/synthesised';
import type { Alarmed } from './alarms';

/** A span document of the store, as far as checks read it. */
export interface StoredSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceGroup?: string;
}

export interface Evidence {
  readonly synthesised: Synthesised;
  /** Prefixes of the mainland, from the configuration. */
  readonly mainlandPrefixes: readonly string[];
  readonly payments: readonly Payment[];
  readonly driveSeconds: number;
  /** What an agent may send, from the configuration. */
  readonly egressKilobits: number;
  /** Every span that services ended. */
  readonly ledger: readonly LedgerEntry[];
  readonly aws: AwsDoubles;
  /** Every document of the span indices. */
  readonly spans: readonly StoredSpan[];
  /** Every document of the service map. */
  readonly edges: readonly object[];
  /** Contents of the dead-letter files. */
  readonly deadLetters: readonly string[];
  readonly crossed: Readonly<Record<Direction, Crossings>>;
  /** What the writer's user was answered when it tried what it must not. */
  readonly attempts: readonly Attempt[];
  /** Whether every process ended by itself when asked to. */
  readonly cleanStop: boolean;
  /** What alarms did. */
  readonly alarmed: Alarmed;
  /** What the scenario may have cost. */
  readonly allowance: Allowance;
}

/** Something that the writer's role must be refused. */
export interface Attempt {
  readonly what: string;
  readonly status: number;
}

/** Tries as the writer what only others may do. */
export async function attemptAsWriter(writer: Client, known: StoredSpan | undefined): Promise<Attempt[]> {
  const index = 'otel-v1-apm-span-000001';
  const id = known ? `${known.traceId}/${known.spanId}` : 'none';
  const status = async (call: () => Promise<{ statusCode: number | null }>): Promise<number> => {
    try {
      return (await call()).statusCode ?? 0;
    } catch (error) {
      return (error as { statusCode?: number }).statusCode ?? 0;
    }
  };
  const bulkStatus = async (foreign: string): Promise<number> => {
    const { body } = await writer.bulk({ body: [{ index: { _index: foreign, _id: '1' } }, { traceId: 'x' }] });
    return body.items[0]?.index?.status ?? 0;
  };
  return [
    { what: 'search', status: await status(() => writer.search({ index: 'otel-v1-apm-span' })) },
    { what: 'get', status: await status(() => writer.get({ index, id })) },
    { what: 'delete', status: await status(() => writer.delete({ index, id })) },
    { what: 'delete the index', status: await status(() => writer.indices.delete({ index })) },
    { what: 'write to a foreign index', status: await bulkStatus('payments') },
    {
      what: 'create an index',
      status: await status(() => writer.indices.create({ index: 'otel-v1-apm-span-999999' })),
    },
    {
      what: 'read the roles',
      status: await status(() => writer.transport.request({ method: 'GET', path: '/_plugins/_security/api/roles' })),
    },
  ];
}

/** Every document of an index, in pages. */
export async function allDocuments<T>(client: Client, index: string): Promise<T[]> {
  await client.indices.refresh({ index });
  const documents: T[] = [];
  let after: unknown[] | undefined;
  for (;;) {
    const { body } = await client.search({
      index,
      body: {
        size: 5_000,
        sort: [{ _id: 'asc' }],
        query: { match_all: {} },
        ...(after ? { search_after: after as never } : {}),
      },
    });
    const { hits } = body.hits;
    documents.push(...hits.map(({ _source }) => _source as T));
    if (hits.length < 5_000) return documents;
    after = hits.at(-1)?.sort;
  }
}
