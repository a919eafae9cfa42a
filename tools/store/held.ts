/** Legal hold, erasure and restoring: what an administrator does to the store, and what is written down of it. */
import { createHash } from 'node:crypto';
import type { Client } from '@opensearch-project/opensearch';
import type { Erasure, Hold } from '../../config/approvals';
import { refused } from '../../config/refused';
import { holdIndex, holdIndices, recordsIndex, spanAlias, spanIndices } from '../../lib/contract/indices';
import { fieldName, personalKeys } from '../../lib/store/documents/attributes';

type Json = Record<string, unknown>;

/** A day ends in Hong Kong, as that of a grant. */
const endOf = (until: string): string => new Date(Date.parse(`${until}T00:00:00+08:00`) + 86_400_000).toISOString();

const asks =
  (client: Client) =>
  async <T = Json>(method: string, path: string, body?: object): Promise<T> =>
    (await client.transport.request({ method, path, ...(body ? { body } : {}) }, { requestTimeout: 600_000 }))
      .body as T;

const isInForce = ({ until }: Pick<Hold, 'until'>, now: Date): boolean => Date.parse(endOf(until)) > now.getTime();

/** @throws Error where it is over */
function assertInForce({ ticket, until }: Hold | Erasure, now: Date): void {
  if (!isInForce({ until }, now)) {
    throw refused('HL-HOLD-001', `${ticket} ended with ${until}. Have a new end approved, in the configuration.`);
  }
}

/** Writes down who did what. First, so that nothing is done without a record. */
async function record(client: Client, what: string, one: Hold | Erasure, extra: Json, now: Date): Promise<string> {
  const ask = asks(client);
  const { user_name: doneBy } = await ask<{ user_name: string }>('GET', '/_plugins/_security/authinfo');
  const { ticket, reason, requestedBy, approvedBy, until } = one;
  const { _id } = await ask<{ _id: string }>('POST', `/${recordsIndex}/_doc?refresh=true`, {
    ...{ time: now.toISOString(), what, ticket, reason, requestedBy, approvedBy, doneBy, until: endOf(until) },
    ...extra,
  });
  return _id;
}

const amend = (client: Client, id: string, spans: number) =>
  asks(client)('POST', `/${recordsIndex}/_update/${id}?refresh=true`, { doc: { spans } });

/** Ids of the traces that a service took part in. */
async function tracesOf(client: Client, service: string): Promise<string[]> {
  const ids: string[] = [];
  let after: object | undefined;
  for (;;) {
    const { aggregations } = await asks(client)<{
      aggregations: { traces: { buckets: { key: { traceId: string } }[]; after_key?: object } };
    }>('POST', `/${spanIndices}/_search`, {
      size: 0,
      query: { term: { serviceName: service } },
      aggs: {
        traces: {
          composite: {
            size: 5_000,
            sources: [{ traceId: { terms: { field: 'traceId' } } }],
            ...(after ? { after } : {}),
          },
        },
      },
    });
    ids.push(...aggregations.traces.buckets.map(({ key }) => key.traceId));
    after = aggregations.traces.after_key;
    if (!after) return ids;
  }
}

/**
 * Copies the spans of a hold into an index of its own, which no lifecycle deletes before the hold ends. Again, it adds what
 * came since.
 *
 * @returns spans that are held now
 */
export async function holdSpans(client: Client, hold: Hold, now = new Date()): Promise<number> {
  assertInForce(hold, now);
  const ask = asks(client);
  const index = holdIndex(hold.ticket);
  const id = await record(client, 'hold', hold, {}, now);
  const traceIds = hold.traceIds ?? (await tracesOf(client, hold.service ?? ''));
  const exists = await client.indices.exists({ index });
  if (!exists.body) await ask('PUT', `/${index}`);
  await ask('PUT', `/${index}/_mapping`, { _meta: { until: endOf(hold.until), ticket: hold.ticket } });
  for (let at = 0; at < traceIds.length; at += 5_000) {
    await ask('POST', '/_reindex?refresh=true', {
      conflicts: 'proceed',
      source: { index: spanIndices, query: { terms: { traceId: traceIds.slice(at, at + 5_000) } } },
      dest: { index, op_type: 'create' },
    });
  }
  const { count } = await ask<{ count: number }>('GET', `/${index}/_count`);
  await amend(client, id, count);
  return count;
}

/** Characters of an id from which on it is looked for everywhere: `200` is a status, too, and `7` a number of retries. */
const tellingLength = 6;

/** Traces of a hold of which nothing is held. */
export async function notHeld(client: Client, { ticket, traceIds = [] }: Hold): Promise<string[]> {
  const { aggregations } = await asks(client)<{ aggregations: { traces: { buckets: { key: string }[] } } }>(
    'POST',
    `/${holdIndex(ticket)}/_search`,
    { size: 0, aggs: { traces: { terms: { field: 'traceId', size: Math.max(1, traceIds.length) } } } },
  );
  const held = new Set(aggregations.traces.buckets.map(({ key }) => key));
  return traceIds.filter((id) => !held.has(id));
}

/** Spans that hold a person's id: in any attribute, as itself or in a text. Not those of whose id it is a part. */
const ofPerson = (id: string, keys: readonly string[]) => {
  const literal = id.replace(/[\\*?]/g, '\\$&');
  const within = id.replace(/[^\p{L}\p{N}_]/gu, '\\$&');
  const everywhere = [
    {
      multi_match: {
        query: id,
        fields: ['span.attributes.*', 'resource.attributes.*'],
        lenient: true,
        operator: 'and',
      },
    },
    { wildcard: { 'harbourline.aside': `*=${literal}` } },
    { match_phrase: { 'harbourline.original': id } },
    { match_phrase: { 'exception.message': id } },
  ];
  return {
    bool: {
      should: [
        ...[...personalKeys, ...keys].flatMap((key) =>
          ['span', 'resource'].flatMap((owner) => [
            { term: { [`${owner}.attributes.${fieldName(key)}`]: id } },
            { term: { 'harbourline.aside': `${owner}.attributes.${key}=${id}` } },
          ]),
        ),
        { regexp: { 'harbourline.personal': `(.*[^0-9A-Za-z_\\-])?${within}([^0-9A-Za-z_\\-].*)?` } },
        ...(id.length >= tellingLength ? everywhere : []),
      ],
      minimum_should_match: 1,
    },
  };
};

/** What an erasure finds, and what it left because it is held. */
export interface Erased {
  readonly spans: number;
  readonly held: number;
}

/**
 * Deletes the spans of a person. What is held stays, in its copy: a hold is the stronger.
 *
 * @param id As it is stored: raw, or a pseudonym. Its digest must be the approved one.
 * @param look Only counts.
 * @param holds Those in force copy what came since they last did, before anything is deleted.
 * @throws Error where the id is empty or another one, or the approval is over
 */
export async function eraseSpans(
  client: Client,
  erasure: Erasure,
  id: string,
  {
    look = false,
    keys = [],
    holds = [],
    now = new Date(),
  }: { look?: boolean; keys?: readonly string[]; holds?: readonly Hold[]; now?: Date } = {},
): Promise<Erased> {
  assertInForce(erasure, now);
  if (id.trim() === '')
    throw refused('HL-HOLD-002', '--id is empty, and every span would hold it: give the id that was approved.');
  if (createHash('sha256').update(id).digest('hex') !== erasure.digest) {
    throw refused(
      'HL-HOLD-003',
      `This is not the id that was approved: its digest is not that of ${erasure.ticket}. A space or a capital is another id: write it as it was approved.`,
    );
  }
  const ask = asks(client);
  const query = ofPerson(id, keys);
  if (!look) for (const hold of holds.filter((one) => isInForce(one, now))) await holdSpans(client, hold, now);
  const count = async (index: string): Promise<number> =>
    (await ask<{ count: number }>('POST', `/${index}/_count?ignore_unavailable=true`, { query })).count;
  const held = await count(holdIndices);
  if (look) return { spans: await count(spanIndices), held };
  const recordId = await record(client, 'erasure', erasure, { digest: erasure.digest }, now);
  await ask('POST', `/${spanIndices}/_refresh`);
  const { deleted } = await ask<{ deleted: number }>(
    'POST',
    `/${spanIndices}/_delete_by_query?refresh=true&conflicts=proceed`,
    { query },
  );
  await amend(client, recordId, deleted);
  return { spans: deleted, held };
}

/**
 * Restores one span index out of a snapshot. Without the alias that it had: with two indices to write to, the store refuses
 * both. The hourly check gives it its lifecycle, and deletes it on its day.
 *
 * @throws Error where it is no span index, or is there
 */
export async function restoreIndex(client: Client, repository: string, snapshot: string, index: string): Promise<void> {
  if (!new RegExp(`^${spanAlias}-\\d{6}$`).test(index)) {
    throw refused(
      'HL-HOLD-004',
      `--index ${index}: this is no span index, such as ${spanAlias}-000042. Name one: others are never restored, security's own would break the store.`,
    );
  }
  if ((await client.indices.exists({ index })).body) {
    throw refused(
      'HL-HOLD-005',
      `--index ${index}: it is there, and nothing is overwritten. Delete it first, where it is broken: DELETE ${index}`,
    );
  }
  const ask = asks(client);
  await ask('POST', `/_snapshot/${repository}/${snapshot}/_restore?wait_for_completion=true`, {
    indices: index,
    include_global_state: false,
    include_aliases: false,
  });
  const alias = await client.transport.request({ method: 'GET', path: `/_alias/${spanAlias}` }, { ignore: [404] });
  const others = alias.statusCode === 404 ? {} : (alias.body as Record<string, { aliases: Json }>);
  const writes = Object.values(others).some(({ aliases }) => (aliases[spanAlias] as Json | undefined)?.is_write_index);
  await ask('POST', '/_aliases', { actions: [{ add: { index, alias: spanAlias, is_write_index: !writes } }] });
}
